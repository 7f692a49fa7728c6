// Counting matches without PCRE2 for the simplest patterns that count: a few short sequences of byte sets of
// which at most one can begin at any byte, such as /e/ or /e|\xc3[\xa8-\xab]/.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/regex/syntax.h"

namespace thresh {

class SequenceCounter {
 public:
  // Nothing where the pattern is more than that.
  [[nodiscard]] static std::optional<SequenceCounter> make(const syntax::Pattern& pattern);

  // The non-overlapping leftmost matches in `text`, up to `most`.
  [[nodiscard]] std::uint32_t count(std::string_view text, std::uint32_t most) const;

 private:
  bool add(const syntax::Node& alternative);

  std::array<std::uint8_t, 256> starting_{};  // the sequence that a byte begins, from 1; 0: none
  std::vector<std::vector<ByteSet>> rests_;   // what follows the first byte
};

}  // namespace thresh
