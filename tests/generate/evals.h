// What native tests (`eval:` rules) want to see, built by hand after the Perl that defines them.
#pragma once

#include "rules/language/rule_set.h"
#include "tests/generate/draft.h"

namespace thresh::generate {

// Changes the draft so that the rule's test should hit; leaves it alone where nothing is known about the
// test.
void build_for_eval(const RuleSet& rules, const Rule& rule, Random& random, Draft& draft);

// Changes the draft so that the rule's test should not hit, for tests that hit on most messages.
void avoid_eval(const Rule& rule, Random& random, Draft& draft);

}  // namespace thresh::generate
