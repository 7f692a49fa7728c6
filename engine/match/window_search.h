// The bytes that can follow a point of a pattern, read off its automaton: windows, and what stands behind
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/match/automaton.h"
#include "engine/match/requirement.h"

namespace thresh {

// A requirement that is still being looked for.
struct Candidate : Requirement {
  // Of each window, the automaton's states behind it; none where the pattern may end there.
  std::vector<std::vector<std::uint32_t>> ends;
};

// The automaton may grow at its front while it is searched, so what is reached from a state stays true.
class WindowSearch {
 public:
  WindowSearch(const Automaton& machine, TextKind kind) : machine_(machine), kind_(kind) {}

  // Windows of which one begins at `at` in every match, at most about `most`; nothing where the pattern may
  // end there. `before`: what a match has before that point. `price`: as in Requirement.
  std::optional<Candidate> windows_from(std::uint32_t at, syntax::Width before, std::size_t most,
                                        double price);
  // Makes the windows longer, up to max_checked, by what must stand behind them; the sets of all ways are
  // united.
  void lengthen(Candidate& candidate);

  // Steps so far.
  [[nodiscard]] std::size_t work() const { return work_; }

 private:
  struct Path {
    Window window;
    std::vector<std::uint32_t> states;  // after the window, before any empty moves
    bool open = true;                   // can still grow
    bool begins_before = false;
  };
  // What may come next, over empty moves, from a path's states.
  struct Choice {
    ByteSet set;
    bool over_edge = false;  // \b stands before it on every way
    std::vector<std::uint32_t> next;
  };
  struct Reached {
    std::vector<Choice> choices;
    bool unknown = false;
    bool only_over_edge = true;  // every way to `unknown` goes over \b, and there is one
    bool only_over_end = true;   // the same for the end of the text
    bool over_start = true;      // every way to a byte goes over the start of the text
  };
  struct StatesHash {
    std::size_t operator()(const std::vector<std::uint32_t>& states) const {
      std::size_t h = states.size();
      for (auto s : states) h = (h ^ s) * 0x9e3779b97f4a7c15ULL;
      return h ^ (h >> 29);
    }
  };

  const Reached& reach(const std::vector<std::uint32_t>& from);
  void grow(std::vector<Path>& paths, bool first, std::size_t most);

  const Automaton& machine_;
  TextKind kind_;
  std::unordered_map<std::vector<std::uint32_t>, Reached, StatesHash> known_;
  std::size_t work_ = 0;
  std::vector<std::uint8_t> mark_;
  std::vector<std::pair<std::uint32_t, std::uint8_t>> stack_;
};

}  // namespace thresh
