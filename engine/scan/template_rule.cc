#include "engine/scan/template_rule.h"

#include <algorithm>
#include <utility>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

// As the loader leaves %{NAME}.
std::string placeholder(std::string_view name) {
  return "%\\{" + std::string(name) + "\\}";
}

// quotemeta over bytes: everything but word characters.
void append_quoted(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (!ascii::is_word(c)) out += '\\';
    out += c;
  }
}

// True when every match of `source` must hold what stands at `at`: outside all groups, in a pattern without
// alternatives there, and not made optional by what follows. False also when in doubt.
bool is_required(std::string_view source, std::size_t at, std::size_t size) {
  int depth = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (i == at) {
      if (depth != 0 || in_class) return false;
      i += size - 1;
      continue;
    }
    const char c = source[i];
    if (c == '\\')
      ++i;
    else if (in_class)
      in_class = c != ']';
    else if (c == '[') {
      in_class = true;
      if (i + 1 < source.size() && source[i + 1] == '^') ++i;
      if (i + 1 < source.size() && source[i + 1] == ']') ++i;
    } else if (c == '(')
      ++depth;
    else if (c == ')')
      --depth;
    else if (c == '|' && depth == 0)
      return false;
  }
  const char next = at + size < source.size() ? source[at + size] : ' ';
  return next != '?' && next != '*' && next != '{';
}

void replace_all(std::string& source, const std::string& wanted, const std::string& by) {
  for (std::size_t at = source.find(wanted); at != std::string::npos;
       at = source.find(wanted, at + by.size()))
    source.replace(at, wanted.size(), by);
}

}  // namespace

TemplateRule::TemplateRule(std::uint32_t index, const Rule& rule) : index_(index), rule_(&rule) {
  if (rule.type == RuleType::header) query_ = HeaderQuery::parse(rule.header);
  // Comments of /x could hold anything.
  if (rule.negated || rule.pattern.modifiers.find('x') != std::string::npos) return;
  const std::string_view source = rule.pattern.source;
  bool all_required = true;
  for (const std::string& name : rule.templates) {
    const std::string wanted = placeholder(name);
    bool required = false;
    for (std::size_t at = source.find(wanted); at != std::string_view::npos;
         at = source.find(wanted, at + 1)) {
      const bool this_one = is_required(source, at, wanted.size());
      required |= this_one;
      all_required &= this_one;
    }
    if (required) needed_.push_back(name);
  }
  if (!all_required) return;
  std::string any(source);
  for (const std::string& name : rule.templates) replace_all(any, placeholder(name), "(?s:.+)");
  if (auto loose = Regex::compile(any, rule.pattern.modifiers)) loose_ = std::move(*loose);
}

bool TemplateRule::may_match(std::span<const std::string_view> texts, RegexScratch& scratch) const {
  if (!loose_) return true;
  Span found;
  return std::ranges::any_of(texts, [&](std::string_view text) {
    return loose_->match(text, 0, scratch, found) != MatchStatus::no_match;
  });
}

bool TemplateRule::needs(std::string_view name) const {
  return std::ranges::find(needed_, name) != needed_.end();
}

Result<Regex> TemplateRule::pattern(std::span<const Values> values) const {
  std::string source = rule_->pattern.source;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string alternatives = "(?:";
    for (const std::string& value : values[i]) {
      if (alternatives.size() > 3) alternatives += '|';
      append_quoted(alternatives, value);
    }
    alternatives += ')';
    replace_all(source, placeholder(rule_->templates[i]), alternatives);
  }
  return Regex::compile(source, rule_->pattern.modifiers);
}

}  // namespace thresh
