// The bounds of rule files are reached, and what is beyond them is said.
#include <gtest/gtest.h>

#include "rules/language/rule_set.h"

namespace thresh {
namespace {

TEST(RuleLimits, NamesEndAt100) {
  const std::string longest(100, 'A');
  EXPECT_TRUE(RuleSet::parse("body " + longest + " /x/\n", "a.cf"));
  const auto longer = RuleSet::parse("body " + longest + "A /x/\n", "a.cf");
  ASSERT_FALSE(longer);
  EXPECT_NE(longer.error().what.find("longer than 100"), std::string::npos);
}

TEST(RuleLimits, NotesAreBounded) {
  std::string text;
  for (std::size_t i = 0; i < kMaxLintNotes + 10; ++i) text += "x\n";
  LoadOptions options;
  std::vector<LintNote> notes;
  EXPECT_FALSE(RuleSet::parse(text, "a.cf", options, &notes));
  EXPECT_EQ(notes.size(), kMaxLintNotes);
  EXPECT_NE(notes.back().what.find("all further notes are left out"), std::string::npos);
}

}  // namespace
}  // namespace thresh
