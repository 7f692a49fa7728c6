// A meta's expression as a tree, and the ways to make it true: which rules should hit, how often, and which
// should not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/generate/pattern_text.h"

namespace thresh::generate {

struct Expression {
  enum class Kind { number, rule, all, any, no, compare, arithmetic };
  Kind kind = Kind::number;
  double number = 0;
  std::string text;  // the rule, or the operator
  std::vector<Expression> children;

  // What Conf::Parser accepts as a meta; what it does not is read as 0.
  [[nodiscard]] static Expression parse(std::string_view source);
};

}  // namespace thresh::generate
