// A nondeterministic automaton that tells whether a pattern matches: made from its syntax tree, run by
// LazyDfa. Assertions that one byte before or behind decides are exact; what an automaton cannot say (longer
// lookarounds, back references, atomic groups) is left out, and then it accepts more than the pattern does.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/regex/byte_set.h"
#include "engine/regex/syntax.h"

namespace thresh {

struct ByteAutomaton {
  enum class Kind : std::uint8_t {
    bytes,       // a byte of sets[set], then `next`
    split,       // `next` or `other`
    behind,      // the byte before is in behind[set], then `next`
    not_behind,  // it is not, or there is none
    ahead,       // the next byte is in sets[set]
    not_ahead,   // it is not, or there is none
    word_edge,
    not_word_edge,
    text_start,
    text_end,
    accept,
  };
  struct State {
    Kind kind = Kind::accept;
    std::uint16_t set = 0;
    std::uint32_t next = 0;
    std::uint32_t other = 0;
  };
  // More states than this are not made: repeats are loosened first, then there is no automaton.
  static constexpr std::size_t max_states = 4000;
  // Sets that states may look behind for; each is a bit of LazyDfa's states. What asks for more is loosened.
  static constexpr std::size_t max_behind = 16;

  std::vector<State> states;
  std::vector<ByteSet> sets;
  std::vector<ByteSet> behind;  // sets that some state looks behind for; behind[0] is bytes::word
  std::uint32_t start = 0;
  // It accepts exactly where the pattern matches; otherwise wherever the pattern does, and perhaps elsewhere.
  bool exact = true;
  // Every match begins at the start of the text.
  bool anchored = false;

  // Nothing where the pattern is too large or depends on where the search began.
  [[nodiscard]] static std::optional<ByteAutomaton> make(const syntax::Pattern& pattern);
};

}  // namespace thresh
