#include "engine/evals/number_expression.h"

#include <array>
#include <utility>

#include "engine/base/ascii.h"

namespace thresh {

// One walk over the items by precedence: ! and signs, + -, << >>, < > <= >=, == != <=>. Comparisons of one
// level chain: a < b < c asks both.
class NumberExpression::Reading {
 public:
  Reading(const std::vector<Item>& items, double value) : items_(items), value_(value) {}

  // `valid` tells whether the items form one expression.
  double run(bool& valid) {
    const double result = comparison(true);
    valid = valid_ && items_[at_].token == Token::end;
    return result;
  }

 private:
  [[nodiscard]] Token peek() const { return items_[at_].token; }

  double operand() {
    if (first_) {
      first_ = false;
      return value_;
    }
    const Item item = items_[at_];
    if (item.token == Token::end) {
      valid_ = false;
      return 0;
    }
    ++at_;
    switch (item.token) {
      case Token::number:
        return item.number;
      case Token::plus:
        return operand();
      case Token::minus:
        return -operand();
      case Token::negation:
        return operand() == 0 ? 1 : 0;
      default:
        valid_ = false;
        return 0;
    }
  }

  double sum() {
    double result = operand();
    while (valid_ && (peek() == Token::plus || peek() == Token::minus)) {
      const bool add = items_[at_++].token == Token::plus;
      const double other = operand();
      result = add ? result + other : result - other;
    }
    return result;
  }

  double shift() {
    double result = sum();
    while (valid_ && (peek() == Token::shift_left || peek() == Token::shift_right)) {
      const bool left = items_[at_++].token == Token::shift_left;
      const double places = sum();
      if (result < 0 || places < 0 || places > 63 || result > 9e15) {
        valid_ = false;
        return 0;
      }
      const auto bits = static_cast<std::uint64_t>(result);
      const auto by = static_cast<unsigned>(places);
      result = static_cast<double>(left ? bits << by : bits >> by);
    }
    return result;
  }

  [[nodiscard]] bool is_comparison(bool equality) const {
    const Token token = peek();
    if (equality) return token == Token::equal || token == Token::not_equal || token == Token::compare;
    return token == Token::less || token == Token::less_equal || token == Token::greater ||
           token == Token::greater_equal;
  }

  static bool compare(Token token, double left, double right) {
    switch (token) {
      case Token::less:
        return left < right;
      case Token::less_equal:
        return left <= right;
      case Token::greater:
        return left > right;
      case Token::greater_equal:
        return left >= right;
      case Token::equal:
        return left == right;
      default:
        return left != right;
    }
  }

  double comparison(bool equality) {
    double left = equality ? comparison(false) : shift();
    if (!valid_ || !is_comparison(equality)) return left;
    bool holds = true;
    while (valid_ && is_comparison(equality)) {
      const Token token = items_[at_++].token;
      const double right = equality ? comparison(false) : shift();
      if (token == Token::compare) {
        // <=> stands alone.
        if (is_comparison(equality)) valid_ = false;
        return left < right ? -1 : left > right ? 1 : 0;
      }
      holds = holds && compare(token, left, right);
      left = right;
    }
    return holds ? 1 : 0;
  }

  const std::vector<Item>& items_;
  double value_;
  std::size_t at_ = 0;
  bool first_ = true;
  bool valid_ = true;
};

NumberExpression NumberExpression::parse(std::string_view text) {
  using enum Token;
  static constexpr std::array<std::pair<std::string_view, Token>, 12> operators{{
      {"<=>", compare},
      {"<<", shift_left},
      {">>", shift_right},
      {"<=", less_equal},
      {">=", greater_equal},
      {"==", equal},
      {"!=", not_equal},
      {"<", less},
      {">", greater},
      {"+", plus},
      {"-", minus},
      {"!", negation},
  }};
  NumberExpression expression;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    if (ascii::is_digit(text[at])) {
      const bool octal = text[at] == '0';
      double number = 0;
      for (; at < text.size() && ascii::is_digit(text[at]); ++at) {
        if (octal && text[at] > '7') return {};
        number = number * (octal ? 8 : 10) + (text[at] - '0');
      }
      expression.items_.push_back({Token::number, number});
      continue;
    }
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("++") || rest.starts_with("--")) return {};
    bool found = false;
    for (const auto& [spelling, token] : operators) {
      if (!rest.starts_with(spelling)) continue;
      expression.items_.push_back({token});
      at += spelling.size();
      found = true;
      break;
    }
    if (!found) return {};
  }
  if (expression.items_.empty()) return {};
  expression.items_.push_back({end});
  bool valid = false;
  static_cast<void>(Reading(expression.items_, 0).run(valid));
  if (!valid) return {};
  return expression;
}

bool NumberExpression::holds(double value) const {
  if (items_.empty()) return false;
  bool valid = false;
  const double result = Reading(items_, value).run(valid);
  return valid && result != 0;
}

}  // namespace thresh
