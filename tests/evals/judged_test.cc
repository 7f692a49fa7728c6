// What the case files show of each eval: SpamAssassin said of some message that it hits, and of another one,
// a few lines away from it, that it does not. cases/never.tsv has the exceptions, a line each: function, and
// why it cannot hit. cases/registered.tsv has every eval that SpamAssassin's plugins register
// (tests/oracle/registered.pl).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/evals/eval.h"
#include "rules/language/rule_set.h"
#include "tests/evals/case_file.h"

namespace thresh {
namespace {

// A near miss differs from a hit in at most so many lines.
constexpr std::size_t kNearLines = 3;

std::map<std::string, std::string> read_table(const std::string& name) {
  std::ifstream file(case_folder() / name);
  std::map<std::string, std::string> table;
  for (std::string line; std::getline(file, line);)
    if (!line.starts_with('#'))
      table.emplace(line.substr(0, line.find('\t')), line.substr(line.find('\t') + 1));
  return table;
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(lines);
  return lines;
}

bool are_near(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> only_a, only_b;
  std::ranges::set_difference(a, b, std::back_inserter(only_a));
  std::ranges::set_difference(b, a, std::back_inserter(only_b));
  return only_a.size() <= kNearLines && only_b.size() <= kNearLines;
}

std::set<std::string> names_of(const std::string& hits) {
  std::set<std::string> names;
  for (std::size_t at = hits.find(' '); at < hits.size();) {
    const std::size_t end = std::min(hits.find(' ', at + 1), hits.size());
    const std::string word = hits.substr(at + 1, end - at - 1);
    names.insert(word.substr(0, word.find('=')));
    at = end;
  }
  return names;
}

struct Shown {
  std::size_t hits = 0, misses = 0;
  bool near_miss = false;
};

// By function. Calls with the same arguments are compared within a file, whatever the settings around them.
std::map<std::string, Shown> count_cases() {
  using Lines = std::vector<std::vector<std::string>>;
  std::map<std::string, Shown> shown;
  for (const std::filesystem::path& path : case_files()) {
    struct Call {
      std::string function;
      Lines hits, misses;
    };
    std::map<std::string, Call> calls;  // by function and arguments
    for (const CaseSection& section : read_case_file(path)) {
      const auto rules = RuleSet::parse(section.rules, (case_folder() / "rules.cf").string());
      EXPECT_TRUE(rules) << path;
      if (!rules) continue;
      for (const Case& one : section.cases) {
        const std::vector<std::string> lines = sorted_lines(one.message);
        const std::set<std::string> names = names_of(one.hits);
        for (const Rule& rule : rules->rules()) {
          if (rule.eval_function.empty()) continue;
          std::string key(rule.eval_function);
          for (const std::string& argument : rule.eval_args) key += '\n' + argument;
          Call& call = calls[key];
          call.function = rule.eval_function;
          (names.contains(std::string(rule.name)) ? call.hits : call.misses).push_back(lines);
        }
      }
    }
    for (const auto& [key, call] : calls) {
      Shown& of = shown[call.function];
      of.hits += call.hits.size();
      of.misses += call.misses.size();
      of.near_miss =
          of.near_miss || std::ranges::any_of(call.hits, [&](const auto& hit) {
            return std::ranges::any_of(call.misses, [&](const auto& miss) { return are_near(hit, miss); });
          });
    }
  }
  return shown;
}

TEST(JudgedCases, EveryLocalEvalHitsAndNearlyHits) {
  const std::map<std::string, Shown> shown = count_cases();
  const std::map<std::string, std::string> never = read_table("never.tsv");
  std::size_t local = 0, hit_and_near = 0, hits = 0, misses = 0;
  for (const EvalFamily& family : eval_families()) {
    for (const EvalEntry& entry : family.entries) {
      if (entry.function == nullptr) continue;
      ++local;
      const auto found = shown.find(std::string(entry.name));
      ASSERT_NE(found, shown.end()) << entry.name << ": no case asks for it";
      const Shown& of = found->second;
      hits += of.hits;
      misses += of.misses;
      EXPECT_GT(of.misses, 0U) << entry.name << ": no case where it does not hit";
      if (never.contains(std::string(entry.name))) {
        EXPECT_EQ(of.hits, 0U) << entry.name << ": hits, though never.tsv says why it cannot";
        continue;
      }
      EXPECT_GT(of.hits, 0U) << entry.name << ": no case where it hits";
      EXPECT_TRUE(of.near_miss) << entry.name << ": no near miss";
      hit_and_near += of.hits > 0 && of.near_miss ? 1 : 0;
    }
  }
  for (const auto& [name, why] : never) {
    const EvalEntry* const entry = find_eval(name);
    EXPECT_TRUE(entry != nullptr && entry->function != nullptr) << "never.tsv: " << name;
    EXPECT_TRUE(!why.empty() && why != name) << "never.tsv: " << name << ": no reason";
  }
  std::cout << local << " evals need nothing but the message; of these hit, and do not hit a few lines away: "
            << hit_and_near << "; cannot hit: " << never.size() << ". Answers: " << hits << " hits, "
            << misses << " misses.\n";
}

// A plugin's function that the catalogue does not have would be an unknown test in somebody's rules.
TEST(JudgedCases, EveryRegisteredEvalIsInTheCatalogue) {
  // Of uri_detail rules, which are a rule type of their own here.
  const std::set<std::string> no_rule_names_it = {"check_uri_detail"};
  const std::map<std::string, std::string> registered = read_table("registered.tsv");
  ASSERT_GT(registered.size(), 200U);
  for (const auto& [name, plugin] : registered)
    EXPECT_TRUE(find_eval(name) != nullptr || no_rule_names_it.contains(name)) << name << " of " << plugin;
  for (const EvalFamily& family : eval_families())
    for (const EvalEntry& entry : family.entries)
      EXPECT_TRUE(registered.contains(std::string(entry.name)))
          << entry.name << ": SpamAssassin has none of this name";
}

}  // namespace
}  // namespace thresh
