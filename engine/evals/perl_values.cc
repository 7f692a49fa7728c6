#include "engine/evals/perl_values.h"

#include <cstdio>

#include "engine/base/ascii.h"

namespace thresh {

double number_arg(const EvalCall& call, std::size_t index) {
  return call.has_arg(index) ? perl_number(call.arg(index)) : 0;
}

std::optional<double> optional_number_arg(const EvalCall& call, std::size_t index) {
  if (!call.has_arg(index)) return std::nullopt;
  return perl_number(call.arg(index));
}

std::string perl_text(double number) {
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%.15g", number);
  return {text, static_cast<std::size_t>(length)};
}

namespace {

struct FullText {
  std::string_view text;
};

}  // namespace

std::span<const std::string_view> rule_texts(EvalContext& context, const EvalCall& call) {
  switch (call.rule->type) {
    case RuleType::rawbody_eval:
      return context.message.rawbody();
    case RuleType::full_eval: {
      FullText& full = context.state<FullText>();
      full.text = context.message.pristine();
      return {&full.text, 1};
    }
    case RuleType::header_eval:
    case RuleType::rbl_eval:
      return {};
    default:
      return context.body();
  }
}

bool starts_with_word(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) && (text.size() == prefix.size() || !ascii::is_word(text[prefix.size()]));
}

}  // namespace thresh
