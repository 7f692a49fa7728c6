// Scans that do not see all of a message: too long, known to be cut, or out of time. The verdict says so.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "engine/scan/scanner.h"

namespace thresh {
namespace {

constexpr std::string_view rules = R"(body ONE /one/
body TWO /two/
meta NOT_TWO !TWO
score ONE 1
score TWO 2
score NOT_TWO 4
)";

const std::string message =
    "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n";

std::unique_ptr<const Scanner> make(std::size_t max_full_size) {
  auto set = RuleSet::parse(rules, "test.cf");
  EXPECT_TRUE(set) << set.error().text();
  auto scanner = Scanner::make(std::move(*set), {.max_full_size = max_full_size});
  EXPECT_TRUE(scanner) << scanner.error().text();
  return std::move(*scanner);
}

using Partial = std::vector<std::string>;

TEST(ShortenedScan, AboveTheSizeOnlyTheFirstPartIsMatchedAndTheVerdictSaysSo) {
  const auto scanner = make(message.size() - 1);
  const Verdict v = scanner->scan(message);
  EXPECT_EQ(v.score, 5);  // ONE and NOT_TWO
  EXPECT_EQ(v.partial, Partial{"size"});
}

TEST(ShortenedScan, UpToTheSizeAllIsMatched) {
  const auto scanner = make(message.size());
  const Verdict v = scanner->scan(message);
  EXPECT_EQ(v.score, 3);
  EXPECT_TRUE(v.partial.empty());
}

TEST(ShortenedScan, AMessageKnownToBeCutIsTreatedLikeOne) {
  const auto scanner = make(0);
  const Verdict v = scanner->scan(message, {}, {.first_part = true});
  EXPECT_EQ(v.score, 5);
  EXPECT_EQ(v.partial, Partial{"size"});
}

TEST(ShortenedScan, AfterTheDeadlineNothingHitsNotEvenANegatedMeta) {
  const auto scanner = make(0);
  const Verdict v = scanner->scan(message, {}, {.deadline = std::chrono::steady_clock::time_point::min()});
  EXPECT_EQ(v.score, 0);
  EXPECT_TRUE(v.hits.empty());
  EXPECT_EQ(v.partial, Partial{"time"});
}

}  // namespace
}  // namespace thresh
