// Settings as directives, lines that take something back, and which lines are refused.
#include <gtest/gtest.h>

#include <algorithm>

#include "rules/language/directives.h"
#include "rules/language/rule_set.h"

namespace thresh {
namespace {

std::vector<std::string> values(std::string_view text, std::string_view name) {
  const auto rules = RuleSet::parse(text, "test.cf");
  EXPECT_TRUE(rules.has_value()) << text << "\n" << (rules ? "" : rules.error().text());
  std::vector<std::string> found;
  if (rules)
    for (const Directive& line : rules->directives(name)) found.push_back(line.value);
  return found;
}
using Values = std::vector<std::string>;

TEST(Settings, OldNamesArriveUnderTheNewOnes) {
  EXPECT_EQ(values("whitelist_from a@b c@d\nwelcomelist_from e@f", "welcomelist_from"),
            (Values{"a@b c@d", "e@f"}));
  EXPECT_EQ(values("BLACKLIST-FROM a@b", "blocklist_from"), (Values{"a@b"}));
  EXPECT_EQ(values("freemail_whitelist a@b", "freemail_welcomelist"), (Values{"a@b"}));
}

TEST(Settings, RemovalsAreApplied) {
  EXPECT_EQ(
      values("welcomelist_from a@b c@d\nunwhitelist_from A@B\nwelcomelist_from a@b", "welcomelist_from"),
      (Values{"c@d", "a@b"}));
  EXPECT_EQ(
      values("trusted_networks 10/8\nclear_trusted_networks\ntrusted_networks 192.0.2.1", "trusted_networks"),
      (Values{"192.0.2.1"}));
  EXPECT_EQ(
      values("def_whitelist_from_rcvd a@b c.d\nunwelcomelist_from_rcvd a@b", "def_welcomelist_from_rcvd"),
      Values{});
  EXPECT_EQ(values("welcomelist_from_dkim a@b c.d\nwelcomelist_from_dkim a@b\nunwelcomelist_from_dkim a@b",
                   "welcomelist_from_dkim"),
            (Values{"a@b c.d"}));
  const char* hosts = "enlist_uri_host (L) a.b !c.d\nenlist_uri_host (M) a.b\nblocklist_uri_host a.b\n";
  EXPECT_EQ(values(std::string(hosts) + "delist_uri_host (L) A.B", "enlist_uri_host"),
            (Values{"(L) !c.d", "(M) a.b"}));
  EXPECT_EQ(values(std::string(hosts) + "delist_uri_host a.b c.d", "enlist_uri_host"), Values{});
  EXPECT_EQ(values(std::string(hosts) + "delist_uri_host a.b", "blocklist_uri_host"), Values{});
  EXPECT_EQ(values("util_rb_tld com\nutil_rb_2tld co.uk\nclear_util_rb\nutil_rb_tld org", "util_rb_tld"),
            (Values{"org"}));
  EXPECT_EQ(values("uridnsbl_skip_domain a.b c.d\nclear_uridnsbl_skip_domain a.b", "uridnsbl_skip_domain"),
            (Values{"c.d"}));
}

TEST(Settings, SequenceKeepsTheOrderAmongNames) {
  const auto rules =
      RuleSet::parse("blocklist_uri_host a\nenlist_uri_host (BLOCK) !a\nblocklist_uri_host a", "t.cf");
  ASSERT_TRUE(rules);
  EXPECT_LT(rules->directives("blocklist_uri_host")[0].sequence,
            rules->directives("enlist_uri_host")[0].sequence);
  EXPECT_LT(rules->directives("enlist_uri_host")[0].sequence,
            rules->directives("blocklist_uri_host")[1].sequence);
}

TEST(Settings, NumbersFlagsAndDurations) {
  const auto rules = RuleSet::parse(
      "required_hits 7.5\nnormalize_charset no\nparse_dkim_uris YES\ntime_limit 5m\ndns_test_interval 2 h\n",
      "t.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->required_score(), 7.5);
  EXPECT_FALSE(rules->flag("normalize_charset", true));
  EXPECT_TRUE(rules->flag("parse_dkim_uris", false));
  EXPECT_TRUE(rules->flag("use_bayes", true));
  EXPECT_EQ(rules->number("time_limit", 0), 300);
  EXPECT_EQ(rules->number("dns_test_interval", 0), 7200);
  EXPECT_EQ(rules->number("body_part_scan_size", 50000), 50000);
  EXPECT_EQ(rules->setting("required_score"), "7.5");
}

TEST(Settings, InvalidValuesAreErrors) {
  for (const char* text : {"required_score",
                           "required_score x",
                           "required_score 1e3",
                           "normalize_charset 2",
                           "time_limit 5x",
                           "time_limit -1",
                           "clear_trusted_networks x",
                           "trusted_networks",
                           "welcomelist_from",
                           "welcomelist_from_rcvd a@b",
                           "enlist_uri_host a.b",
                           "util_rb_tld a.b",
                           "util_rb_2tld uk",
                           "util_rb_3tld a.b",
                           "redirector_pattern x",
                           "redirector_pattern /(/",
                           "add_header foo X y",
                           "report_safe 3",
                           "lock_method x",
                           "dns_available maybe",
                           "dns_server foo",
                           "dns_options foo",
                           "bayes_token_sources foo",
                           "adsp_override a.b foo",
                           "uridnsbl A b.c",
                           "allow_user_rules 2",
                           "rewrite_header Foo x",
                           "enable_compat a b",
                           "score",
                           "loadplugin",
                           "scroe A 1",
                           "file"})
    EXPECT_FALSE(RuleSet::parse(text, "t.cf").has_value()) << text;
}

TEST(Settings, ErrorsSayWhereWhatAndWhatToDo) {
  const auto rules = RuleSet::parse("body A /x/\n\nrequired_score x\n", "my.cf");
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().where, "my.cf:3");
  EXPECT_NE(rules.error().what.find("required_score"), std::string::npos);
  EXPECT_FALSE(rules.error().remedy.empty());
}

TEST(Settings, EveryErrorIsInTheNotes) {
  std::vector<LintNote> notes;
  EXPECT_FALSE(RuleSet::parse("body A foo\nscroe A 1\nbody B /x/\n", "my.cf", {}, &notes).has_value());
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[1].where.text(), "my.cf:2");
  LoadOptions tolerant;
  tolerant.tolerate_errors = true;
  const auto rules = RuleSet::parse("body A foo\nscroe A 1\nbody B /x/\n", "my.cf", tolerant);
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->notes().size(), 2u);
  EXPECT_EQ(rules->find("A"), nullptr);
  EXPECT_NE(rules->find("B"), nullptr);
}

// SpamAssassin: "failed to parse line"; it goes on, and so do we.
TEST(Settings, ALineOfAPluginThatIsNotLoadedIsPassedOverWithAnErrorNote) {
  const auto rules = RuleSet::parse("use_auto_welcomelist 0\nbody B /x/\n", "my.cf");
  ASSERT_TRUE(rules);
  EXPECT_NE(rules->find("B"), nullptr);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].kind, LintNote::Kind::error);
  EXPECT_NE(rules->notes()[0].what.find("ifplugin Mail::SpamAssassin::Plugin::AWL"), std::string::npos);
  EXPECT_TRUE(rules->directives("use_auto_welcomelist").empty());
}

TEST(Settings, WhatIsNotActedOnIsNamed) {
  const auto rules = RuleSet::parse("report hello\nwelcomelist_from a@b\n", "my.cf");
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].kind, LintNote::Kind::not_acted_on);
  EXPECT_EQ(rules->notes()[0].where.text(), "my.cf:1");
}

TEST(Settings, PluginsThatAreNotSpamAssassins) {
  const auto rules = RuleSet::parse(
      "loadplugin Foo::Bar /x/Bar.pm\nifplugin Foo::Bar\nfoo_setting 1\nendif\ntryplugin Baz\n", "my.cf");
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_FALSE(rules->has_plugin("Foo::Bar"));
  EXPECT_TRUE(rules->has_plugin("DKIM"));
  EXPECT_TRUE(rules->has_plugin("Mail::SpamAssassin::Plugin::DKIM"));
}

TEST(Settings, RequireVersion) {
  EXPECT_TRUE(RuleSet::parse("require_version 4.000001\nbody A /x/", "t.cf"));
  EXPECT_TRUE(RuleSet::parse("require_version @@VERSION@@\nbody A /x/", "t.cf"));
  EXPECT_FALSE(RuleSet::parse("require_version 3.004000\nbody A /x/", "t.cf"));
}

TEST(Settings, ShortcircuitChangesItsRule) {
  const auto rules = RuleSet::parse(
      "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody A /x/\nshortcircuit A ham\nbody B "
      "/x/\nshortcircuit B on\n",
      "t.cf");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("A")->priority, -200);
  EXPECT_TRUE(rules->find("A")->tflags.nice);
  EXPECT_EQ(rules->find("A")->scores[0], -1);
  EXPECT_EQ(rules->find("B")->priority, 0);
}

TEST(Directives, TablesAreSortedAndGiveAReasonForWhatIsNotActedOn) {
  for (const auto table : {core_directives(), plugin_directives()}) {
    EXPECT_TRUE(std::ranges::is_sorted(table, {}, &DirectiveInfo::name));
    for (const DirectiveInfo& info : table)
      EXPECT_EQ(info.use == DirectiveUse::none, !info.why.empty()) << info.name;
  }
}

}  // namespace
}  // namespace thresh
