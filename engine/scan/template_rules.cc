// Rules with %{NAME} in their pattern: NAME stands for what another rule's (?<NAME>...) captured, each value quoted
// (Plugin/Check.pm capture_rules_replace). Without a value the rule does not run. Their patterns are made per message, so
// they run after all others, in the order of their priorities.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/scan/message_scan.h"

namespace thresh {
namespace {

// quotemeta over bytes: everything but word characters.
void append_quoted(std::string& out, std::string_view value) {
  for (const char c : value) {
    const bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    if (!word) out += '\\';
    out += c;
  }
}

// True when every match of `source` must hold what stands at `at`: outside all groups, in a pattern without alternatives
// there, and not made optional by what follows. False also when in doubt.
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
    if (c == '\\') ++i;
    else if (in_class) in_class = c != ']';
    else if (c == '[') {
      in_class = true;
      if (i + 1 < source.size() && source[i + 1] == '^') ++i;
      if (i + 1 < source.size() && source[i + 1] == ']') ++i;
    } else if (c == '(') ++depth;
    else if (c == ')') --depth;
    else if (c == '|' && depth == 0) return false;
  }
  const char next = at + size < source.size() ? source[at + size] : ' ';
  return next != '?' && next != '*' && next != '{';
}

bool holds(std::span<const std::string_view> texts, const std::vector<std::string>& values) {
  for (const std::string_view text : texts)
    for (const std::string& value : values)
      if (ascii::ifind(text, value) != std::string_view::npos) return true;
  return false;
}

bool is_ascii(const std::vector<std::string>& values) {
  for (const std::string& value : values)
    for (const char c : value)
      if (ascii::is_high(c)) return false;
  return true;
}

}  // namespace

void MessageScan::run_templates() {
  for (const std::uint32_t index : context_.plan.templates) {
    const Rule& rule = context_.rules.rules()[index];
    std::string source = rule.pattern.source;
    bool complete = true;
    for (const std::string& name : rule.templates) {
      const std::vector<std::string>* values = captured(name);
      if (values == nullptr) {
        complete = false;
        break;
      }
      std::string alternatives = "(?:";
      for (const std::string& value : *values) {
        if (alternatives.size() > 3) alternatives += '|';
        append_quoted(alternatives, value);
      }
      alternatives += ')';
      const std::string wanted = "%\\{" + name + "\\}";  // as the loader leaves it
      // Making a pattern costs more than all the rest of a message, so first a look whether the value is there at all.
      const std::size_t first = source.find(wanted);
      if (first != std::string::npos && !rule.negated && is_ascii(*values) && is_required(source, first, wanted.size()) &&
          !holds(template_texts(rule), *values)) {
        complete = false;
        break;
      }
      for (std::size_t at = first; at != std::string::npos; at = source.find(wanted, at + alternatives.size()))
        source.replace(at, wanted.size(), alternatives);
    }
    if (!complete) continue;
    const auto regex = Regex::compile(source, rule.pattern.modifiers);
    if (!regex) continue;  // values too long for a pattern; the rule cannot be decided and does not count
    match_template(index, *regex);
  }
}

const std::vector<std::string>* MessageScan::captured(std::string_view name) const {
  // The last rule that captured a name wins.
  for (auto it = captures_.rbegin(); it != captures_.rend(); ++it)
    if (it->name == name && !it->values.empty()) return &it->values;
  const auto captures = slot_.scratch.captures();
  for (auto it = captures.rbegin(); it != captures.rend(); ++it)
    if (it->name == name && !it->values.empty()) return &it->values;
  return nullptr;
}

std::span<const std::string_view> MessageScan::template_texts(const Rule& rule) {
  switch (rule.type) {
    case RuleType::body: return evals_.body();
    case RuleType::rawbody: return message_.rawbody();
    case RuleType::uri: return message_.uris();
    case RuleType::header:
      single_text_ = message_.get_joined(HeaderQuery::parse(rule.header))
                         .value_or(rule.if_unset ? std::string_view(*rule.if_unset) : std::string_view());
      break;
    case RuleType::full: single_text_ = message_.pristine(); break;
    default: return {};
  }
  return {&single_text_, 1};
}

void MessageScan::match_template(std::uint32_t index, const Regex& regex) {
  const Rule& rule = context_.rules.rules()[index];
  const std::span<const std::string_view> texts = template_texts(rule);
  const bool skip_first = rule.type == RuleType::body && rule.tflags.nosubject && !texts.empty();
  std::uint32_t count = 0;
  const std::uint32_t most = !rule.tflags.multiple ? 1 : rule.tflags.maxhits == 0 ? UINT32_MAX : rule.tflags.maxhits;
  for (const std::string_view text : texts.subspan(skip_first ? 1 : 0)) {
    if (count >= most) break;
    (void)regex.each(text, slot_.scratch.regex(), [&](Span) { return ++count < most; });
  }
  if (rule.negated) {
    if (count == 0) got_hit(index, 1);
  } else if (count > 0) {
    got_hit(index, count, count);
  }
}

}  // namespace thresh
