// Whether a rule can hit at all. What never runs is 0; any other rule that looks at the message may be
// anything from 0 up. The bounds of a meta follow from those of the rules it names; where the bounds leave it
// open because one rule is asked for both ways, every assignment of the rules that are free is tried.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/language/rule_set.h"
#include "tests/generate/expression.h"

namespace thresh::generate {

class Possibility {
 public:
  // `idle`: rules that never run. Both must outlive this.
  Possibility(const RuleSet& rules, const std::set<std::string, std::less<>>& idle)
      : rules_(rules), idle_(idle) {}

  // Why the rule cannot hit, for any message; nothing where that is not proved.
  [[nodiscard]] std::optional<std::string> proof_against(std::string_view rule);

 private:
  struct Bounds {
    double least = 0, most = 0;
    [[nodiscard]] bool is_zero() const { return least == 0 && most == 0; }
    [[nodiscard]] bool is_true() const { return least > 0 || most < 0; }
  };
  using Values = std::map<std::string, double, std::less<>>;

  const Expression& expression_of(const Rule& rule);
  Bounds bounds(std::string_view rule);
  Bounds bounds(const Expression& expression);
  static Bounds bounds_of_operation(const std::string& operation, Bounds a, Bounds b);
  // Rules that look at the message and may hit.
  void collect_free(std::string_view rule, std::set<std::string>& free, std::set<std::string>& seen);
  void collect_free(const Expression& expression, std::set<std::string>& free, std::set<std::string>& seen);
  double value(std::string_view rule, Values& values);
  double value(const Expression& expression, Values& values);

  const RuleSet& rules_;
  const std::set<std::string, std::less<>>& idle_;
  std::unordered_map<std::string, Expression> expressions_;
  std::map<std::string, Bounds, std::less<>> bounds_;
  int depth_ = 0;
};

}  // namespace thresh::generate
