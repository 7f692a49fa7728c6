// `if` conditions: SpamAssassin turns the tokens of ARITH_EXPRESSION_LEXER into Perl and evaluates that; here
// plugin(), can() and has() become numbers, the rest is Perl's arithmetic.
#include "rules/language/condition.h"

#include <optional>
#include <utility>
#include <vector>

#include "engine/base/ascii.h"
#include "rules/language/meta.h"
#include "rules/language/perl_expression.h"
#include "rules/language/perl_text.h"

namespace thresh {
namespace {

constexpr double kSpamAssassinVersion = 4.000001;
constexpr double kPerlVersion = 5.036000;

bool is_non_word(std::string_view token) {
  for (const char c : token)
    if (ascii::is_word(c)) return false;
  return token.size() <= 5;
}

// /^[+-]?\d+(?:\.\d+)?$/
bool is_signed_number(std::string_view token) {
  if (token.starts_with('+') || token.starts_with('-')) token.remove_prefix(1);
  const std::size_t point = token.find('.');
  return is_digits(token.substr(0, point)) &&
         (point == std::string_view::npos || is_digits(token.substr(point + 1)));
}

// /^\w[\w\:]+$/ and /^(?:\w+::){0,10}\w+$/: the first decides that it is a name, the second that it may be
// used.
bool looks_like_class(std::string_view token) {
  if (token.size() < 2 || !ascii::is_word(token.front())) return false;
  for (const char c : token)
    if (!ascii::is_word(c) && c != ':') return false;
  return true;
}
bool is_class(std::string_view token) {
  int parts = 0;
  for (;;) {
    const std::size_t end = token.find("::");
    const std::string_view part = token.substr(0, end);
    if (part.empty() || part.find(':') != std::string_view::npos) return false;
    if (end == std::string_view::npos) return true;
    if (++parts > 10) return false;
    token.remove_prefix(end + 2);
  }
}

class Condition {
 public:
  explicit Condition(const ConditionScope& scope) : scope_(scope) {}

  Result<ConditionAnswer> read(std::string_view text) {
    const auto words = lex_expression(text);
    for (const std::string_view word : words)
      if (auto fault = refuse(word)) return std::unexpected(std::move(*fault));
    for (at_ = 0; at_ < words.size() && !failed_; ++at_) take(words);
    ConditionAnswer answer{.value = false, .warning = std::move(warning_), .refused = refused_};
    if (failed_) return answer;
    const auto program = parse_expression(tokens_);
    if (!program) {
      answer.warning = program.error().what;
      return answer;
    }
    MetaExpression expression;
    expression.program = *program;
    answer.value = expression.evaluate(std::span<const double>()) != 0;
    return answer;
  }

 private:
  // A word that is no part of the language makes the line no `if` at all.
  static std::optional<Error> refuse(std::string_view word) {
    if (is_signed_number(word) || is_non_word(word)) return {};
    if (!looks_like_class(word))
      return Error{"'" + std::string(word) + "' cannot be understood in a condition", {}, {}};
    if (!is_class(word)) return Error{"'" + std::string(word) + "' is not allowed in a condition", {}, {}};
    return {};
  }

  void take(const std::vector<std::string_view>& words) {
    const std::string_view word = words[at_];
    if (word == "plugin" || word == "can" || word == "has") {
      call(words);
    } else if (word == "version") {
      number(kSpamAssassinVersion, word);
    } else if (word == "perl_version") {
      number(kPerlVersion, word);
    } else if (word == "local_tests_only") {
      number(scope_.local_tests_only ? 1 : 0, word);
    } else if (is_signed_number(word)) {
      const std::size_t sign = ascii::is_digit(word.front()) ? 0 : 1;
      if (sign == 1) op(word.substr(0, 1));
      if (const auto value = perl_literal(word.substr(sign)))
        number(*value, word);
      else
        give_up(value.error().what);
    } else if (looks_like_class(word)) {
      number(1, word);  // a string is true
    } else if (word.find_first_of("+-.") == std::string_view::npos) {
      op(word);
    } else if (auto operators = sign_operators(word)) {
      for (auto& sign : *operators) tokens_.push_back(std::move(sign));
    } else {
      give_up(operators.error().what);
    }
  }

  // plugin(NAME), can(NAME), has(NAME); the argument may be missing. Anything else as argument names nothing.
  void call(const std::vector<std::string_view>& words) {
    const std::string_view function = words[at_];
    std::string name;
    if (at_ + 1 < words.size() && words[at_ + 1] == "(") {
      std::size_t close = at_ + 2;
      for (int depth = 1; close < words.size(); ++close) {
        if (words[close] == "(") ++depth;
        if (words[close] == ")" && --depth == 0) break;
      }
      if (close >= words.size()) {
        give_up("a parenthesis is not closed");
        return;
      }
      if (close == at_ + 3 && looks_like_class(words[at_ + 2])) name = words[at_ + 2];
      at_ = close;
    } else if (at_ + 1 < words.size() && looks_like_class(words[at_ + 1])) {
      give_up(std::string(function) + " needs parentheses around its argument");
      return;
    }
    // Renamed in 3.4.x and 4.0.
    if (name == "Mail::SpamAssassin::Plugin::Dmarc") name = "Mail::SpamAssassin::Plugin::DMARC";
    if (name == "Mail::SpamAssassin::Plugin::WhiteListSubject")
      name = "Mail::SpamAssassin::Plugin::WelcomeListSubject";
    number(answer(function, name) ? 1 : 0, function);
  }

  bool answer(std::string_view function, std::string_view name) {
    if (function == "plugin") return scope_.plugin_loaded(name);
    if (function == "can" && scope_.user_prefs) {
      warning_ = "can() is not available in user_prefs";
      return false;
    }
    if (name.empty()) {
      warning_ = std::string(function) + "() has no argument";
      refused_ = true;
      return false;
    }
    if (name.rfind("::") == std::string_view::npos) {
      warning_ = "there is no '::' in " + std::string(function) + "(" + std::string(name) + ")";
      refused_ = true;
      return false;
    }
    return scope_.method_exists(name, function == "can");
  }

  void op(std::string_view text) {
    tokens_.push_back({.kind = ExpressionToken::Kind::op, .text = std::string(text)});
  }
  void number(double value, std::string_view text) {
    tokens_.push_back({.kind = ExpressionToken::Kind::number, .text = std::string(text), .value = value});
  }
  // Perl would refuse the whole expression: a warning, and false.
  void give_up(std::string why) {
    failed_ = true;
    warning_ = std::move(why);
  }

  const ConditionScope& scope_;
  std::size_t at_ = 0;
  std::vector<ExpressionToken> tokens_;
  std::string warning_;
  bool refused_ = false;
  bool failed_ = false;
};

}  // namespace

Result<ConditionAnswer> evaluate_condition(std::string_view text, const ConditionScope& scope) {
  return Condition(scope).read(text);
}

}  // namespace thresh
