// Meta expressions: boolean and arithmetic over the values of other rules, as Perl evaluates what Conf::Parser makes of
// them (&& and || give the deciding operand's value; ! gives 1 or 0). Parsed to a compact postfix-free tree of plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

struct MetaNode {
  enum class Op : std::uint8_t {
    constant, rule,
    logical_and, logical_or, logical_not, bit_not, negate, plus_sign,
    add, subtract, multiply, divide, modulo, power,
    less, less_equal, greater, greater_equal, equal, not_equal, compare,  // <=> is compare
    bit_and, bit_or, bit_xor, shift_left, shift_right,
    conditional,  // a ? b : c
  };
  Op op = Op::constant;
  double value = 0;        // constant
  std::uint32_t rule = 0;  // index into MetaExpression::rules
  std::int32_t a = -1, b = -1, c = -1;  // operand nodes
};

struct MetaExpression {
  std::vector<MetaNode> nodes;     // root is `root`
  std::int32_t root = -1;
  std::vector<std::string> rules;  // names it depends on, each once; rules_matching(GLOB) already expanded

  // `value(i)`: value of rules[i]; a rule that did not run or hit is 0. Division by zero gives 0, as SpamAssassin's
  // failed eval does.
  [[nodiscard]] double evaluate(const std::function<double(std::uint32_t)>& value) const;
};

// Errors give the offending token. `matching(glob)` answers rules_matching().
[[nodiscard]] Result<MetaExpression> parse_meta(
    std::string_view text, const std::function<std::vector<std::string>(std::string_view glob)>& matching);

}  // namespace thresh
