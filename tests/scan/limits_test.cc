// The bounds of engine/scan/limits.h are reached and kept.
#include "engine/scan/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "engine/match/limits.h"
#include "engine/message/limits.h"
#include "engine/scan/scanner.h"

namespace thresh {
namespace {

class VerdictLimits : public testing::Test {
 protected:
  Verdict verdict_of(std::string_view rules, const std::string& message) {
    auto set = RuleSet::parse(rules, "test.cf");
    EXPECT_TRUE(set) << set.error().text();
    auto scanner = Scanner::make(std::move(*set));
    EXPECT_TRUE(scanner) << scanner.error().text();
    scanner_ = std::move(*scanner);
    return scanner_->scan(message, {}, {.texts = true, .matches = true});
  }

 private:
  std::unique_ptr<const Scanner> scanner_;  // names in the verdict live as long
};

TEST_F(VerdictLimits, MatchedTextAndItsContextAreCut) {
  const Verdict v =
      verdict_of("full LONG /x+/\n", "Subject: a\n\n" + std::string(5000, 'a') + std::string(5000, 'x') +
                                         std::string(5000, 'b') + "\n");
  ASSERT_EQ(v.hits.size(), 1U);
  EXPECT_EQ(v.hits[0].text, std::string(limits::verdict_text, 'x'));
  ASSERT_EQ(v.matches.size(), 1U);
  EXPECT_EQ(v.matches[0].begin, limits::verdict_context);
  EXPECT_EQ(v.matches[0].end, limits::verdict_context + limits::verdict_text);
  EXPECT_EQ(v.matches[0].context.size(), 2 * limits::verdict_context + limits::verdict_text);
}

// Bytes that look like the middle of a character do not widen the context.
TEST_F(VerdictLimits, ContextOfBytesThatAreNoCharacters) {
  const Verdict v = verdict_of("full END /x$/m\n", "Subject: a\n\n" + std::string(100'000, '\x80') + "x\n");
  ASSERT_EQ(v.matches.size(), 1U);
  EXPECT_LE(v.matches[0].begin, limits::verdict_context + 3);
}

// A pattern that runs into the match limit is named, and the rest of the verdict stands.
TEST_F(VerdictLimits, AnExplodingPatternIsNamed) {
  const Verdict v = verdict_of("body EXPLODES /^x(?:a+a+)+$/\nbody HELLO /hello/\nscore HELLO 6\n",
                               "Subject: a\n\nhello\n\nx" + std::string(1500, 'a') + " cb\n");
  EXPECT_EQ(v.limited, std::vector<std::string>{"EXPLODES"});
  ASSERT_EQ(v.hits.size(), 1U);
  EXPECT_EQ(v.hits[0].rule, "HELLO");
  EXPECT_EQ(v.score, 6.0);
}

// So is one that runs outside of the matcher's groups.
TEST_F(VerdictLimits, ExplodingPatternsOfOtherRulesAreNamed) {
  const std::string hard = "x" + std::string(60, 'a') + "b";
  const Verdict v = verdict_of(
      "mimeheader MIME X-A =~ /^x(?:a+a+)+$/\n"
      "uri_detail URI raw =~ /x(?:a+a+)+$/\n"
      "body __NAME /id=(?<ID>\\w+)/\n"
      "body NAMED /%{ID} x(?:a+a+)+$/\n"
      "util_rb_tld com\nbody HELLO /hello/\nscore HELLO 6\n",
      "Subject: a\nContent-Type: text/plain\nX-A: " + hard + "\n\nhello id=seven\n\nhttp://example.com/" +
          hard + "\n\nseven " + hard + "\n");
  EXPECT_THAT(v.limited, testing::UnorderedElementsAre("MIME", "URI", "NAMED"));
  EXPECT_EQ(v.score, 6.0);
  EXPECT_TRUE(v.bounds.empty());
}

// A paragraph each of which takes a pattern to its limit: a few are enough to give it up.
TEST_F(VerdictLimits, AMessageOfExplodingParagraphs) {
  std::string body;
  for (int i = 0; i < 40; ++i) body += "x" + std::string(1000, 'a') + " cb\n\n";
  const Verdict v =
      verdict_of("body EXPLODES /^x(?:a+a+)+$/\nbody HELLO /hello/\n", "Subject: a\n\n" + body + "hello\n");
  EXPECT_EQ(v.limited, std::vector<std::string>{"EXPLODES"});
  ASSERT_EQ(v.hits.size(), 1U);
}

// What the reading of a message left aside is said in the verdict.
TEST_F(VerdictLimits, RedirectionsThatAreNotFollowedAreNamed) {
  std::string redirections;
  while (redirections.size() + 60 < limits::uri_length) redirections += "http://a.com/?u=";
  std::string html = "<html><body>";
  for (int i = 0; i < 10; ++i)
    html += "<a href=\"http://" + std::to_string(i) + ".com/?u=" + redirections + "\">x</a>\n";
  const Verdict v = verdict_of("util_rb_tld com\nuri FIRST /^http:\\/\\/0\\.com/\n",
                               "Subject: a\nContent-Type: text/html\n\n" + html + "</body></html>\n");
  EXPECT_THAT(v.bounds, testing::ElementsAre(
                            "the forms of its URIs take 2 MiB, so further redirections were not followed"));
  EXPECT_EQ(v.hits.size(), 1U);
  EXPECT_TRUE(verdict_of("body A /a/\n", "Subject: a\n\nhttp://b.com/?u=http://c.com/\n").bounds.empty());
}

TEST_F(VerdictLimits, CapturesThatAreLeftAsideAreNamed) {
  std::string body;
  for (std::size_t i = 0; i <= limits::captured_values; ++i) body += "k" + std::to_string(i) + "\n\n";
  const Verdict v = verdict_of("body __KEYS /k(?<KEY>\\d+)/\ntflags __KEYS multiple\nbody ONE /^k%{KEY}$/\n",
                               "Subject: a\n\n" + body);
  EXPECT_THAT(v.bounds,
              testing::ElementsAre("more than 1000 values were captured for KEY, and the others left aside"));
}

}  // namespace
}  // namespace thresh
