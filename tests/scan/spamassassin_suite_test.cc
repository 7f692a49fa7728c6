// SpamAssassin's own test runs (suite sa-tests): a message, a configuration, rules that must hit and rules
// that must not. Only runs that Debian's SpamAssassin reproduces are judged, and of their expectations those
// about rules and the verdict; texts of its reports and log lines are its own.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "engine/scan/scanner.h"
#include "tests/support/shared.h"

namespace thresh {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* stock_rules = "/usr/share/spamassassin";

// Runs that cannot be reproduced, each with its reason.
const std::map<std::string, std::string>& left_out() {
  static const std::map<std::string, std::string> reasons{
      {"sa/plugin/1", "loads a plugin written in Perl"},
      {"sa/extracttext/1", "has the text of attachments extracted by an outside program"},
  };
  return reasons;
}

class SuiteRun {
 public:
  SuiteRun(const json& c, const std::string& suite) : case_(c), suite_(suite) {
    dir_ = fs::temp_directory_path() / ("thresh-sa-tests-" + std::to_string(::getpid()));
    fs::create_directories(dir_);
  }
  ~SuiteRun() {
    std::error_code ignored;
    fs::remove_all(dir_, ignored);
  }

  void check() {
    std::vector<std::string> only = expected_rules();
    const bool whole = wants_verdict();
    auto rules = RuleSet::load(paths());
    ASSERT_TRUE(rules) << rules.error().text();
    ScannerOptions options;
    if (!whole) {
      if (only.empty()) return;
      options.only = only;
    }
    auto scanner = Scanner::make(std::move(*rules), options);
    ASSERT_TRUE(scanner) << scanner.error().text();
    std::string message = testing::read_file(suite_ + "/" + case_["message"].get<std::string>());
    const Verdict verdict = (*scanner)->scan(message, {}, {.subrules = true, .texts = true});

    for (const json& e : case_["expected"]["present"]) {
      if (e.contains("rule")) {
        const VerdictHit* hit = find(verdict, e["rule"]);
        ASSERT_NE(hit, nullptr) << e["rule"] << " must hit";
        if (e.contains("score")) {
          EXPECT_NEAR(hit->score, e["score"].get<double>(), 0.06) << e["rule"];
        }
      } else if (e.contains("text") && e["text"].get<std::string>().starts_with("X-Spam-Status:")) {
        EXPECT_EQ(verdict.spam, e["text"].get<std::string>().find("Yes") != std::string::npos);
      }
    }
    for (const json& e : case_["expected"]["absent"])
      if (e.contains("rule")) {
        EXPECT_EQ(find(verdict, e["rule"]), nullptr) << e["rule"] << " must not hit";
      }
  }

 private:
  static const VerdictHit* find(const Verdict& verdict, const json& name) {
    const auto it = std::find_if(verdict.hits.begin(), verdict.hits.end(),
                                 [&](const VerdictHit& h) { return h.rule == name.get<std::string>(); });
    return it == verdict.hits.end() ? nullptr : &*it;
  }

  std::vector<std::string> expected_rules() const {
    std::set<std::string> names;
    for (const char* side : {"present", "absent"})
      for (const json& e : case_["expected"][side])
        if (e.contains("rule")) names.insert(e["rule"].get<std::string>());
    return {names.begin(), names.end()};
  }

  bool wants_verdict() const {
    for (const json& e : case_["expected"]["present"])
      if (e.contains("text") && e["text"].get<std::string>().starts_with("X-Spam-Status:")) return true;
    return false;
  }

  std::string written(const std::string& name, const std::string& key) {
    const fs::path path = dir_ / name;
    std::ofstream(path, std::ios::binary) << bytes_of(case_[key].get<std::string>());
    return path.string();
  }

  // The suite writes each byte of a configuration as the character of that number; JSON holds these as UTF-8.
  static std::string bytes_of(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto lead = static_cast<unsigned char>(text[i]);
      if (lead == 0xc2 || lead == 0xc3)
        bytes += static_cast<char>((lead << 6) | (static_cast<unsigned char>(text[++i]) & 0x3f));
      else
        bytes += text[i];
    }
    return bytes;
  }

  std::vector<std::string> paths() {
    std::vector<std::string> out;
    if (!case_.value("stock_rules_removed", false)) out.emplace_back(stock_rules);
    // The site's own settings come after, in the order SATest.pm writes them.
    for (const auto& entry : fs::directory_iterator(*testing::shared_dir() + "/oracle/config"))
      if (entry.path().extension() == ".pre") out.push_back(entry.path().string());
    out.push_back(suite_ + "/data/01_test_rules.pre");
    if (case_.contains("pre")) out.push_back(written("02_test.pre", "pre"));
    out.push_back(suite_ + "/data/01_test_rules.cf");
    if (case_.contains("local_rules")) out.push_back(written("03_local.cf", "local_rules"));
    if (case_.contains("prefs")) out.push_back(written("99_prefs.cf", "prefs"));
    if (case_.contains("user_prefs")) out.push_back(written("99_user_prefs.cf", "user_prefs"));
    if (case_.contains("extra_files"))
      for (const auto& [name, text] : case_["extra_files"].items()) {
        fs::create_directories((dir_ / name).parent_path());
        std::ofstream(dir_ / name, std::ios::binary) << text.get<std::string>();
      }
    return out;
  }

  const json& case_;
  std::string suite_;
  fs::path dir_;
};

TEST(SpamAssassinSuite, EveryRunThatDebianReproduces) {
  THRESH_NEED_SHARED(shared);
  if (!fs::exists(stock_rules)) GTEST_SKIP() << "install Debian's spamassassin to run this";
  const std::string suite = shared + "/suites/sa-tests";
  fs::current_path(suite);  // configurations name files relative to it
  std::size_t judged = 0;
  for (const json& c : testing::read_jsonl(suite + "/cases.jsonl")) {
    if (!c.contains("debian_sa") || c["debian_sa"] != "agrees") continue;
    const std::string id = c["id"];
    if (const auto it = left_out().find(id); it != left_out().end()) {
      std::cout << id << " left out: " << it->second << "\n";
      continue;
    }
    SCOPED_TRACE(id);
    SuiteRun(c, suite).check();
    ++judged;
  }
  EXPECT_GE(judged, 85U);
}

}  // namespace
}  // namespace thresh
