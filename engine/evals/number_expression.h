// The right half of a comparison that a rule gives as text, "!= 0" or "< 512": what HTMLEval hands to Perl's
// eval behind a value. Its characters are < > = ! - + space and digits, so these operators are all there are;
// those that change the value (=, ++, --) are not taken.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace thresh {

class NumberExpression {
 public:
  // What Perl would not take, or what holds other characters, gives an expression that never holds.
  [[nodiscard]] static NumberExpression parse(std::string_view text);

  // True when `value TEXT` is true in Perl.
  [[nodiscard]] bool holds(double value) const;

 private:
  enum class Token : std::uint8_t {
    number,
    plus,
    minus,
    negation,
    shift_left,
    shift_right,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    compare,
    end,
  };
  struct Item {
    Token token;
    double number = 0;
  };
  class Reading;

  std::vector<Item> items_;  // ends with Token::end; empty: never holds
};

}  // namespace thresh
