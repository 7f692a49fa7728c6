// Which rules should hit in a message so that one rule hits: a random choice among the ways that a meta's
// expression leaves, down to rules that look at the message themselves.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/language/rule_set.h"
#include "tests/generate/expression.h"

namespace thresh::generate {

struct Wishes {
  std::map<std::string, unsigned> hit;  // rules that are no metas, with how often
  std::set<std::string> miss;
};

class WishMaker {
 public:
  // `idle`: rules that never run. Both must outlive the maker.
  WishMaker(const RuleSet& rules, const std::set<std::string, std::less<>>& idle)
      : rules_(rules), idle_(idle) {}

  // False where this choice cannot be: it needs a rule that never runs, or one rule both ways.
  [[nodiscard]] bool make(std::string_view rule, Random& random, Wishes& into);

 private:
  bool want_rule(std::string_view name, unsigned least);
  bool want_no_rule(std::string_view name);
  // The expression's value should be at least `least`; 0 stands for false.
  bool want(const Expression& expression, unsigned least);
  bool want_some(const Expression& expression, unsigned least, bool truth);
  const Expression& expression_of(const Rule& rule);

  const RuleSet& rules_;
  const std::set<std::string, std::less<>>& idle_;
  std::unordered_map<std::string, Expression> expressions_;
  Random* random_ = nullptr;
  Wishes* wishes_ = nullptr;
  int depth_ = 0;
};

}  // namespace thresh::generate
