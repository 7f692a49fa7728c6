// The part of Perl's expression grammar that metas and `if` lines use, read from the tokens of SpamAssassin's
// ARITH_EXPRESSION_LEXER (Constants.pm) and handed to a sink in the order a stack machine runs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

enum class ExpressionOp : std::uint8_t {
  constant,  // value
  operand,   // index
  // && and ||: `and_jump` looks at the left value; a false one stays the result and the right side is
  // skipped.
  and_jump,
  or_jump,
  and_end,
  or_end,
  logical_not,
  negate,
  add,
  subtract,
  multiply,
  divide,
  bit_xor,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  // a < b < c: compares as `chained` says; false ends the chain, true keeps b for the next comparison.
  chain,
  // c ? a : b
  branch_false,
  jump,
};

struct ExpressionStep {
  ExpressionOp op = ExpressionOp::constant;
  ExpressionOp chained = ExpressionOp::less;  // of chain
  std::uint32_t index = 0;                    // of an operand; where a jump goes
  std::uint32_t end = 0;                      // of branch_false: where the whole conditional ends
  double value = 0;
};

struct ExpressionToken {
  enum class Kind : std::uint8_t { number, operand, op };
  Kind kind = Kind::op;
  std::string text;           // as written, for messages; the operator
  double value = 0;           // number
  std::uint32_t operand = 0;  // what the sink knows it by
};

// What a program may grow to: metas are written by people; rules_matching() of thousands of rules fits.
inline constexpr std::size_t kMaxExpressionSteps = 200'000;
inline constexpr int kMaxExpressionDepth = 200;

struct ExpressionProgram {
  std::vector<ExpressionStep> steps;
  std::uint32_t stack = 0;  // values on the stack at most
};

// Splits `text` as the lexer does: what it does not know is passed over.
[[nodiscard]] std::vector<std::string_view> lex_expression(std::string_view text);

// A Perl numeric literal of digits: a leading 0 makes it octal. Errors: an 8 or 9 in it.
[[nodiscard]] Result<double> perl_literal(std::string_view digits);

// Splits a token of signs ("+-") into operators. Errors: "++", "--" (Perl would change a constant), "."
// (strings).
[[nodiscard]] Result<std::vector<ExpressionToken>> sign_operators(std::string_view token);

// Errors name the token that Perl's grammar does not allow where it stands.
[[nodiscard]] Result<ExpressionProgram> parse_expression(const std::vector<ExpressionToken>& tokens);

}  // namespace thresh
