// The rules that ship, and the stock rules where they are installed: their in-file tests, and the samples.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/scan/rule_tests.h"
#include "tests/support/shared.h"

namespace thresh {
namespace {

namespace fs = std::filesystem;
const std::string root = THRESH_SOURCE_DIR;

std::unique_ptr<const Scanner> scanner_of(std::vector<std::string> paths, ScannerOptions options = {}) {
  auto rules = RuleSet::load(paths);
  EXPECT_TRUE(rules) << rules.error().text();
  if (!rules) return nullptr;
  auto scanner = Scanner::make(std::move(*rules), options);
  EXPECT_TRUE(scanner) << scanner.error().text();
  return scanner ? std::move(*scanner) : nullptr;
}

void expect_tests_pass(const Scanner& scanner, std::size_t at_least) {
  std::size_t ran = 0;
  for (const RuleTestOutcome& outcome : run_rule_tests(scanner)) {
    ran += outcome.ran;
    EXPECT_TRUE(outcome.passed || !outcome.ran)
        << outcome.test->where.text() << ": " << outcome.rule->name
        << (outcome.test->should_match ? " must hit: " : " must not hit: ") << outcome.test->text;
  }
  EXPECT_GE(ran, at_least);
}

TEST(OwnRules, InFileTestsPass) {
  const auto scanner = scanner_of({root + "/rules"});
  ASSERT_TRUE(scanner);
  expect_tests_pass(*scanner, 100);
}

TEST(OwnRules, EveryPublicRuleIsDescribedAndScored) {
  const auto scanner = scanner_of({root + "/rules"});
  ASSERT_TRUE(scanner);
  std::size_t count = 0;
  for (const Rule& rule : scanner->rules().rules()) {
    if (rule.is_subrule() || rule.type == RuleType::empty) continue;
    ++count;
    EXPECT_FALSE(rule.describe.empty()) << rule.name;
    EXPECT_TRUE(rule.score_defined) << rule.name;
  }
  EXPECT_GE(count, 60U);
}

TEST(OwnRules, SamplesAreJudgedAsTheirNamesSay) {
  const auto scanner = scanner_of({root + "/rules"});
  ASSERT_TRUE(scanner);
  std::size_t spam = 0, caught = 0, ham = 0;
  for (const auto& entry : fs::directory_iterator(root + "/corpus/samples")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".eml")) continue;
    const Verdict verdict = scanner->scan(testing::read_file(entry.path()));
    if (name.starts_with("ham-")) {
      ++ham;
      EXPECT_LT(verdict.score, 5.0) << name;
    } else if (name.starts_with("spam-")) {
      ++spam;
      caught += verdict.spam;
    }
  }
  EXPECT_GE(ham, 15U);
  EXPECT_GE(spam, 18U);
  EXPECT_GE(caught + 2, spam);
}

TEST(StockRules, InFileTestsPass) {
  const std::string stock = "/usr/share/spamassassin";
  if (!fs::exists(stock + "/regression_tests.cf"))
    GTEST_SKIP() << "install Debian's spamassassin to run this";
  auto rules = RuleSet::load(std::vector<std::string>{stock});
  ASSERT_TRUE(rules) << rules.error().text();
  std::vector<std::string> tested;
  for (const Rule& rule : rules->rules())
    if (!rule.tests.empty()) tested.push_back(rule.name);
  auto scanner = Scanner::make(std::move(*rules), {.only = tested});
  ASSERT_TRUE(scanner) << scanner.error().text();
  expect_tests_pass(**scanner, 10);
}

}  // namespace
}  // namespace thresh
