// Many Perl patterns over many short texts. For each pattern the matcher knows bytes that every match must
// show (requirement.h); it looks for those of all patterns of a group in one pass, and PCRE2 decides where
// they stand. Counts are those of Perl's while (/$re/g). A Matcher is compiled once, immutable, and shared by
// all threads; each thread brings its own MatchScratch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/match/text_kind.h"
#include "engine/regex/regex.h"

namespace thresh {

struct PatternSpec {
  std::string name;  // of the rule, for diagnostics
  PerlPattern pattern;
  bool multiple =
      false;  // count every non-overlapping leftmost match over all texts; otherwise the first one ends it
  std::uint32_t maxhits = 0;
  bool skip_first_text = false;  // tflags nosubject
  bool want_captures = false;    // report named groups of every counted match
};

// One pattern group: texts of one kind (body paragraphs, values of one header, ...).
using GroupId = std::uint32_t;
struct PatternGroup {
  std::string name;  // "body", "header From:addr"
  std::vector<PatternSpec> patterns;
  TextKind kind = TextKind::body;
};

struct PatternHit {
  std::uint32_t pattern = 0;  // index in the group
  std::uint32_t count = 0;    // 1 unless multiple
  std::uint32_t text = 0;     // index of a text that it matches
};

// Where a pattern matched, as Perl reports it.
struct PatternPlace {
  std::uint32_t text = 0;  // index of the text
  Span span;               // in that text
};

struct MatchOptions {
  std::string cache_dir;         // match plans (plan_cache.h); empty: no cache
  unsigned compile_threads = 0;  // 0: as many as cores
};

struct MatchStatistics {
  std::size_t patterns = 0;
  std::size_t filtered = 0;  // asked of PCRE2 only where what they require stands
  std::size_t always = 0;    // asked of PCRE2 for every text
  std::size_t windows = 0;   // that are looked for
  std::size_t table_bytes = 0;
  std::size_t hyperscan_bytes = 0;  // databases
  bool from_cache = false;
  std::string cache_fault;  // why the plan could not be kept, for the log; empty when all is well
};

// What scans have done since a scratch was made. The share of answers that did without PCRE2 is 1 - confirmed
// / answers.
struct MatchWork {
  std::uint64_t answers = 0;        // patterns of the groups scanned
  std::uint64_t confirmed = 0;      // of these, those for which PCRE2 ran
  std::uint64_t windows = 0;        // places where what a pattern requires stood
  std::uint64_t confirmations = 0;  // runs of PCRE2

  MatchWork& operator+=(const MatchWork& o) {
    answers += o.answers;
    confirmed += o.confirmed;
    windows += o.windows;
    confirmations += o.confirmations;
    return *this;
  }
  MatchWork operator-(const MatchWork& o) const {
    return {answers - o.answers, confirmed - o.confirmed, windows - o.windows,
            confirmations - o.confirmations};
  }
};

// Bytes that a scratch holds at this moment and that depend on the texts.
struct MatchMemory {
  std::size_t texts = 0;
  std::size_t windows = 0;
  std::size_t automata = 0;
};

class MatchScratch;

class Matcher {
 public:
  // Errors name the rule and what is wrong with its pattern. Group i of `groups` is GroupId i.
  [[nodiscard]] static Result<Matcher> compile(std::vector<PatternGroup> groups,
                                               const MatchOptions& options = {});
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();

  // Every pattern of the group that matches at least one of `texts`, each once, in no particular order;
  // appended to `hits`. Patterns that ran into PCRE2's limit are named in the scratch; where they did, they
  // count as no match.
  void scan(GroupId group, std::span<const std::string_view> texts, MatchScratch& scratch,
            std::vector<PatternHit>& hits) const;

  // The first match in the text of a hit that scan() reported for the same texts; nothing when there is none.
  // For explanations: scanning itself does not need the place.
  [[nodiscard]] std::optional<PatternPlace> locate(GroupId group, const PatternHit& hit,
                                                   std::span<const std::string_view> texts,
                                                   MatchScratch& scratch) const;

  [[nodiscard]] const PatternGroup& group(GroupId id) const;
  [[nodiscard]] const MatchStatistics& statistics() const;

 private:
  friend class MatchScratch;
  struct State;
  explicit Matcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Hyperscan scratch, PCRE2 match data, bitmaps: one a thread, for one Matcher.
class MatchScratch {
 public:
  explicit MatchScratch(const Matcher& matcher);
  MatchScratch(MatchScratch&&) noexcept;
  ~MatchScratch();
  // Forgets captures and limits of the last message.
  void begin_message();
  // Named groups that a rule captured since begin_message(): the distinct values that are not empty, in order
  // (PerMsgStatus::set_captures; there, of several rules that set one name the last to run wins).
  struct Capture {
    std::string name;
    std::string rule;
    std::vector<std::string> values;
  };
  [[nodiscard]] std::span<const Capture> captures() const;
  // Names of rules whose pattern ran into a limit since begin_message().
  [[nodiscard]] std::span<const std::string> limited() const;
  // Names that were captured with more values than limits::captured_values since begin_message().
  [[nodiscard]] std::span<const std::string> cut_captures() const;
  [[nodiscard]] MatchMemory memory() const;
  [[nodiscard]] const MatchWork& work() const;
  [[nodiscard]] RegexScratch& regex();

 private:
  friend class Matcher;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thresh
