// The evals of bodies, HTML, MIME parts, links and attachments, and mimeheader and uri_detail rules, against
// what SpamAssassin 4.0.1 says of the same small messages. cases/body_side.cf has the rules; in
// cases/body_side.cases every message names all of them that hit. cases/languages has small language models,
// which both read.
#include <gtest/gtest.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/eval.h"
#include "engine/evals/metadata.h"
#include "engine/evals/mime_header.h"
#include "engine/evals/uri_detail.h"

namespace thresh {
namespace {

const std::filesystem::path folder = std::filesystem::path(THRESH_SOURCE_DIR) / "tests/evals/cases";

struct Case {
  std::string name, hits, message;
};

// \x41 is a byte, \*9:x are nine x, a backslash at the end of a line takes its newline away.
std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      out += text[at];
    } else if (text[at + 1] == '\n') {
      ++at;
    } else if (text[at + 1] == 'x') {
      out += static_cast<char>(ascii::hex_value(text[at + 2]) * 16 + ascii::hex_value(text[at + 3]));
      at += 3;
    } else {
      const std::size_t colon = text.find(':', at);
      std::size_t count = 0;
      std::from_chars(text.data() + at + 2, text.data() + colon, count);
      out.append(count, text[colon + 1]);
      at = colon + 1;
    }
  }
  return out;
}

std::vector<Case> read_cases() {
  std::ifstream file(folder / "body_side.cases", std::ios::binary);
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## case ")) {
      Case& one = cases.emplace_back();
      one.name = line.substr(8);
      std::getline(file, one.hits);
    } else if (!cases.empty()) {
      cases.back().message += line + "\n";
    }
  }
  for (Case& one : cases) one.message = unescape(one.message);
  return cases;
}

// A rule's value, whatever its type.
double value_of(const Rule& rule, const RuleSet& rules, EvalContext& context) {
  if (rule.type == RuleType::mimeheader) {
    const Result<MimeHeaderTest> test = MimeHeaderTest::make(rule);
    EXPECT_TRUE(test) << rule.name;
    return test ? test->value(context.message, context.regex) : 0;
  }
  if (rule.type == RuleType::uri_detail) {
    const Result<UriDetailTest> test = UriDetailTest::make(rule);
    EXPECT_TRUE(test) << rule.name;
    return test && test->matches(context.message, context.regex) ? 1 : 0;
  }
  const EvalEntry* const entry = find_eval(rule.eval_function);
  EXPECT_NE(entry, nullptr) << rule.eval_function;
  if (entry == nullptr || entry->function == nullptr) return 0;
  EvalCall call{&rule, rule.eval_args, nullptr};
  if (entry->prepare != nullptr) {
    auto prepared = entry->prepare(call, rules);
    EXPECT_TRUE(prepared) << rule.name << ": " << prepared.error().text();
    if (!prepared) return 0;
    call.prepared = std::move(*prepared);
  }
  return entry->function(context, call).value;
}

TEST(BodyCases, AreAnsweredAsSpamAssassinAnswersThem) {
  const std::vector<std::string> paths{(folder / "body_side.cf").string()};
  const Result<RuleSet> rules = RuleSet::load(paths);
  ASSERT_TRUE(rules) << rules.error().text();
  const Result<EvalSettings> settings = EvalSettings::make(*rules);
  ASSERT_TRUE(settings) << settings.error().text();
  MessageSettings message_settings;
  for (const std::string_view tld : {"com", "org", "net", "example"}) message_settings.registry.add_tld(tld);

  const std::vector<Case> cases = read_cases();
  ASSERT_GT(cases.size(), 70U);
  for (const Case& one : cases) {
    Arena arena;
    const Message message(one.message, message_settings, arena);
    RegexScratch regex;
    EvalContext context(message, *rules, *settings, regex);
    extract_metadata(context);
    std::map<std::string, double> values;
    for (const Rule& rule : rules->rules()) values[rule.name] = value_of(rule, *rules, context);
    std::string hits = "hits:";
    for (const auto& [name, value] : values) {
      if (value == 0) continue;
      hits += " " + name;
      if (value != 1) hits += "=" + std::to_string(static_cast<int>(value));
    }
    EXPECT_EQ(hits, one.hits) << one.name;
  }
}

}  // namespace
}  // namespace thresh
