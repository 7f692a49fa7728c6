// Rules with %{NAME} in their pattern: NAME stands for what another rule's (?<NAME>...) captured, each value quoted
// (Plugin/Check.pm capture_rules_replace). Without a value the rule does not run. Their patterns are made per message, so
// they run after all others, in the order of their priorities.
#include <algorithm>

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
      for (std::size_t at = source.find(wanted); at != std::string::npos; at = source.find(wanted, at + alternatives.size()))
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

void MessageScan::match_template(std::uint32_t index, const Regex& regex) {
  const Rule& rule = context_.rules.rules()[index];
  std::string_view single;
  std::span<const std::string_view> texts(&single, 1);
  switch (rule.type) {
    case RuleType::header: single = message_.get_joined(HeaderQuery::parse(rule.header)).value_or(rule.if_unset ? std::string_view(*rule.if_unset) : ""); break;
    case RuleType::body: texts = evals_.body(); break;
    case RuleType::rawbody: texts = message_.rawbody(); break;
    case RuleType::uri: texts = message_.uris(); break;
    case RuleType::full: single = message_.pristine(); break;
    default: return;
  }
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
