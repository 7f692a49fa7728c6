// What a scan says: the score, every part of it with its points, the text that matched and where the rule
// stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/match/matcher.h"
#include "engine/scan/stages.h"

namespace thresh {

// What to do with the message, by its score alone; the milter may soften it.
enum class Action { pass, add_header, reject };
[[nodiscard]] std::string_view to_string(Action action);

// One rule that hit.
struct VerdictHit {
  std::string_view rule;  // these four live as long as the Scanner
  std::string_view describe;
  std::string_view
      area;  // "header", "body", "rawbody", "full", "uri", "mimeheader", "uri_detail", "eval", "meta"
  std::string_view where;   // "20_body.cf:41"
  double score = 0;         // what it added; for `tflags multiple` the rule's score times count
  std::uint32_t count = 1;  // how often it hit; 1 unless `tflags multiple`
  double value = 1;         // what a meta that names it sees
  std::string text;  // what matched, at most limits::verdict_text bytes; empty where nothing can be shown
  std::vector<std::string> logs;  // what the native test said about its hit
  [[nodiscard]] bool is_subrule() const { return rule.starts_with("__"); }
};

// Where one hit's text was found, for --explain.
struct MatchedText {
  std::string_view rule;
  std::string_view area;
  std::string context;    // the text around it
  std::size_t begin = 0;  // of the match within `context`
  std::size_t end = 0;
};

struct Verdict {
  double score = 0;  // sum of the hits' scores, rounded to three places
  double required = 5.0;
  bool spam = false;  // score >= required
  Action action = Action::pass;
  std::vector<VerdictHit> hits;  // in rule name order; sub-rules only where asked for
  // What is missing: look-ups that did not answer in time ("dkim", "dnsbl:zen.example"), "size" (only header
  // fields and first part were matched), "time" (ScanDetail::deadline).
  std::vector<std::string> partial;
  std::vector<std::string>
      limited;  // rules whose pattern ran into PCRE2's match limit: unknown, counted as no hit
  std::vector<std::string>
      bounds;  // what else was cut short and may have changed the verdict, a sentence each
  std::vector<MatchedText> matches;  // where asked for
  StageTimes times{};                // these two where asked for (ScanDetail::cost)
  MatchWork work;
};

}  // namespace thresh
