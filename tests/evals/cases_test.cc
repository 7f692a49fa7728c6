// The evals against what SpamAssassin 4.0.1 says of the same small messages. Each file in cases/ has sections
// that start with `## `: `## rules` gives the rules and settings for what follows; `## case NAME` is followed
// by a line `hits:` with the rules that hit (NAME=VALUE where the value is not 1) and the message. \xHH in a
// message stands for that byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "engine/base/ascii.h"
#include "engine/evals/eval.h"
#include "engine/evals/patterns.h"
#include "engine/match/matcher.h"

namespace thresh {
namespace {

struct Case {
  std::string name, hits, message;
};

struct Section {
  std::string rules;
  std::vector<Case> cases;
};

std::string with_bytes(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x' && ascii::is_xdigit(text[i + 2]) &&
        ascii::is_xdigit(text[i + 3])) {
      out += static_cast<char>(ascii::hex_value(text[i + 2]) * 16 + ascii::hex_value(text[i + 3]));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<Section> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Section> sections;
  std::string* into = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line == "## rules") {
      into = &sections.emplace_back().rules;
    } else if (line.starts_with("## case ")) {
      Case& one = sections.back().cases.emplace_back();
      one.name = line.substr(8);
      std::getline(file, one.hits);
      into = &one.message;
    } else if (into != nullptr) {
      *into += line + "\n";
    }
  }
  return sections;
}

// What the scan room does with the settings that these cases use.
MessageSettings message_settings(const RuleSet& rules) {
  MessageSettings settings;
  for (const Directive& d : rules.directives("util_rb_tld"))
    for (const std::string_view word : split_words(d.value)) settings.registry.add_tld(word);
  for (const Directive& d : rules.directives("util_rb_2tld"))
    for (const std::string_view word : split_words(d.value)) settings.registry.add_2tld(word);
  return settings;
}

std::string number_text(double value) {
  std::ostringstream out;
  out.precision(15);
  out << value;
  return out.str();
}

// Header evals, then the body rules over what they leave, then the other evals.
std::string hits_of(const RuleSet& rules, const EvalSettings& settings,
                    const MessageSettings& message_settings, const std::string& raw) {
  Arena arena;
  const Message message(raw, message_settings, arena);
  RegexScratch regex;
  EvalContext context(message, rules, settings, regex);
  std::map<std::string, double> values;
  const auto run_evals = [&](bool header) {
    for (const Rule& rule : rules.rules()) {
      if (rule.eval_function.empty() || (rule.type == RuleType::header_eval) != header) continue;
      const EvalEntry* entry = find_eval(rule.eval_function);
      ASSERT_NE(entry, nullptr) << rule.eval_function;
      EvalCall call{&rule, rule.eval_args, nullptr};
      if (entry->prepare != nullptr) {
        auto prepared = entry->prepare(call, rules);
        ASSERT_TRUE(prepared) << prepared.error().text();
        call.prepared = std::move(*prepared);
      }
      if (entry->function != nullptr) values[rule.name] = entry->function(context, call).value;
    }
  };
  run_evals(true);
  for (const Rule& rule : rules.rules()) {
    if (rule.type != RuleType::body) continue;
    const auto pattern = Regex::compile(rule.pattern.source, rule.pattern.modifiers);
    for (const std::string_view line : context.body())
      if (pattern && pattern->matches(line, regex)) values[rule.name] = 1;
  }
  run_evals(false);
  std::string hits = "hits:";
  for (const auto& [name, value] : values)
    if (value != 0) hits += " " + name + (value == 1 ? "" : "=" + number_text(value));
  return hits;
}

class EvalCases : public testing::TestWithParam<std::string> {};

TEST_P(EvalCases, AreAnsweredAsSpamAssassinAnswersThem) {
  const auto sections =
      read_cases(std::filesystem::path(THRESH_SOURCE_DIR) / "tests/evals/cases" / (GetParam() + ".cases"));
  ASSERT_FALSE(sections.empty());
  for (const Section& section : sections) {
    auto rules = RuleSet::parse(section.rules, GetParam());
    ASSERT_TRUE(rules) << rules.error().text();
    const auto settings = EvalSettings::make(*rules);
    ASSERT_TRUE(settings) << settings.error().text();
    const MessageSettings for_message = message_settings(*rules);
    for (const Case& one : section.cases)
      EXPECT_EQ(hits_of(*rules, *settings, for_message, with_bytes(one.message)), one.hits) << one.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Families, EvalCases,
                         testing::Values("relay_eval", "header_eval", "header_received", "header_dates",
                                         "free_mail", "from_name_spoof", "wlbl_eval", "subject_lists",
                                         "vbounce"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace thresh
