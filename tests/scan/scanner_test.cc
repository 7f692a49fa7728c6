#include "engine/scan/scanner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

namespace thresh {
namespace {

std::unique_ptr<const Scanner> scanner_of(std::string_view rules, ScannerOptions options = {}) {
  auto set = RuleSet::parse(rules, "test.cf");
  EXPECT_TRUE(set) << set.error().text();
  auto scanner = Scanner::make(std::move(*set), options);
  EXPECT_TRUE(scanner) << scanner.error().text();
  return std::move(*scanner);
}

// "NAME=count" of every hit, sub-rules too.
std::string hits(const Verdict& verdict) {
  std::string out;
  for (const VerdictHit& hit : verdict.hits) {
    out += (out.empty() ? "" : " ") + std::string(hit.rule);
    if (hit.count > 1) out += "=" + std::to_string(hit.count);
  }
  return out;
}

std::string hits_of(std::string_view rules, std::string_view message) {
  return hits(scanner_of(rules)->scan(message, {}, {.subrules = true}));
}

TEST(Scanner, PartsSumToTheScore) {
  const auto scanner = scanner_of(
      "body A /a/\nscore A 1.234\nbody B /b/\nscore B -0.111\nbody M /m/\ntflags M multiple\nscore M "
      "0.333\nmeta AB A && B\nscore AB 0.001\n");
  const Verdict v = scanner->scan("Subject: x\n\na b mmm\n");
  double sum = 0;
  for (const VerdictHit& hit : v.hits) sum += hit.score;
  EXPECT_DOUBLE_EQ(v.score, std::round(sum * 1000) / 1000);
  EXPECT_EQ(hits(v), "A AB B M=3");
  EXPECT_DOUBLE_EQ(v.score, 1.234 - 0.111 + 3 * 0.333 + 0.001);
}

TEST(Scanner, ThresholdsDecideVerdictAndAction) {
  const std::string_view rules = "body A /aaa/\nscore A 6\nbody B /bbb/\nscore B 10\n";
  const auto scanner = scanner_of(rules);
  EXPECT_EQ(scanner->scan("\nnothing\n").action, Action::pass);
  EXPECT_EQ(scanner->scan("\naaa\n").action, Action::add_header);
  EXPECT_TRUE(scanner->scan("\naaa\n").spam);
  EXPECT_EQ(scanner->scan("\naaa bbb\n").action, Action::reject);
  EXPECT_EQ(scanner_of(rules, {.reject_score = 0})->scan("\naaa bbb\n").action, Action::add_header);
  EXPECT_FALSE(scanner_of(rules, {.required_score = 7})->scan("\naaa\n").spam);
}

// What these rules do with absent headers was asked of SpamAssassin 4.0.1.
TEST(Scanner, AbsentHeaderIsMatchedAsNothingOrAsItsDefault) {
  const std::string_view rules =
      "header __EMPTY X-Foo =~ /^$/\n"
      "header __NOT X-Foo !~ /bar/\n"
      "header __DEFAULT X-Foo =~ /^UNSET$/ [if-unset: UNSET]\n"
      "header __EXISTS exists:X-Foo\n"
      "header __ANY X-Foo =~ /./\n";
  EXPECT_EQ(hits_of(rules, "Subject: x\n\nbody\n"), "__DEFAULT __EMPTY __NOT");
  EXPECT_EQ(hits_of(rules, "X-Foo: bar\n\nbody\n"), "__ANY __EXISTS");
  EXPECT_EQ(hits_of(rules, "X-Foo: baz\n\nbody\n"), "__ANY __EXISTS __NOT");
}

TEST(Scanner, MetasSeeCountsAndUndefinedRulesAreZero) {
  const std::string_view rules =
      "body __M /e/\ntflags __M multiple maxhits=4\n"
      "meta __FOUR __M == 4\nmeta __SUM __M + __M > 7\nmeta __NOT_THERE !NO_SUCH_RULE\nmeta __NEVER "
      "NO_SUCH_RULE\n";
  EXPECT_EQ(hits_of(rules, "\neeeeee\n"), "__FOUR __M=4 __NOT_THERE __SUM");
}

// A meta with score 0 that is true stays unsettled, and who names it waits for ever; one that is false counts
// 0. So SpamAssassin 4.0.1 answers.
TEST(Scanner, MetaThatNamesAnIdleMetaRunsWhereThatIsFalse) {
  const std::string_view rules =
      "body __A /a/\nmeta IDLE __A\nscore IDLE 0\nmeta __WAITS __A || IDLE\nmeta __NEXT !__WAITS\nmeta "
      "__FREE __A\n";
  EXPECT_EQ(hits_of(rules, "\na\n"), "__A __FREE");
  EXPECT_EQ(hits_of(rules, "\nb\n"), "__NEXT");
}

TEST(Scanner, CapturesFillTemplates) {
  const std::string_view rules =
      "util_rb_tld com\nheader __TO To:addr =~ /(?<TO_ADDR>.+)/\nbody __NAMED /write to %{TO_ADDR} now/\n";
  EXPECT_EQ(hits_of(rules, "To: <jane.doe@example.com>\n\nwrite to jane.doe@example.com now\n"),
            "__NAMED __TO");
  EXPECT_EQ(hits_of(rules, "To: <jane.doe@example.com>\n\nwrite to janeXdoe@example.com now\n"), "__TO");
  EXPECT_EQ(hits_of(rules, "Subject: none\n\nwrite to  now\n"), "");
}

TEST(Scanner, BrokenPatternIsNamedWithItsPlace) {
  auto set = RuleSet::parse("body GOOD /a/\nbody BAD /(/\n", "mine.cf");
  if (set) {
    auto scanner = Scanner::make(std::move(*set));
    ASSERT_FALSE(scanner);
    EXPECT_EQ(scanner.error().where, "mine.cf:2");
  } else {
    EXPECT_EQ(set.error().where, "mine.cf:2");
  }
}

TEST(Scanner, UncheckedPatternIsStillNamedWhenUsed) {
  LoadOptions options;
  options.check_patterns = false;
  auto set = RuleSet::parse("body GOOD /a/\nbody BAD /(/\n", "mine.cf", options);
  ASSERT_TRUE(set) << set.error().text();
  auto scanner = Scanner::make(std::move(*set));
  ASSERT_FALSE(scanner);
  EXPECT_EQ(scanner.error().where, "mine.cf:2");
  EXPECT_NE(scanner.error().what.find("BAD"), std::string::npos);
}

TEST(Scanner, UnknownNativeTestIsAnError) {
  auto set = RuleSet::parse("header X eval:no_such_test()\n", "mine.cf");
  if (!set) return;  // refused by the loader already
  auto scanner = Scanner::make(std::move(*set));
  ASSERT_FALSE(scanner);
  EXPECT_EQ(scanner.error().where, "mine.cf:1");
}

TEST(Scanner, TextOfAHitIsBounded) {
  const auto scanner = scanner_of("full LONG /x{1000,}/s\n");
  const Verdict v =
      scanner->scan("Subject: x\n\n" + std::string(5000, 'x') + "\n", {}, {.texts = true, .matches = true});
  ASSERT_EQ(v.hits.size(), 1U);
  EXPECT_LE(v.hits[0].text.size(), 256U);
  ASSERT_EQ(v.matches.size(), 1U);
  EXPECT_LE(v.matches[0].context.size(), 400U);
}

TEST(Scanner, ThreadsShareOneScanner) {
  const auto scanner = scanner_of("body A /alpha/\nheader S Subject =~ /beta/\nmeta M A && S\n");
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const bool both = (i + t) % 2 == 0;
        const Verdict v = scanner->scan(both ? "Subject: beta\n\nalpha\n" : "Subject: gamma\n\nalpha\n");
        if (v.hits.size() != (both ? 3U : 1U)) ++wrong;
      }
    });
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(Scanner, OnlySomeRulesRun) {
  const auto scanner = scanner_of("body A /a/\nbody B /b/\nmeta M A + B > 1\nbody C /c/\n", {.only = {"M"}});
  EXPECT_EQ(hits(scanner->scan("\na b c\n")), "A B M");
}

}  // namespace
}  // namespace thresh
