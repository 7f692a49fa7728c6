// replace_tag and its relatives: the patterns ReplaceTags.pm makes.
#include "rules/language/replace_tags.h"

#include <gtest/gtest.h>

#include "rules/language/rule_set.h"

namespace thresh {
namespace {

constexpr std::string_view kTags =
    "replace_tag A [aA@]\nreplace_tag B (?:b|<C>)\nreplace_tag C c\nreplace_inter W1 \\W?\n"
    "replace_post P2 {1,2}\nreplace_pre X1 (?:x)\n";

std::string pattern(std::string_view source) {
  const auto rules =
      RuleSet::parse(std::string(kTags) + "body R " + std::string(source) + "\nreplace_rules R\n", "t.cf");
  EXPECT_TRUE(rules.has_value()) << source << (rules ? "" : rules.error().text());
  return rules ? rules->find("R")->pattern.source : std::string();
}

TEST(ReplaceTags, Patterns) {
  EXPECT_EQ(pattern("/x<A>y/i"), "x[aA@]y");
  EXPECT_EQ(pattern("/<A><B>/"), "[aA@](?:b|c)");
  EXPECT_EQ(pattern("/<inter W1><A><C><A>/"), "[aA@]\\W?c\\W?[aA@]");
  EXPECT_EQ(pattern("/<inter W1><post P2><A><C>/"), "[aA@]{1,2}\\W?c{1,2}");
  EXPECT_EQ(pattern("/<pre X1><A><C>q/"), "(?:x)[aA@](?:x)cq");
  EXPECT_EQ(pattern("/<Z><A>/"), "<Z>[aA@]");
  EXPECT_EQ(pattern("/(?<!a)<A>(?<=b)/"), "(?<!a)[aA@](?<=b)");
}

TEST(ReplaceTags, OnlyNamedRulesAreChanged) {
  const auto rules =
      RuleSet::parse(std::string(kTags) + "body R /<A>/\nbody S /<A>/\nreplace_rules S\n", "t.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("R")->pattern.source, "<A>");
  EXPECT_EQ(rules->find("S")->pattern.source, "[aA@]");
}

TEST(ReplaceTags, TheOrderOfLinesDoesNotMatterAndTheLastTagCounts) {
  const auto rules =
      RuleSet::parse("replace_rules R\nbody R /<A>/\nreplace_tag A a\nreplace_tag A b\n", "t.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("R")->pattern.source, "b");
}

TEST(ReplaceTags, OwnBrackets) {
  constexpr std::string_view kRules = "replace_tag A a\nbody R /x[[A]]y/\nreplace_rules R\n";
  const auto rules =
      RuleSet::parse("replace_start \\[\\[\nreplace_end \\]\\]\n" + std::string(kRules), "t.cf");
  ASSERT_TRUE(rules) << rules.error().text();
  EXPECT_EQ(rules->find("R")->pattern.source, "xay");
  EXPECT_FALSE(RuleSet::parse("replace_start [[]\n" + std::string(kRules), "t.cf"));
}

TEST(ReplaceTags, SixPassesAndABound) {
  ReplaceTags tags;
  tags.tags = {{"A", "x<A>"}};
  EXPECT_EQ(tags.apply("<A>").value(), "xxxxxx<A>");
  tags.tags = {{"A", std::string(1000, 'y') + "<A><A><A><A><A><A><A><A><A><A><A><A><A><A><A><A>"}};
  EXPECT_FALSE(tags.apply("<A><A><A><A>").has_value());
}

TEST(ReplaceTags, APatternThatBreaksIsAnError) {
  EXPECT_FALSE(RuleSet::parse("replace_tag A (\nbody R /<A>/\nreplace_rules R\n", "t.cf"));
}

}  // namespace
}  // namespace thresh
