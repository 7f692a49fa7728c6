// What native tests (`eval:` rules) want to see, built by hand after the Perl that defines them.
#pragma once

#include <cstddef>
#include <string>

#include "rules/language/rule_set.h"
#include "tests/generate/draft.h"

namespace thresh::generate {

// Changes the draft so that the rule's test should hit; leaves it alone where nothing is known about the
// test.
void build_for_eval(const RuleSet& rules, const Rule& rule, Random& random, Draft& draft);

// The part of it that concerns attached pictures, PDFs and programs; false where the test asks for none.
bool attach_for_eval(const Rule& rule, Random& random, Draft& draft);

// The part of it that concerns HTML; false where the test is about something else.
bool mark_up_for_eval(const Rule& rule, Random& random, Draft& draft);

// Words of about `letters` letters, of which `capitals` percent are upper case.
[[nodiscard]] std::string words(Random& random, std::size_t letters, unsigned capitals = 0);

// Changes the draft so that the rule's test should not hit, for tests that hit on most messages.
void avoid_eval(const Rule& rule, Random& random, Draft& draft);

}  // namespace thresh::generate
