// What a text must contain for a pattern to match: found by walking the pattern's syntax tree as an
// automaton. The matcher looks for it first and asks PCRE2 only where it is there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/match/limits.h"
#include "engine/match/text_kind.h"
#include "engine/regex/byte_set.h"
#include "engine/regex/syntax.h"

namespace thresh {

// Bytes that stand next to each other in every match (or just beside it: the edges of a text count as
// newlines).
using Window = std::vector<ByteSet>;

inline constexpr std::size_t max_window = 8;
// A window may go on past that: the first bytes are looked for, the others checked where those stand.
inline constexpr std::size_t max_checked = 24;
[[nodiscard]] inline Window looked_for(const Window& window) {
  return {window.begin(), window.begin() + static_cast<std::ptrdiff_t>(std::min(window.size(), max_window))};
}
// Windows are counted up to so many.
inline constexpr std::uint32_t max_times = 8;

struct Requirement {
  // At least one of these is in the text whenever the pattern matches.
  std::vector<Window> any_of;
  // A match that has the window at offset w starts in [w - most_before, w + 1 - least_before]; the window may
  // begin one byte before the match. `most_before` is `unlimited` where that is open.
  std::uint32_t least_before = 0;
  std::uint32_t most_before = 0;
  // So many of them, at different places of one text; the bounds above hold for the first of them.
  std::uint32_t times = 1;
  // Expected windows a byte of mail, by their first max_window bytes.
  double frequency = 1;
  // What PCRE2 needs for a whole text, compared with a simple pattern.
  double price = 1;
  // Windows that begin one byte before what they were found for; those that do not.
  bool begins_before = false;
  bool begins_at = false;

  // What it costs to look for it and to confirm where it stands, for choosing: in microseconds a byte,
  // roughly.
  [[nodiscard]] double cost() const;
};

// Where a match begins no farther before its window it is looked for there alone.
inline constexpr std::uint32_t near_window = 128;

// What a search took, in the units of limits::SearchBounds.
struct SearchWork {
  std::size_t states = 0;
  std::size_t looks = 0;
  std::size_t steps = 0;
};

// The rarest requirement found; nothing when the pattern has none (it may match the empty string, for
// example) or none within the bounds. `work`, when given, receives what the search took.
[[nodiscard]] std::optional<Requirement> find_requirement(const syntax::Pattern& pattern,
                                                          TextKind kind = TextKind::body,
                                                          const limits::SearchBounds& bounds = {},
                                                          SearchWork* work = nullptr);

// A row of bytes of one set that every match contains.
struct Run {
  ByteSet set;
  std::uint32_t length = 0;
  // As Requirement::cost().
  [[nodiscard]] double cost(double price) const;
};
[[nodiscard]] std::optional<Run> find_run(const syntax::Pattern& pattern);
// Whether so many bytes of `set` stand in a row. Looks at few bytes where such rows are long and rare.
[[nodiscard]] bool has_run(std::string_view text, const ByteSet& set, std::size_t length);
// How much more than a simple pattern PCRE2 has to do for this one.
[[nodiscard]] double confirmation_price(const syntax::Pattern& pattern);

// At most `most` windows of which one holds wherever one of `windows` does: neighbours are united where that
// adds least.
[[nodiscard]] std::vector<Window> united(std::vector<Window> windows, std::size_t most, TextKind kind);

// How often a byte of mail is in `set`, between 0 and 1: a rough model of text, good enough for ranking.
[[nodiscard]] double frequency(const ByteSet& set);
// How many windows of texts of that kind, one at each byte, hold `window`.
[[nodiscard]] double frequency(const Window& window, TextKind kind = TextKind::body);
// As frequency(), without the texts that every mail has; a third of its price.
[[nodiscard]] double rough_frequency(const Window& window);

}  // namespace thresh
