// How Perl reads the arguments of a rule and prints numbers, and which text an eval is handed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/evals/eval.h"
#include "engine/evals/patterns.h"

namespace thresh {

// The argument as a number; 0 when the rule does not give it (undef).
[[nodiscard]] double number_arg(const EvalCall& call, std::size_t index);
// nullopt when the rule does not give it.
[[nodiscard]] std::optional<double> optional_number_arg(const EvalCall& call, std::size_t index);

// A number as Perl prints it (%.15g).
[[nodiscard]] std::string perl_text(double number);

// Perl's truth of a string: neither empty nor "0".
[[nodiscard]] inline bool perl_true(std::string_view text) {
  return !text.empty() && text != "0";
}

// What Check.pm hands to an eval of the rule's type: rendered lines for body, decoded pieces for rawbody, the
// message as it came for full. Nothing for header rules.
[[nodiscard]] std::span<const std::string_view> rule_texts(EvalContext& context, const EvalCall& call);

// Perl's `$type =~ /^PREFIX\b/` for a prefix that ends in a word character.
[[nodiscard]] bool starts_with_word(std::string_view text, std::string_view prefix);

}  // namespace thresh
