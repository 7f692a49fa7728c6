// Recursive descent over Perl's operators by precedence (perlop): ! and signs, * /, + -, < > <= >= (chained),
// == != (chained), ^, &&, ||, ?:.
#include "rules/language/perl_expression.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

bool is_number_char(char c) {
  return c == '-' || c == '+' || c == '.' || ascii::is_digit(c);
}

class Parser {
 public:
  explicit Parser(const std::vector<ExpressionToken>& tokens) : tokens_(tokens) {}

  Result<ExpressionProgram> run() {
    if (auto fault = conditional()) return std::unexpected(std::move(*fault));
    if (at_ < tokens_.size()) return std::unexpected(unexpected_token());
    if (program_.steps.size() > kMaxExpressionSteps)
      return fail("expression is too long", {}, "split it into several metas");
    return std::move(program_);
  }

 private:
  using Fault = std::optional<Error>;

  struct Level {
    ExpressionOp op;
    const char* text;
  };

  [[nodiscard]] bool next_is(std::string_view op) const {
    return at_ < tokens_.size() && tokens_[at_].kind == ExpressionToken::Kind::op && tokens_[at_].text == op;
  }
  [[nodiscard]] Error unexpected_token() const {
    if (at_ >= tokens_.size())
      return Error{"syntax error: the expression ends where a value should stand", {}, {}};
    return Error{"syntax error at '" + tokens_[at_].text + "'", {}, {}};
  }

  std::uint32_t emit(ExpressionStep step, int grows) {
    if (program_.steps.size() <= kMaxExpressionSteps) program_.steps.push_back(step);
    height_ += grows;
    program_.stack = std::max(program_.stack, static_cast<std::uint32_t>(std::max(height_, 0)));
    return static_cast<std::uint32_t>(program_.steps.size() - 1);
  }
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(program_.steps.size()); }

  Fault conditional() {
    if (++depth_ > kMaxExpressionDepth) return Error{"expression is nested too deeply", {}, {}};
    if (auto fault = logical_or()) return fault;
    if (next_is("?")) {
      ++at_;
      const auto branch = emit({.op = ExpressionOp::branch_false}, -1);
      if (auto fault = conditional()) return fault;
      if (!next_is(":")) return unexpected_token();
      ++at_;
      const auto jump = emit({.op = ExpressionOp::jump}, -1);
      program_.steps[branch].index = here();
      if (auto fault = conditional()) return fault;
      program_.steps[jump].index = here();
      program_.steps[branch].end = here();
    }
    --depth_;
    return {};
  }

  Fault logical_or() {
    if (auto fault = logical_and()) return fault;
    while (next_is("||")) {
      ++at_;
      const auto jump = emit({.op = ExpressionOp::or_jump}, 0);
      if (auto fault = logical_and()) return fault;
      emit({.op = ExpressionOp::or_end}, -1);
      program_.steps[jump].index = here();
    }
    return {};
  }

  Fault logical_and() {
    if (auto fault = bit_xor()) return fault;
    while (next_is("&&")) {
      ++at_;
      const auto jump = emit({.op = ExpressionOp::and_jump}, 0);
      if (auto fault = bit_xor()) return fault;
      emit({.op = ExpressionOp::and_end}, -1);
      program_.steps[jump].index = here();
    }
    return {};
  }

  Fault bit_xor() {
    if (auto fault = equality()) return fault;
    while (next_is("^")) {
      ++at_;
      if (auto fault = equality()) return fault;
      emit({.op = ExpressionOp::bit_xor}, -1);
    }
    return {};
  }

  Fault equality() {
    static constexpr Level kOps[] = {{ExpressionOp::equal, "=="}, {ExpressionOp::not_equal, "!="}};
    return comparison(kOps, std::size(kOps), &Parser::relation);
  }
  Fault relation() {
    static constexpr Level kOps[] = {{ExpressionOp::less, "<"},
                                     {ExpressionOp::less_equal, "<="},
                                     {ExpressionOp::greater, ">"},
                                     {ExpressionOp::greater_equal, ">="}};
    return comparison(kOps, std::size(kOps), &Parser::sum);
  }

  // Perl 5.32 and later chain comparisons: a < b < c is a < b && b < c with b taken once.
  Fault comparison(const Level* ops, std::size_t count, Fault (Parser::*operand)()) {
    const auto operator_here = [&]() -> const Level* {
      for (std::size_t i = 0; i < count; ++i)
        if (next_is(ops[i].text)) return &ops[i];
      return nullptr;
    };
    if (auto fault = (this->*operand)()) return fault;
    std::vector<std::uint32_t> chains;
    const Level* op = operator_here();
    while (op != nullptr) {
      ++at_;
      if (auto fault = (this->*operand)()) return fault;
      const Level* following = operator_here();
      if (following == nullptr) {
        emit({.op = op->op}, -1);
      } else {
        chains.push_back(emit({.op = ExpressionOp::chain, .chained = op->op}, -1));
      }
      op = following;
    }
    for (const std::uint32_t chain : chains) program_.steps[chain].index = here();
    return {};
  }

  Fault sum() {
    static constexpr Level kOps[] = {{ExpressionOp::add, "+"}, {ExpressionOp::subtract, "-"}};
    return left_associative(kOps, std::size(kOps), &Parser::product);
  }
  Fault product() {
    static constexpr Level kOps[] = {{ExpressionOp::multiply, "*"}, {ExpressionOp::divide, "/"}};
    return left_associative(kOps, std::size(kOps), &Parser::unary);
  }

  Fault left_associative(const Level* ops, std::size_t count, Fault (Parser::*operand)()) {
    if (auto fault = (this->*operand)()) return fault;
    for (;;) {
      const Level* op = nullptr;
      for (std::size_t i = 0; i < count; ++i)
        if (next_is(ops[i].text)) op = &ops[i];
      if (op == nullptr) return {};
      ++at_;
      if (auto fault = (this->*operand)()) return fault;
      emit({.op = op->op}, -1);
    }
  }

  Fault unary() {
    std::vector<ExpressionOp> pending;
    for (;; ++at_) {
      if (next_is("!")) {
        pending.push_back(ExpressionOp::logical_not);
      } else if (next_is("-")) {
        pending.push_back(ExpressionOp::negate);
      } else if (!next_is("+")) {
        break;
      }
    }
    if (auto fault = primary()) return fault;
    for (auto op = pending.rbegin(); op != pending.rend(); ++op) emit({.op = *op}, 0);
    return {};
  }

  Fault primary() {
    if (at_ >= tokens_.size()) return unexpected_token();
    const ExpressionToken& token = tokens_[at_];
    if (token.kind == ExpressionToken::Kind::number) {
      emit({.op = ExpressionOp::constant, .value = token.value}, 1);
      ++at_;
      return {};
    }
    if (token.kind == ExpressionToken::Kind::operand) {
      emit({.op = ExpressionOp::operand, .index = token.operand}, 1);
      ++at_;
      return {};
    }
    if (!next_is("(")) return unexpected_token();
    ++at_;
    if (next_is(")")) {  // () is undef, and that is 0
      ++at_;
      emit({.op = ExpressionOp::constant}, 1);
      return {};
    }
    if (auto fault = conditional()) return fault;
    if (!next_is(")")) return unexpected_token();
    ++at_;
    return {};
  }

  const std::vector<ExpressionToken>& tokens_;
  std::size_t at_ = 0;
  ExpressionProgram program_;
  int height_ = 0;
  int depth_ = 0;
};

}  // namespace

std::vector<std::string_view> lex_expression(std::string_view text) {
  std::vector<std::string_view> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    const char c = text[at];
    const char after = at + 1 < text.size() ? text[at + 1] : '\0';
    if (is_number_char(c)) {
      while (end < text.size() && is_number_char(text[end])) ++end;
    } else if (ascii::is_word(c)) {
      while (end < text.size() && (ascii::is_word(text[end]) || text[end] == ':')) ++end;
    } else if ((c == '|' && after == '|') || (c == '&' && after == '&') || (c == '=' && after == '=')) {
      end = at + 2;
    } else if (c == '!' || c == '<' || c == '>') {
      end = at + (after == '=' ? 2 : 1);
    } else if (c == '(' || c == ')' || c == '^' || c == '*' || c == '/' || c == '?' || c == ':') {
      end = at + 1;
    } else {
      ++at;
      continue;
    }
    tokens.push_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

Result<double> perl_literal(std::string_view digits) {
  const std::size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  if (whole.size() < 2 || whole.front() != '0') return std::strtod(std::string(digits).c_str(), nullptr);
  double value = 0;
  for (const char c : whole) {
    if (c > '7')
      return fail("'" + std::string(whole) + "' is an octal number with the digit " + c, {},
                  "drop the leading 0");
    value = value * 8 + (c - '0');
  }
  if (point != std::string_view::npos)
    return fail("'" + std::string(digits) + "' is an octal number and a fraction", {}, "drop the leading 0");
  return value;
}

Result<std::vector<ExpressionToken>> sign_operators(std::string_view token) {
  std::vector<ExpressionToken> operators;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '.')
      return fail("the operator '.' joins strings", {}, "metas and conditions take numbers only");
    if (i > 0 && token[i] == token[i - 1])
      return fail("'" + std::string(token) + "' changes a variable", {}, "put a space between the signs");
    operators.push_back({.kind = ExpressionToken::Kind::op, .text = std::string(1, token[i])});
  }
  return operators;
}

Result<ExpressionProgram> parse_expression(const std::vector<ExpressionToken>& tokens) {
  return Parser(tokens).run();
}

}  // namespace thresh
