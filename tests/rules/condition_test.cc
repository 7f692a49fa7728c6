// `if` conditions: the expected answers are SpamAssassin 4.0.1's, with the plugins Debian loads.
#include "rules/language/condition.h"

#include <gtest/gtest.h>

#include "rules/language/rule_set.h"

namespace thresh {
namespace {

bool holds(const std::string& condition) {
  LoadOptions options;
  options.tolerate_errors = true;
  const auto rules = RuleSet::parse("if " + condition + "\nbody HELD /x/\nendif\n", "test.cf", options);
  EXPECT_TRUE(rules.has_value()) << condition;
  return rules && rules->find("HELD") != nullptr;
}

TEST(Condition, AnswersAreThoseOfSpamAssassin) {
  struct Row {
    const char* text;
    bool expected;
  };
  static constexpr Row kRows[] = {
      {"plugin(Mail::SpamAssassin::Plugin::DKIM)", true},
      {"plugin (Mail::SpamAssassin::Plugin::DKIM)", true},
      {"plugin(Mail::SpamAssassin::Plugin::AWL)", false},
      {"!plugin(Mail::SpamAssassin::Plugin::AWL)", true},
      {"plugin(Mail::SpamAssassin::Plugin::Dmarc)", true},
      {"plugin(Mail::SpamAssassin::Plugin::WhiteListSubject)", true},
      {"plugin(Mail::SpamAssassin::Plugin::RaciallyCharged)", true},
      {"plugin(DKIM)", false},
      {"plugin(Foo::Bar)", false},
      {"(version >= 3.004000)", true},
      {"version < 4.000000", false},
      {"version == 4.000001", true},
      {"version >= 4.000002", false},
      {"perl_version >= 5.010", true},
      {"can(Mail::SpamAssassin::Conf::feature_bug6558_free)", true},
      {"can(Mail::SpamAssassin::Conf::perl_min_version_5010000)", true},
      {"can(Mail::SpamAssassin::Conf::has_tflags_nolog)", true},
      {"can(Mail::SpamAssassin::Conf::feature_nonsense)", false},
      {"has(Mail::SpamAssassin::Conf::feature_nonsense)", false},
      {"has(Mail::SpamAssassin::Plugin::DKIM::has_arc)", true},
      {"can(Mail::SpamAssassin::Plugin::DKIM::has_arc)", true},
      {"can(Mail::SpamAssassin::Plugin::AskDNS::has_tag_header)", true},
      {"has(Mail::SpamAssassin::Plugin::BodyEval::check_body_length)", true},
      {"can(Mail::SpamAssassin::Plugin::ASN::has_check_asn)", false},
      {"!(can(Mail::SpamAssassin::Plugin::ASN::has_check_asn))", true},
      {"can(Mail::SpamAssassin::Plugin::DecodeShortURLs::has_get)", false},
      {"(local_tests_only)", true},
      {"!local_tests_only", false},
      {"1", true},
      {"0", false},
      {"(1 || 0) && !0", true},
      {"0 || 0", false},
      {"!(!1)", true},
      {"1 ? 0 : 1", false},
      {"-1 + 1", false},
      {"3 - 1 - 1 - 1", false},
      {"2 > 1 > 0", true},
      {"3 > 2 > 2", false},
      {"1 == 1 == 1", true},
      {"0.5", true},
      {"010 == 8", true},
      {"foo", true},
      {"(version >= 3.004000) && plugin(Mail::SpamAssassin::Plugin::HTMLEval)", true},
      {"version >= 3.004 && version < 4.1 ^ 1", false},
      {"4 * 2 / 8 == 1", true},
      {"version >=", false},
      {"foo()", false},
      {"plugin Foo", false},
      {"(1", false},
      {"1 1", false},
      {"()", false},
  };
  for (const Row& row : kRows) EXPECT_EQ(holds(row.text), row.expected) << row.text;
}

// SpamAssassin then drops the `if` line itself, so that the `endif` has no beginning.
TEST(Condition, AWordOutsideOfTheLanguageIsAnError) {
  for (const char* text : {"A", "3.4.1", "a:b", "plugin(A)"})
    EXPECT_FALSE(RuleSet::parse(std::string("if ") + text + "\nendif\n", "test.cf").has_value()) << text;
  EXPECT_FALSE(RuleSet::parse("if has(Foo)\nendif\n", "test.cf").has_value());
  EXPECT_FALSE(RuleSet::parse("if can()\nendif\n", "test.cf").has_value());
}

TEST(Condition, MalformedPerlIsFalseWithAWarning) {
  const auto rules = RuleSet::parse("if version >=\nbody A /x/\nelse\nbody B /x/\nendif\n", "test.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("A"), nullptr);
  EXPECT_NE(rules->find("B"), nullptr);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].kind, LintNote::Kind::warning);
  EXPECT_EQ(rules->notes()[0].where.text(), "test.cf:1");
}

TEST(Condition, EnableCompatIsSeenByCan) {
  const char* text =
      "if can(Mail::SpamAssassin::Conf::compat_a)\nbody A /x/\nendif\n"
      "enable_compat b\nif can(Mail::SpamAssassin::Conf::compat_b)\nbody B /x/\nendif\n";
  const auto rules = RuleSet::parse(text, "test.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("A"), nullptr);
  EXPECT_NE(rules->find("B"), nullptr);
}

TEST(Condition, TheFirstAnswerIsKept) {
  const auto rules = RuleSet::parse(
      "ifplugin Mail::SpamAssassin::Plugin::AWL\nendif\nloadplugin Mail::SpamAssassin::Plugin::AWL\n"
      "ifplugin Mail::SpamAssassin::Plugin::AWL\nbody A /x/\nendif\n"
      "if plugin(Mail::SpamAssassin::Plugin::AWL)\nbody B /x/\nendif\n",
      "test.cf");
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->has_plugin("AWL"));
  EXPECT_EQ(rules->find("A"), nullptr);
  EXPECT_NE(rules->find("B"), nullptr);
}

TEST(Condition, Nesting) {
  const auto rules = RuleSet::parse(
      "if 0\nif 1\nbody A /x/\nelse\nbody B /x/\nendif\nelse\nif 0\nbody C /x/\nelse\nbody D "
      "/x/\nendif\nendif\n",
      "test.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("A"), nullptr);
  EXPECT_EQ(rules->find("B"), nullptr);
  EXPECT_EQ(rules->find("C"), nullptr);
  EXPECT_NE(rules->find("D"), nullptr);
}

TEST(Condition, UnbalancedLinesAreErrorsWithTheirPlace) {
  for (const auto& [text, where] : {std::pair("body A /x/\nif 1\nbody B /x/\n", "t.cf:2"),
                                    {"\nendif\n", "t.cf:2"},
                                    {"else\n", "t.cf:1"},
                                    {"if 1\nendif x\nendif\n", "t.cf:2"},
                                    {"if\n", "t.cf:1"}}) {
    const auto rules = RuleSet::parse(text, "t.cf");
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().where, where) << text;
  }
}

}  // namespace
}  // namespace thresh
