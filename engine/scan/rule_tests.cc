#include "engine/scan/rule_tests.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/header_query.h"

namespace thresh {
namespace {

// The field that answers a header request.
std::string field_of(const Rule& rule) {
  const HeaderQuery query = HeaderQuery::parse(rule.header);
  switch (query.source) {
    case HeaderQuery::Source::message_id:
      return "Message-Id";
    case HeaderQuery::Source::to_cc:
      return "To";
    case HeaderQuery::Source::envelope_from:
      return "Return-Path";
    case HeaderQuery::Source::header:
      return query.name;
    default:
      return {};
  }
}

}  // namespace

std::string rule_test_message(const Rule& rule, std::string_view text) {
  const std::string line(text);
  switch (rule.type) {
    case RuleType::header: {
      if (ascii::istarts_with(rule.header, "ALL")) return line + "\n\nbody\n";
      const std::string field = field_of(rule);
      return field.empty() ? std::string() : field + ": " + line + "\n\nbody\n";
    }
    case RuleType::mimeheader:
      return rule.header + ": " + line + "\n\nbody\n";
    case RuleType::body:
    case RuleType::uri:
      return "Subject: test\n\n" + line + "\n";
    case RuleType::rawbody:
    case RuleType::full:
      return "Subject: test\n\n" + line + "\n";
    default:
      return {};
  }
}

std::vector<RuleTestOutcome> run_rule_tests(const Scanner& scanner) {
  std::vector<RuleTestOutcome> outcomes;
  for (const Rule& rule : scanner.rules().rules()) {
    for (const RuleTest& test : rule.tests) {
      RuleTestOutcome& outcome = outcomes.emplace_back(RuleTestOutcome{.rule = &rule, .test = &test});
      const std::string message = rule_test_message(rule, test.text);
      if (message.empty() || !scanner.rules().is_active(rule)) {
        outcome.ran = false;
        continue;
      }
      const Verdict verdict = scanner.scan(message, {}, {.subrules = true});
      const bool hit = std::any_of(verdict.hits.begin(), verdict.hits.end(),
                                   [&](const VerdictHit& h) { return h.rule == rule.name; });
      outcome.passed = hit == test.should_match;
    }
  }
  return outcomes;
}

}  // namespace thresh
