// Which rule looks at what: a rule set's active rules, sorted into pattern groups for the matcher and lists
// for the rest. Made once per rule set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/evals/eval.h"
#include "engine/evals/mime_header.h"
#include "engine/evals/uri_detail.h"
#include "engine/match/matcher.h"
#include "engine/message/header_query.h"
#include "engine/scan/scanner.h"
#include "engine/scan/template_rule.h"
#include "rules/language/rule_set.h"

namespace thresh {

// All header rules that ask for the same thing.
struct HeaderGroup {
  HeaderQuery query;
  GroupId group = 0;
  std::vector<std::uint32_t> rules;  // of each pattern of the group
  // Hits of each pattern on the text that stands for an absent header: its [if-unset: ...], or nothing at
  // all, which Perl matches as the empty string. Filled by the Scanner, which has the matcher.
  std::vector<std::uint32_t> absent_count;
  std::vector<std::uint32_t> negated;  // patterns of rules with !~
  struct Exists {
    std::uint32_t rule;
    bool negated;
  };
  std::vector<Exists> exists;
  [[nodiscard]] bool has_patterns() const { return !rules.empty(); }
};

struct TextGroup {
  GroupId group = 0;
  std::vector<std::uint32_t> rules;
};

struct PlannedEval {
  std::uint32_t rule = 0;
  EvalFunction function = nullptr;
  EvalCall call;
};

struct PlannedMimeHeader {
  std::uint32_t rule = 0;
  MimeHeaderTest test;
};

struct PlannedUriDetail {
  std::uint32_t rule = 0;
  UriDetailTest test;
};

struct RulePlan {
  std::vector<PatternGroup> groups;  // handed to the matcher; index is GroupId
  std::vector<HeaderGroup> headers;
  TextGroup body, rawbody, full, uri;
  std::vector<PlannedEval> evals;
  std::vector<PlannedMimeHeader> mimeheaders;
  std::vector<PlannedUriDetail> uri_details;
  std::vector<TemplateRule> templates;  // in the order of their priorities
  std::vector<bool> active;             // rules whose score is not 0
  std::vector<bool> runs;               // of these, those that are no metas and are tried on every message
  std::vector<IdleRule> idle;
  std::vector<std::string> where;  // "file:line" of every rule
};

// Errors carry the rule's file:line. `rules` must outlive the plan.
[[nodiscard]] Result<RulePlan> plan_rules(const RuleSet& rules, std::span<const std::string> only = {});

}  // namespace thresh
