// Thresh: rules in, verdicts out.
//
// Load the rules, make a Scanner from them, scan messages:
//
//   auto rules = thresh::RuleSet::load(paths);                    // Result<RuleSet>: errors carry file:line
//   if (!rules) return complain(rules.error().text());
//   auto scanner = thresh::Scanner::make(std::move(*rules));      // Result<std::unique_ptr<Scanner>>
//   if (!scanner) return complain(scanner.error().text());
//   thresh::Verdict v = (*scanner)->scan(message);                // message: the bytes as they came, LF or
//   CRLF
//
// A Scanner is immutable and shared by all threads: scan() may be called from any number of them at once.
// What a scan needs to write to (arena, Hyperscan scratch, match data) belongs to a slot; scan() borrows one
// and there are never more than threads that scanned at the same time.
//
// The verdict explains itself: its parts sum to its score.
//
//   for (const thresh::VerdictHit& hit : v.hits)
//     std::cout << hit.rule << ' ' << hit.score << ' ' << hit.where << ' ' << hit.text << '\n';
//
// How much it tells is chosen per scan:
//
//   v = (*scanner)->scan(message, {}, {.subrules = true, .texts = true});
//
// Rules can be tried from a string:
//
//   auto mine = thresh::RuleSet::parse("body HELLO /hello/\nscore HELLO 2.5\n", "mine.cf");
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/match/matcher.h"
#include "engine/message/message.h"
#include "engine/scan/verdict.h"
#include "rules/language/rule_set.h"

namespace thresh {

struct ScannerOptions {
  std::string cache_dir{};          // compiled databases are kept here; empty: nowhere
  unsigned compile_threads = 0;     // 0: as many as cores
  double required_score = 0;        // 0: what the rules say (required_score, 5.0 by default)
  double reject_score = 15.0;       // Action::reject from here; 0: never
  std::vector<std::string> only{};  // run just these rules and what their metas name; empty: all
  // Of messages with more bytes only header fields and first part are matched; Verdict::partial then has
  // "size". 0: no such bound.
  std::size_t max_full_size = 0;
};

// What a verdict should carry beside the rules that scored.
struct ScanDetail {
  bool subrules = false;  // also hits of __NAME
  bool texts = false;     // VerdictHit::text
  bool matches = false;   // Verdict::matches
  bool cost = false;      // Verdict::times and Verdict::work
  // The message is known to be cut: match header fields and first part, as above max_full_size.
  bool first_part = false;
  // What has not run by then counts as no hit, metas too; Verdict::partial then has "time". Looked at between
  // groups of patterns and between native tests, so a scan may end some milliseconds later.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// A rule that is defined but never runs in this Scanner, and why ("look-ups are off", "score is 0", ...).
struct IdleRule {
  std::string_view rule;
  std::string reason;
};

class Scanner {
 public:
  // Compiles the rules. Errors name the rule, its file:line and the reason; no Scanner is made of half a rule
  // set.
  [[nodiscard]] static Result<std::unique_ptr<const Scanner>> make(RuleSet rules,
                                                                   const ScannerOptions& options = {});
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  // `message`: RFC 5322 bytes; anything is accepted. Never fails; bounds are in engine/message/limits.h.
  // Thread-safe.
  [[nodiscard]] Verdict scan(std::string_view message, const Envelope& envelope = {},
                             ScanDetail detail = {}) const;

  [[nodiscard]] const RuleSet& rules() const;
  [[nodiscard]] const MatchStatistics& statistics() const;
  [[nodiscard]] std::span<const IdleRule> idle_rules() const;
  // How a message is read under these rules; for tests and tools that look at messages without scanning.
  [[nodiscard]] const MessageSettings& message_settings() const;

 private:
  struct State;
  explicit Scanner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace thresh
