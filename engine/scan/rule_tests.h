// The in-file tests of rules (`test NAME ok|fail TEXT`): TEXT becomes the header, body or link that the rule
// looks at, and the rule must hit or must not.
#pragma once

#include <string>
#include <vector>

#include "engine/scan/scanner.h"

namespace thresh {

struct RuleTestOutcome {
  const Rule* rule = nullptr;
  const RuleTest* test = nullptr;
  bool ran = true;  // false: the rule does not run in this scanner, or looks at nothing that a TEXT could be
  bool passed = false;
};

// One outcome a test, in the order of the rules. Thread-safe.
[[nodiscard]] std::vector<RuleTestOutcome> run_rule_tests(const Scanner& scanner);

// The message that a test's text makes for this rule; empty where a text cannot stand for what the rule looks
// at.
[[nodiscard]] std::string rule_test_message(const Rule& rule, std::string_view text);

}  // namespace thresh
