// Texts that a Perl pattern should match, and texts that miss it by little. Made from the pattern's syntax
// tree with a seeded random choice at every alternative, repeat and class; what the tree cannot promise
// (lookarounds, boundaries, anchors) is left to the pattern itself: texts are made until it matches. The same
// seed gives the same texts.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/regex/regex.h"
#include "engine/regex/syntax.h"

namespace thresh::generate {

using Random = std::mt19937;

[[nodiscard]] bool is_utf8(std::string_view text);

// A number below `bound` (which is not 0), the same with every standard library.
[[nodiscard]] inline std::size_t below(Random& random, std::size_t bound) {
  return random() % bound;
}
[[nodiscard]] inline bool chance(Random& random, unsigned percent) {
  return random() % 100 < percent;
}

class PatternText {
 public:
  // Errors are those of parsing and compiling the pattern.
  [[nodiscard]] static Result<PatternText> make(const PerlPattern& pattern);

  // A text that the pattern matches, of little more than what it asks for; nothing when `tries` texts all
  // missed. `repeats` asks for about so many matches, one after the other.
  [[nodiscard]] std::optional<std::string> hit(Random& random, unsigned tries = 200, unsigned repeats = 1);

  // A text that differs from `hit` in one byte or lacks one element and that the pattern does not match;
  // nothing where every change still matches.
  [[nodiscard]] std::optional<std::string> near_miss(Random& random, std::string_view hit);

  [[nodiscard]] bool matches(std::string_view text) { return regex_.matches(text, scratch_); }

 private:
  PatternText(syntax::Pattern pattern, Regex regex)
      : pattern_(std::move(pattern)), regex_(std::move(regex)) {}

  syntax::Pattern pattern_;
  Regex regex_;
  RegexScratch scratch_;
};

}  // namespace thresh::generate
