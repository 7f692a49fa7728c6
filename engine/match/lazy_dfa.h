// A deterministic automaton made from a ByteAutomaton while it runs: states appear when a text first leads to
// them (Thompson's construction as RE2 and grep use it). A byte costs one look into a table once its state is
// known, however often matches could begin: it is asked where PCRE2 would begin again and again. (Asked at
// every window it is no faster than PCRE2's machine code: 270 ns a run over the stock rules, most of them
// cache misses.)
//
// One a pattern and thread; the ByteAutomaton is shared.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/match/byte_automaton.h"
#include "engine/match/limits.h"

namespace thresh {

class LazyDfa {
 public:
  // `used`: bytes that the tables of a thread take; kept up to date.
  LazyDfa(const ByteAutomaton& automaton, std::size_t& used);

  enum class Answer : std::uint8_t {
    no,       // the pattern does not match
    yes,      // it does; where the automaton is not exact: perhaps
    unknown,  // texts of this kind need too many states: ask something else
  };
  // Whether a match begins in [from, last_start] of `text`.
  [[nodiscard]] Answer run(std::string_view text, std::size_t from, std::size_t last_start);

  // Forgets the states.
  void clear();

 private:
  using Id = std::uint32_t;
  static constexpr Id not_made = 0;
  static constexpr Id dead = 1;
  static constexpr Id accept = 2;
  static constexpr Id first_state = 3;
  // Bits of a state beside those of ByteAutomaton::behind.
  static constexpr std::uint32_t at_start = 1U << 31;

  struct State {
    std::uint32_t first = 0;  // its automaton states in kernels_
    std::uint32_t size = 0;
    std::uint32_t before = 0;  // what stands before: bits of ByteAutomaton::behind, at_start
  };

  // The state with these automaton states; kernel_ holds them, sorted.
  Id state_of(std::uint32_t before);
  void count_bytes();
  Id start_state(std::uint32_t before);
  // `searching`: a match may also begin behind the byte. `at_end`: there is no byte.
  Id step(Id from, unsigned char byte, bool at_end, bool searching);
  // Follows the empty moves from `state` into stack_; true when that reaches the end of the pattern.
  bool close(const State& state, unsigned char byte, bool at_end);
  [[nodiscard]] bool is_full() const {
    return states_.size() >= limits::automaton_states || bytes_ >= limits::automaton_bytes;
  }
  [[nodiscard]] std::uint32_t before_byte(unsigned char byte) const { return before_[byte]; }
  [[nodiscard]] Id& entry(Id state, std::size_t column) {
    return rows_[(state - first_state) * columns_ + column];
  }

  const ByteAutomaton& automaton_;
  std::size_t& used_;
  std::size_t bytes_ = 0;                  // of it, ours
  std::array<std::uint8_t, 256> class_{};  // bytes that the automaton does not tell apart
  std::array<std::uint32_t, 256> before_{};
  std::size_t classes_ = 0;
  std::size_t columns_ = 0;  // classes while searching, classes after that, end of text
  std::vector<State> states_;
  std::vector<std::uint32_t> kernels_;
  std::vector<Id> rows_;
  std::vector<Id> table_;  // open addressing: state ids by the hash of their kernel
  std::vector<std::pair<std::uint32_t, Id>> starts_;  // by what stands before
  std::uint64_t bytes_seen_ = 0;
  bool hopeless_ = false;
  // Scratch of close() and step().
  std::vector<std::uint32_t> kernel_;
  std::vector<std::uint32_t> stack_;
  std::vector<std::uint32_t> reached_;  // byte states
  std::vector<std::uint32_t> mark_;
  std::uint32_t turn_ = 0;
};

}  // namespace thresh
