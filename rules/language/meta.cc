// Reads a meta (Conf::Parser::is_meta_valid and compile_meta_rules) and runs it.
#include "rules/language/meta.h"

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/base/ascii.h"
#include "rules/language/perl_text.h"

namespace thresh {
namespace {

constexpr std::size_t kUsualStack = 64;  // deeper programs take their stack from the heap
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Perl's ^ on numbers: unsigned 64-bit integers, negative ones wrapped, larger ones clipped.
std::uint64_t perl_unsigned(double value) {
  if (value < 0)
    return value > -9.2e18 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) : 1ULL << 63;
  return value < 1.8446744073709551e19 ? static_cast<std::uint64_t>(value) : ~0ULL;
}

bool compares(ExpressionOp op, double a, double b) {
  switch (op) {
    case ExpressionOp::less:
      return a < b;
    case ExpressionOp::less_equal:
      return a <= b;
    case ExpressionOp::greater:
      return a > b;
    case ExpressionOp::greater_equal:
      return a >= b;
    case ExpressionOp::equal:
      return a == b;
    default:
      return a != b;
  }
}

struct Outcome {
  double value = 0;
  bool divided_by_zero = false;
};

// Runs `program`; `Partial` keeps the left side of && and || until the right one is known. `operand(i)` gives
// values.
template <bool Partial, typename Operand>
Outcome run(const ExpressionProgram& program, double* stack, const Operand& operand) {
  double* top = stack - 1;
  const ExpressionStep* const steps = program.steps.data();
  const std::size_t size = program.steps.size();
  for (std::size_t at = 0; at < size; ++at) {
    const ExpressionStep& step = steps[at];
    switch (step.op) {
      case ExpressionOp::constant:
        *++top = step.value;
        break;
      case ExpressionOp::operand:
        *++top = operand(step.index);
        break;
      case ExpressionOp::and_jump:
        if (*top == 0) {
          at = step.index - 1;
        } else if constexpr (!Partial) {
          --top;
        }
        break;
      case ExpressionOp::or_jump:
        if (*top != 0 && !(Partial && std::isnan(*top))) {
          at = step.index - 1;
        } else if constexpr (!Partial) {
          --top;
        }
        break;
      case ExpressionOp::and_end:
        if constexpr (Partial) {
          --top;
          top[0] = std::isnan(top[0]) && top[1] != 0 ? kUnknown : top[1];
        }
        break;
      case ExpressionOp::or_end:
        if constexpr (Partial) {
          --top;
          top[0] = std::isnan(top[0]) && top[1] == 0 ? kUnknown : top[1];
        }
        break;
      case ExpressionOp::logical_not:
        if (!(Partial && std::isnan(*top))) *top = *top == 0 ? 1 : 0;
        break;
      case ExpressionOp::negate:
        *top = 0 - *top;
        break;
      case ExpressionOp::add:
        --top;
        top[0] += top[1];
        break;
      case ExpressionOp::subtract:
        --top;
        top[0] -= top[1];
        break;
      case ExpressionOp::multiply:
        --top;
        top[0] *= top[1];
        break;
      case ExpressionOp::divide:
        --top;
        if (top[1] == 0) return {0, true};
        top[0] /= top[1];
        break;
      case ExpressionOp::bit_xor:
        --top;
        if (Partial && (std::isnan(top[0]) || std::isnan(top[1]))) {
          top[0] = kUnknown;
        } else {
          top[0] = static_cast<double>(perl_unsigned(top[0]) ^ perl_unsigned(top[1]));
        }
        break;
      case ExpressionOp::less:
      case ExpressionOp::less_equal:
      case ExpressionOp::greater:
      case ExpressionOp::greater_equal:
      case ExpressionOp::equal:
      case ExpressionOp::not_equal:
        --top;
        if (Partial && (std::isnan(top[0]) || std::isnan(top[1]))) {
          top[0] = kUnknown;
        } else {
          top[0] = compares(step.op, top[0], top[1]) ? 1 : 0;
        }
        break;
      case ExpressionOp::chain:
        --top;
        if (Partial && (std::isnan(top[0]) || std::isnan(top[1]))) {
          top[0] = kUnknown;
          at = step.index - 1;
        } else if (compares(step.chained, top[0], top[1])) {
          top[0] = top[1];
        } else {
          top[0] = 0;
          at = step.index - 1;
        }
        break;
      case ExpressionOp::branch_false:
        if (Partial && std::isnan(*top)) {
          at = step.end - 1;  // the unknown condition is the result
        } else if (*top-- == 0) {
          at = step.index - 1;
        }
        break;
      case ExpressionOp::jump:
        at = step.index - 1;
        break;
    }
  }
  return {size == 0 ? 0 : *top, false};
}

template <bool Partial, typename Operand>
Outcome run_with_stack(const ExpressionProgram& program, const Operand& operand) {
  if (program.stack <= kUsualStack) {
    std::array<double, kUsualStack> stack;
    return run<Partial>(program, stack.data(), operand);
  }
  std::vector<double> stack(program.stack);
  return run<Partial>(program, stack.data(), operand);
}

// /(?<!_)\brules_matching\(\s*([_a-zA-Z*?][_a-zA-Z0-9*?]{0,127})\s*\)/ at `at`: the glob and the end, or
// npos.
std::pair<std::string_view, std::size_t> rules_matching_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kName = "rules_matching(";
  constexpr auto kNone = std::pair{std::string_view(), std::string_view::npos};
  if (!text.substr(at).starts_with(kName)) return kNone;
  if (at > 0 && ascii::is_word(text[at - 1])) return kNone;
  const auto is_glob = [](char c) { return ascii::is_word(c) || c == '*' || c == '?'; };
  std::size_t begin = at + kName.size();
  while (begin < text.size() && ascii::is_space(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && is_glob(text[end])) ++end;
  if (end == begin || end - begin > 128 || ascii::is_digit(text[begin])) return kNone;
  std::size_t close = end;
  while (close < text.size() && ascii::is_space(text[close])) ++close;
  if (close >= text.size() || text[close] != ')') return kNone;
  return {text.substr(begin, end - begin), close + 1};
}

class MetaReader {
 public:
  MetaReader(const std::function<std::vector<std::string>(std::string_view)>& matching, bool local_tests_only)
      : matching_(matching), local_tests_only_(local_tests_only) {}

  Result<MetaExpression> read(std::string_view text) {
    if (text.find("::") != std::string_view::npos || text.find("->") != std::string_view::npos ||
        text.find_first_of("$@%;{}") != std::string_view::npos)
      return fail("a meta may not contain '::', '->' or any of $ @ % ; { }");
    std::size_t begin = 0;
    for (std::size_t at = text.find("rules_matching("); at != std::string_view::npos;) {
      const auto [glob, end] = rules_matching_at(text, at);
      if (end == std::string_view::npos) {
        at = text.find("rules_matching(", at + 1);
        continue;
      }
      if (auto fault = tokens(text.substr(begin, at - begin))) return std::unexpected(std::move(*fault));
      sum(matching_ ? matching_(glob) : std::vector<std::string>());
      begin = end;
      at = text.find("rules_matching(", end);
    }
    if (auto fault = tokens(text.substr(begin))) return std::unexpected(std::move(*fault));

    // SpamAssassin tries the expression with every rule, and local_tests_only, at 0.
    for (const std::size_t token : local_tests_only_tokens_) tokens_[token].value = 0;
    auto program = parse_expression(tokens_);
    if (!program) return std::unexpected(program.error());
    const auto tried = run_with_stack<false>(*program, [](std::uint32_t) { return 0.0; });
    if (tried.divided_by_zero) return fail("division by zero when no rule hits");
    if (local_tests_only_ && !local_tests_only_tokens_.empty()) {
      for (const std::size_t token : local_tests_only_tokens_) tokens_[token].value = 1;
      program = parse_expression(tokens_);
    }
    meta_.program = std::move(*program);
    return std::move(meta_);
  }

 private:
  using Fault = std::optional<Error>;

  Fault tokens(std::string_view text) {
    for (const std::string_view token : lex_expression(text)) {
      if (is_rule_name(token)) {
        if (token == "local_tests_only") {
          local_tests_only_tokens_.push_back(tokens_.size());
          number(0, token);
        } else {
          rule(token);
        }
      } else if (ascii::is_digit(token.front())) {
        const std::size_t point = token.find('.');
        const bool decimal = is_digits(token.substr(0, point)) &&
                             (point == std::string_view::npos || is_digits(token.substr(point + 1)));
        if (!decimal) return invalid(token);
        const auto value = perl_literal(token);
        if (!value) return value.error();
        number(*value, token);
      } else if (token.size() > 2) {
        return invalid(token);
      } else if (token.find_first_of("+-.") != std::string_view::npos) {
        if (token.size() == 2 && ascii::is_digit(token[1])) return invalid(token);
        auto operators = sign_operators(token);
        if (!operators) return operators.error();
        for (auto& op : *operators) tokens_.push_back(std::move(op));
      } else {
        tokens_.push_back({.kind = ExpressionToken::Kind::op, .text = std::string(token)});
      }
    }
    return {};
  }

  static Error invalid(std::string_view token) {
    return {"'" + std::string(token) + "' is neither a rule, a number nor an operator",
            {},
            "numbers have no sign of their own: write spaces around operators"};
  }
  void op(std::string_view text) {
    tokens_.push_back({.kind = ExpressionToken::Kind::op, .text = std::string(text)});
  }
  void number(double value, std::string_view text) {
    tokens_.push_back({.kind = ExpressionToken::Kind::number, .text = std::string(text), .value = value});
  }
  void rule(std::string_view name) {
    const auto [entry, added] =
        index_.try_emplace(std::string(name), static_cast<std::uint32_t>(meta_.rules.size()));
    if (added) meta_.rules.emplace_back(name);
    tokens_.push_back(
        {.kind = ExpressionToken::Kind::operand, .text = std::string(name), .operand = entry->second});
  }
  // rules_matching(GLOB) stands for (A+B+...), or (0).
  void sum(const std::vector<std::string>& names) {
    op("(");
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) op("+");
      rule(names[i]);
    }
    if (names.empty()) number(0, "0");
    op(")");
  }

  const std::function<std::vector<std::string>(std::string_view)>& matching_;
  bool local_tests_only_;
  MetaExpression meta_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<ExpressionToken> tokens_;
  std::vector<std::size_t> local_tests_only_tokens_;
};

}  // namespace

double MetaExpression::evaluate(const std::function<double(std::uint32_t)>& value) const {
  return run_with_stack<false>(program, value).value;
}

double MetaExpression::evaluate(std::span<const double> values) const {
  return run_with_stack<false>(program, [values](std::uint32_t i) { return values[i]; }).value;
}

double MetaExpression::evaluate(std::span<const double> values, std::span<const std::uint32_t> slots) const {
  return run_with_stack<false>(program, [values, slots](std::uint32_t i) { return values[slots[i]]; }).value;
}

double MetaExpression::evaluate_partial(std::span<const double> values,
                                        std::span<const std::uint32_t> slots) const {
  return run_with_stack<true>(program, [values, slots](std::uint32_t i) { return values[slots[i]]; }).value;
}

Result<MetaExpression> parse_meta(
    std::string_view text, const std::function<std::vector<std::string>(std::string_view glob)>& matching,
    bool local_tests_only) {
  return MetaReader(matching, local_tests_only).read(text);
}

}  // namespace thresh
