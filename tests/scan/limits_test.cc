// The bounds of engine/scan/limits.h are reached and kept.
#include "engine/scan/limits.h"

#include <gtest/gtest.h>

#include <memory>

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

}  // namespace
}  // namespace thresh
