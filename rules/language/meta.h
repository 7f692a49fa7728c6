// Meta expressions: boolean and arithmetic over the values of other rules, as Perl evaluates what
// Conf::Parser makes of them (&& and || give the deciding operand's value; ! and comparisons give 1 or 0).
// Compiled to a flat program for a small stack machine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rules/language/perl_expression.h"

namespace thresh {

struct MetaExpression {
  ExpressionProgram program;       // operand i is the value of rules[i]
  std::vector<std::string> rules;  // names it depends on, each once; rules_matching(GLOB) already expanded

  // `value(i)`: value of rules[i]; a rule that did not run or hit is 0. Division by zero gives 0, as
  // SpamAssassin's failed eval does.
  [[nodiscard]] double evaluate(const std::function<double(std::uint32_t)>& value) const;
  // values[i] is the value of rules[i].
  [[nodiscard]] double evaluate(std::span<const double> values) const;
  // values[slots[i]] is the value of rules[i]: one array for all rules, slots worked out once. The hot path.
  [[nodiscard]] double evaluate(std::span<const double> values, std::span<const std::uint32_t> slots) const;
  // As the one before, but a value that is NaN is unknown (a look-up without an answer), and so is a result
  // that depends on one: NaN. 0 && unknown is 0, 1 || unknown is 1, in either order; !unknown is unknown.
  [[nodiscard]] double evaluate_partial(std::span<const double> values,
                                        std::span<const std::uint32_t> slots) const;
};

// Errors give the offending token. `matching(glob)` answers rules_matching(). `local_tests_only` is the value
// of that word. Accepts what Conf::Parser::is_meta_valid accepts, except where Perl would read a string
// operator, a glob or a pattern (".", a leading "<" or "/").
[[nodiscard]] Result<MetaExpression> parse_meta(
    std::string_view text, const std::function<std::vector<std::string>(std::string_view glob)>& matching,
    bool local_tests_only = true);

}  // namespace thresh
