// MessageScan's rules with %{NAME} in their pattern. Without a value for every name a rule does not run. They
// run after all others, in the order of their priorities.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/scan/message_scan.h"

namespace thresh {
namespace {

// False for values with a letter whose other case ifind() does not know.
bool holds_one(std::span<const std::string_view> texts, const std::vector<std::string>& values) {
  return std::ranges::any_of(values, [&](const std::string& value) {
    return std::ranges::any_of(value, ascii::is_high) ||
           std::ranges::any_of(texts, [&](std::string_view text) {
             return ascii::ifind(text, value) != std::string_view::npos;
           });
  });
}

}  // namespace

void MessageScan::run_templates() {
  // Rules of one kind ask for the same name in the same texts.
  struct Looked {
    RuleType type = RuleType::empty;
    const std::vector<std::string>* values = nullptr;
    bool found = false;
  } looked;
  std::vector<TemplateRule::Values> values;
  for (const TemplateRule& planned : context_.plan.templates) {
    const Rule& rule = context_.rules.rules()[planned.index()];
    values.clear();
    std::span<const std::string_view> texts;
    for (const std::string& name : rule.templates) {
      const std::vector<std::string>* captured_values = captured(name);
      if (captured_values == nullptr) break;
      if (values.empty()) texts = template_texts(planned, rule);
      if (planned.needs(name)) {
        if (rule.type == RuleType::header || looked.type != rule.type || looked.values != captured_values)
          looked = {rule.type, captured_values, holds_one(texts, *captured_values)};
        if (!looked.found) break;
      }
      values.emplace_back(*captured_values);
    }
    if (values.size() < rule.templates.size()) continue;
    watched(planned.index(), [&] {
      if (!planned.may_match(texts, slot_.scratch.regex())) return;
      // Values too long for a pattern: the rule cannot be decided and does not count.
      if (const auto regex = planned.pattern(values))
        match_template(planned, *regex, texts);
      else
        note_limit(planned.index());
    });
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

std::span<const std::string_view> MessageScan::template_texts(const TemplateRule& planned, const Rule& rule) {
  switch (rule.type) {
    case RuleType::body:
      return evals_.body();
    case RuleType::rawbody:
      return message_.rawbody();
    case RuleType::uri:
      return message_.uris();
    case RuleType::header:
      single_text_ = message_.get_joined(planned.query())
                         .value_or(rule.if_unset ? std::string_view(*rule.if_unset) : std::string_view());
      break;
    case RuleType::full:
      single_text_ = message_.pristine();
      break;
    default:
      return {};
  }
  return {&single_text_, 1};
}

void MessageScan::match_template(const TemplateRule& planned, const Regex& regex,
                                 std::span<const std::string_view> texts) {
  const std::uint32_t index = planned.index();
  const Rule& rule = context_.rules.rules()[index];
  const bool skip_first = rule.type == RuleType::body && rule.tflags.nosubject && !texts.empty();
  std::uint32_t count = 0;
  const std::uint32_t most = !rule.tflags.multiple      ? 1
                             : rule.tflags.maxhits == 0 ? UINT32_MAX
                                                        : rule.tflags.maxhits;
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
