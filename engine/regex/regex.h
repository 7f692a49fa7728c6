// One Perl pattern over bytes, as SpamAssassin compiles rules: qr/(?MODS)PATTERN/ under /aa (classes are
// ASCII; /i folds Latin-1, so \xe4 matches \xc4; \x{456} above 0xff never matches a byte). Runs on PCRE2 with
// its JIT, under a match limit; where the JIT stack overflows the interpreter takes over.
//
// A Regex is immutable once compiled and safe from several threads; each thread brings its own RegexScratch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

namespace syntax {
struct Pattern;
}

// A Perl pattern without its delimiters and the modifiers that followed them ("i", "is", ...).
struct PerlPattern {
  std::string source;
  std::string modifiers;
};

// Splits what stands in a rule file: /PATTERN/mods, m{PATTERN}mods, m,PATTERN,mods. Errors: no delimiters,
// unknown modifier. (Mail::SpamAssassin::Util::compile_regexp)
[[nodiscard]] Result<PerlPattern> parse_delimited(std::string_view text);

// Byte offsets of a match.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

enum class MatchStatus {
  no_match,
  match,
  limit,  // gave up at one of PCRE2's bounds (limits.h): unknown, the caller counts and names it
};

class RegexScratch;

class Regex {
 public:
  // Errors name the offset in the pattern and what Perl construct is not supported.
  [[nodiscard]] static Result<Regex> compile(std::string_view source, std::string_view modifiers = {});

  // From a tree that syntax::parse() made, perhaps changed since.
  [[nodiscard]] static Result<Regex> compile(const syntax::Pattern& pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Leftmost match at or after `from`; `groups`, when given, receives group 0.. (unset groups: begin ==
  // npos). A lookbehind may see the bytes before `from`.
  [[nodiscard]] MatchStatus match(std::string_view text, std::size_t from, RegexScratch& scratch, Span& found,
                                  std::vector<Span>* groups = nullptr) const;
  // As match(), but only matches that begin at or before `last_start` (they may end anywhere).
  [[nodiscard]] MatchStatus match_starting(std::string_view text, std::size_t from, std::size_t last_start,
                                           RegexScratch& scratch, Span& found) const;
  // True on a match; a limit counts as no match here and is recorded in the scratch.
  [[nodiscard]] bool matches(std::string_view text, RegexScratch& scratch) const;

  // The non-overlapping leftmost matches Perl's `while (/$re/g)` finds: after an empty match the next one
  // starts where it stood but must not be empty. Stops when `visit(Span)` returns false.
  template <typename Visit>
  MatchStatus each(std::string_view text, RegexScratch& scratch, Visit&& visit) const;

  // Names of (?<NAME>...) groups with their numbers.
  [[nodiscard]] std::span<const std::pair<std::string, unsigned>> names() const;
  // The pattern as handed to PCRE2 (after translation from Perl).
  [[nodiscard]] const std::string& translated() const;

 private:
  friend class RegexScratch;
  struct Code;
  explicit Regex(std::unique_ptr<Code> code);
  // As match(); `not_empty_at_start` asks for a non-empty match or a later one.
  MatchStatus next(std::string_view text, std::size_t from, bool not_empty_at_start, RegexScratch& scratch,
                   Span& found, std::vector<Span>* groups) const;
  std::unique_ptr<Code> code_;
};

// Match data, JIT stack and the count of limits hit. One a thread.
class RegexScratch {
 public:
  RegexScratch();
  RegexScratch(RegexScratch&&) noexcept;
  ~RegexScratch();
  // Matches that ended at a limit since the scratch was made.
  [[nodiscard]] std::uint64_t limits_hit() const { return limits_hit_; }

 private:
  friend class Regex;
  struct State;
  std::unique_ptr<State> state_;
  std::uint64_t limits_hit_ = 0;
};

template <typename Visit>
MatchStatus Regex::each(std::string_view text, RegexScratch& scratch, Visit&& visit) const {
  std::size_t at = 0;
  bool not_empty = false;
  bool any = false;
  Span found;
  while (at <= text.size()) {
    const MatchStatus status = next(text, at, not_empty, scratch, found, nullptr);
    if (status == MatchStatus::limit) return status;
    if (status == MatchStatus::no_match) break;
    any = true;
    if (!visit(found)) break;
    at = found.end;
    not_empty = found.begin == found.end;
  }
  return any ? MatchStatus::match : MatchStatus::no_match;
}

}  // namespace thresh
