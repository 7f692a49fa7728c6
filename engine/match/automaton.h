// A nondeterministic automaton for a syntax tree, as far as its bytes in sequence go: lookarounds are left
// out, repeats past a bound may go on for ever, back references end what is known. It accepts at least what
// the pattern does.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/regex/byte_set.h"
#include "engine/regex/syntax.h"

namespace thresh {

struct Automaton {
  enum class Kind : std::uint8_t {
    bytes,      // a byte of `set`, then `next`
    split,      // `next` or `other`
    word_edge,  // \b, then `next`
    start,      // at the start of the text or after a newline, then `next`
    end,        // at the end of the text or before a newline, then `next`
    unknown,    // anything may follow: the end of the match, or of what is known
  };
  struct State {
    Kind kind = Kind::unknown;
    std::uint32_t next = 0;
    std::uint32_t other = 0;
    ByteSet set;
  };
  std::vector<State> states;

  std::uint32_t add(Kind kind, std::uint32_t next = 0, std::uint32_t other = 0) {
    states.push_back({kind, next, other, {}});
    return static_cast<std::uint32_t>(states.size() - 1);
  }
};

}  // namespace thresh
