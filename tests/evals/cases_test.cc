// Every case file against the scanner: what hits, with its value, is what SpamAssassin says. The test
// oracle.cases asks SpamAssassin itself the same, where it is installed.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "engine/scan/scanner.h"
#include "tests/evals/case_file.h"

namespace thresh {
namespace {

std::string number_text(double value) {
  std::ostringstream out;
  out.precision(15);
  out << value;
  return out.str();
}

std::string hits_of(const Scanner& scanner, const std::string& message) {
  std::string hits = "hits:";
  for (const VerdictHit& hit : scanner.scan(message, {}, {.subrules = true}).hits) {
    hits += ' ' + std::string(hit.rule);
    if (hit.value != 1) hits += '=' + number_text(hit.value);
  }
  return hits;
}

class EvalCases : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(EvalCases, AreAnsweredAsSpamAssassinAnswersThem) {
  const std::vector<CaseSection> sections = read_case_file(GetParam());
  ASSERT_FALSE(sections.empty());
  for (const CaseSection& section : sections) {
    // `languages`, which TextCat looks for beside the rules, lies in the folder of the cases.
    auto rules = RuleSet::parse(section.rules, (case_folder() / "rules.cf").string());
    ASSERT_TRUE(rules) << rules.error().text();
    const auto scanner = Scanner::make(std::move(*rules));
    ASSERT_TRUE(scanner) << scanner.error().text();
    for (const Case& one : section.cases) EXPECT_EQ(hits_of(**scanner, one.message), one.hits) << one.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, EvalCases, testing::ValuesIn(case_files()),
                         [](const auto& test) { return test.param.stem().string(); });

}  // namespace
}  // namespace thresh
