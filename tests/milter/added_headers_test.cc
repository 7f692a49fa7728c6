#include "milter/added_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/version.h"
#include "milter/limits.h"

namespace thresh::milter {
namespace {

const std::vector<std::string> all{"X-Spam", "X-Spam-Flag", "X-Spam-Score", "X-Spam-Level", "X-Spam-Status"};
const std::string version_text = "\n\tversion=thresh-" + std::string(version());

VerdictHit hit(std::string_view rule, double score) {
  VerdictHit made;
  made.rule = rule;
  made.score = score;
  return made;
}

std::vector<std::string> lines(const std::vector<AddedHeader>& headers) {
  std::vector<std::string> out;
  for (const AddedHeader& header : headers) out.push_back(header.name + ": " + header.value);
  return out;
}

TEST(AddedHeaders, OfSpam) {
  Verdict verdict;
  verdict.score = 7.314;
  verdict.hits = {hit("NAME", 6.8144), hit("OTHER", 0.5), hit("__SUB", 0)};
  EXPECT_THAT(lines(verdict_headers(verdict, 5, true, all)),
              testing::ElementsAre(
                  "X-Spam: Yes", "X-Spam-Flag: YES", "X-Spam-Score: 7.31", "X-Spam-Level: *******",
                  "X-Spam-Status: Yes, score=7.3 required=5.0\n\ttests=NAME=6.814,OTHER=0.5" + version_text));
}

TEST(AddedHeaders, OfHam) {
  Verdict verdict;
  verdict.score = -1.5;
  EXPECT_THAT(
      lines(verdict_headers(verdict, 5, false, all)),
      testing::ElementsAre("X-Spam-Score: -1.50",
                           "X-Spam-Status: No, score=-1.5 required=5.0\n\ttests=none" + version_text));
}

TEST(AddedHeaders, OnlyThoseThatAreWanted) {
  EXPECT_THAT(lines(verdict_headers(Verdict(), 5, true, {"X-Spam"})), testing::ElementsAre("X-Spam: Yes"));
}

TEST(AddedHeaders, AMessageThatWasNotSeenWholeSaysSo) {
  Verdict verdict;
  verdict.partial = {"size", "dkim"};
  EXPECT_EQ(verdict_headers(verdict, 5, false, {"X-Spam-Status"})[0].value,
            "No, score=0.0 required=5.0\n\ttests=none\n\tpartial=size,dkim version=thresh-" +
                std::string(version()));
}

TEST(AddedHeaders, ManyRulesAreFoldedAndTheRestIsCounted) {
  Verdict verdict;
  for (std::size_t i = 0; i < limits::status_rules + 3; ++i)
    verdict.hits.push_back(hit("A_RULE_WITH_A_NAME", 0.001));
  const std::string value = verdict_headers(verdict, 5, false, {"X-Spam-Status"})[0].value;
  EXPECT_NE(value.find(",+3\n"), std::string::npos);
  std::size_t begin = 0;
  while (begin < value.size()) {
    const std::size_t end = std::min(value.find('\n', begin), value.size());
    EXPECT_LE(end - begin, 78U);
    begin = end + 1;
  }
}

TEST(AddedHeaders, TheLevelHasABound) {
  Verdict verdict;
  verdict.score = 1000;
  EXPECT_EQ(verdict_headers(verdict, 5, true, {"X-Spam-Level"})[0].value,
            std::string(limits::level_stars, '*'));
}

TEST(ForeignHeaders, AreDeletedFromTheHighestIndexDown) {
  ForeignHeaders foreign;
  const std::vector<std::string> ids{"mx.example.org"};
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"X-Spam-Flag", " YES"},
           {"Authentication-Results", " other.example; spf=pass"},
           {"Subject", " X-Spam"},
           {"x-spam-flag", " NO"},
           {"AUTHENTICATION-RESULTS", " (x) \"MX.example.ORG\" 1; dkim=pass"},
           {"X-Spam", " Yes"},
           {"X-Spammer-Id", " 1"},
           {"Authentication-Results", "\n\tmx.example.org; none"},
           {"Not-X-Spam", " 1"}})
    foreign.see(name, value, ids);
  std::vector<std::pair<std::string, int>> deleted;
  for (const auto& field : foreign.to_delete()) deleted.emplace_back(field.name, field.index);
  EXPECT_THAT(deleted, testing::UnorderedElementsAre(std::pair("x-spam-flag", 2), std::pair("x-spam-flag", 1),
                                                     std::pair("authentication-results", 3),
                                                     std::pair("authentication-results", 2),
                                                     std::pair("x-spam", 1), std::pair("x-spammer-id", 1)));
  const auto position = [&](const std::string& name, int index) {
    return std::ranges::find(deleted, std::pair(name, index)) - deleted.begin();
  };
  EXPECT_LT(position("x-spam-flag", 2), position("x-spam-flag", 1));
  EXPECT_LT(position("authentication-results", 3), position("authentication-results", 2));
  EXPECT_EQ(foreign.count(), 6U);
}

}  // namespace
}  // namespace thresh::milter
