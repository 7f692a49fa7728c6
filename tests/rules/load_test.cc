// Files and directories: order, includes, bounds; and the rule sets people use.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/language/rule_set.h"

namespace thresh {
namespace {

namespace fs = std::filesystem;

class Load : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("thresh_rules_" + std::to_string(::getpid()) + "_" +
                                           testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view text) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  [[nodiscard]] std::string path(const std::string& name = {}) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(Load, PreFilesFirstThenCfFilesByName) {
  write("b.cf", "score R 2\n");
  write("a.cf", "ifplugin Mail::SpamAssassin::Plugin::AWL\nbody R /x/\nendif\nscore R 1\n");
  write("z.pre", "loadplugin Mail::SpamAssassin::Plugin::AWL\n");
  write("notes.txt", "no rules here\n");
  write("sub/c.cf", "score R 9\n");
  const auto rules = RuleSet::load(std::vector<std::string>{path()});
  ASSERT_TRUE(rules) << rules.error().text();
  EXPECT_TRUE(rules->has_plugin("AWL"));
  EXPECT_FALSE(rules->has_plugin("DKIM"));  // a .pre file replaces the default plugins
  EXPECT_EQ(rules->find("R")->scores[0], 2);
  EXPECT_EQ(rules->find("R")->type, RuleType::body);
  EXPECT_EQ(rules->find("R")->where.text(), "a.cf:2");
  ASSERT_EQ(rules->files().size(), 3u);
  EXPECT_TRUE(rules->files()[0].ends_with("z.pre"));
}

TEST_F(Load, PathsInTheirOrderAndAFileOnlyOnce) {
  const std::string first = write("x/50.cf", "score R 1\n"), second = write("y/10.cf", "score R 2\n");
  EXPECT_EQ(RuleSet::load(std::vector<std::string>{path("x"), path("y")})->find("R")->scores[0], 2);
  EXPECT_EQ(RuleSet::load(std::vector<std::string>{path("y"), path("x")})->find("R")->scores[0], 1);
  const auto again = RuleSet::load(std::vector<std::string>{first, second, first});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->find("R")->scores[0], 2);
  ASSERT_EQ(again->notes().size(), 1u);
}

TEST_F(Load, MissingPathsAreErrors) {
  EXPECT_FALSE(RuleSet::load(std::vector<std::string>{path("missing.cf")}));
}

TEST_F(Load, IncludesAreReadInPlaceRelativeToTheFile) {
  write("inc/more.cf", "score R 5\nbody I /y/\n");
  const std::string main = write("main.cf", "body R /x/\nscore R 1\ninclude inc/more.cf\nscore R 7\nscroe\n");
  LoadOptions options;
  options.tolerate_errors = true;
  const auto rules = RuleSet::load(std::vector<std::string>{main}, options);
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->find("R")->scores[0], 7);
  EXPECT_EQ(rules->find("I")->where.text(), "more.cf:2");
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].where.text(), "main.cf:5");  // counting goes on after the include
}

// SpamAssassin closes every open condition at an include, whatever it says.
TEST_F(Load, AnIncludeInsideOfACondition) {
  write("inc.cf", "body I /y/\n");
  const std::string main = write("main.cf", "if 0\ninclude inc.cf\nbody R /x/\n");
  LoadOptions options;
  options.tolerate_errors = true;
  const auto rules = RuleSet::load(std::vector<std::string>{main}, options);
  ASSERT_TRUE(rules);
  EXPECT_NE(rules->find("I"), nullptr);
  EXPECT_NE(rules->find("R"), nullptr);
  EXPECT_FALSE(RuleSet::load(std::vector<std::string>{main}));
}

TEST_F(Load, IncludeCyclesAreReportedAndHarmless) {
  const std::string a = write("a.cf", "include b.cf\nbody A /x/\n");
  write("b.cf", "include a.cf\nbody B /x/\n");
  const auto rules = RuleSet::load(std::vector<std::string>{a});
  ASSERT_TRUE(rules);
  EXPECT_NE(rules->find("A"), nullptr);
  EXPECT_NE(rules->find("B"), nullptr);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].where.text(), "b.cf:1");
}

TEST_F(Load, AFileThatIncludesItselfUnderOtherNames) {
  const std::string a = write("a.cf", "include ./a.cf\nbody A /x/\n");
  const auto rules = RuleSet::load(std::vector<std::string>{a});
  ASSERT_TRUE(rules) << rules.error().text();
  EXPECT_EQ(rules->files().size(), 1u);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].where.text(), "a.cf:1");
}

// SpamAssassin goes on without a file that an include names and that is not there; so do we, and say it.
TEST_F(Load, AMissingIncludeIsAWarning) {
  const std::string a = write("a.cf", "body A /x/\ninclude gone.cf\n");
  const auto rules = RuleSet::load(std::vector<std::string>{a});
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->notes().size(), 1u);
  EXPECT_EQ(rules->notes()[0].kind, LintNote::Kind::warning);
  EXPECT_EQ(rules->notes()[0].where.text(), "a.cf:2");
}

// Without a rule every message passes.
TEST_F(Load, PathsWithoutAnyRuleFileAreAnError) {
  write("empty/README", "no rules\n");
  const auto none = RuleSet::load(std::vector<std::string>{path("empty")});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().where, path("empty"));
  write("rules/a.cf", "body A /x/\n");
  EXPECT_TRUE(RuleSet::load(std::vector<std::string>{path("empty"), path("rules")}));
}

TEST_F(Load, ErrorsSayWhereWhyAndWhatToDo) {
  const auto rules = RuleSet::load(std::vector<std::string>{write("a.cf", "body A /x/\nbody B /(/\n")});
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().where, "a.cf:2");
  EXPECT_NE(rules.error().what.find("the pattern of B"), std::string::npos);
  EXPECT_FALSE(rules.error().remedy.empty());
}

TEST_F(Load, IncludeDepthIsBounded) {
  for (int i = 0; i <= kMaxIncludeDepth + 1; ++i)
    write("f" + std::to_string(i) + ".cf",
          "include f" + std::to_string(i + 1) + ".cf\nbody R" + std::to_string(i) + " /x/\n");
  const auto refused = RuleSet::load(std::vector<std::string>{path("f0.cf")});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what, "");
  EXPECT_TRUE(RuleSet::load(std::vector<std::string>{path("f3.cf")}));
}

TEST_F(Load, FileSizeIsBounded) {
  const std::string big = write("big.cf", "");
  fs::resize_file(big, kMaxRuleFileBytes + 1);
  const auto rules = RuleSet::load(std::vector<std::string>{big});
  ASSERT_FALSE(rules);
  EXPECT_NE(rules.error().what.find("larger"), std::string::npos);
}

TEST_F(Load, NumberOfFilesIsBounded) {
  write("rules/a.cf", "body A /x/\n");
  for (std::size_t i = 0; i < kMaxRuleFiles; ++i) std::ofstream(path("rules/z" + std::to_string(i) + ".cf"));
  const std::vector<std::string> paths{path("rules")};
  const auto refused = RuleSet::load(paths);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "more than 10000 rule files");
  fs::remove(path("rules/z0.cf"));
  const auto loaded = RuleSet::load(paths);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->files().size(), kMaxRuleFiles);
}

constexpr const char* kStock = "/usr/share/spamassassin";

TEST(StockRules, LoadWithoutErrors) {
  if (!fs::is_directory(kStock))
    GTEST_SKIP() << "needs the rules of Debian's spamassassin package in " << kStock;
  const auto rules = RuleSet::load(std::vector<std::string>{kStock});
  ASSERT_TRUE(rules) << rules.error().text();
  for (const LintNote& note : rules->notes())
    EXPECT_NE(note.kind, LintNote::Kind::error) << note.where.text() << ": " << note.what;
  EXPECT_GT(rules->rules().size(), 2900u);
  EXPECT_FALSE(rules->find("FUZZY_CREDIT") != nullptr &&
               rules->find("FUZZY_CREDIT")->pattern.source.contains("<C>"));
}

// Configurations of SpamAssassin's own tests that Debian's SpamAssassin agrees with.
TEST(SpamAssassinTests, TheirConfigurationsLoad) {
  const char* shared = std::getenv("THRESH_SHARED_DIR");
  if (shared == nullptr) GTEST_SKIP() << "THRESH_SHARED_DIR is not set: no suites";
  const fs::path suite = fs::path(shared) / "suites/sa-tests";
  std::ifstream cases(suite / "cases.jsonl");
  if (!cases) GTEST_SKIP() << suite << " is not there";
  const fs::path folder = fs::temp_directory_path() / ("thresh_sa_tests_" + std::to_string(::getpid()));
  int loaded = 0;
  for (std::string line; std::getline(cases, line);) {
    const auto run = nlohmann::json::parse(line);
    if (run.value("debian_sa", "") != "agrees") continue;
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& [key, name] :
         {std::pair("pre", "90.pre"), {"local_rules", "90.cf"}, {"prefs", "91.cf"}, {"user_prefs", "92.cf"}})
      if (run.contains(key) && run[key].is_string())
        std::ofstream(folder / name) << run[key].get<std::string>();
    std::vector<std::string> paths;
    // Without the stock rules: they take a second each time and change nothing about what loads.
    paths.push_back((fs::path(shared) / "oracle/config").string());
    for (const char* name : {"data/01_test_rules.pre", "data/01_test_rules.cf"})
      paths.push_back((suite / name).string());
    paths.push_back(folder.string());
    const auto rules = RuleSet::load(paths);
    EXPECT_TRUE(rules.has_value()) << run.value("id", "") << ": " << (rules ? "" : rules.error().text());
    ++loaded;
  }
  fs::remove_all(folder);
  EXPECT_GT(loaded, 50);
}

}  // namespace
}  // namespace thresh
