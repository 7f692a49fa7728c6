#include "tests/generate/wishes.h"

#include <algorithm>
#include <functional>

namespace thresh::generate {
namespace {

using Kind = Expression::Kind;

constexpr int kMostDepth = 60;
// Assignments tried for a comparison before it counts as one that cannot be.
constexpr int kMostAssignments = 300;

// The parts of an arithmetic expression that are true or false (or counted) on their own.
void collect(const Expression& expression, std::vector<const Expression*>& items) {
  if (expression.kind == Kind::arithmetic || expression.kind == Kind::compare)
    for (const Expression& child : expression.children) collect(child, items);
  else if (expression.kind != Kind::number)
    items.push_back(&expression);
}

double value(const Expression& e, const std::map<const Expression*, unsigned>& items) {
  if (e.kind == Kind::number) return e.number;
  if (e.kind != Kind::arithmetic && e.kind != Kind::compare) return items.at(&e);
  const double a = value(e.children[0], items), b = value(e.children[1], items);
  if (e.text == "+") return a + b;
  if (e.text == "-") return a - b;
  if (e.text == "*") return a * b;
  if (e.text == "/") return b == 0 ? 0 : a / b;
  if (e.text == "==") return a == b;
  if (e.text == "!=") return a != b;
  if (e.text == "<=") return a <= b;
  if (e.text == ">=") return a >= b;
  return e.text == "<" ? a < b : a > b;
}

}  // namespace

bool WishMaker::make(std::string_view rule, Random& random, Wishes& into) {
  random_ = &random;
  wishes_ = &into;
  depth_ = 0;
  return want_rule(rule, 1);
}

const Expression& WishMaker::expression_of(const Rule& rule) {
  const auto [at, made] = expressions_.try_emplace(rule.name);
  if (made) at->second = Expression::parse(rule.meta_source);
  return at->second;
}

bool WishMaker::want_rule(std::string_view name, unsigned least) {
  const Rule* rule = rules_.find(name);
  if (rule == nullptr || rule->type == RuleType::empty || idle_.contains(name)) return false;
  const std::string key(name);
  if (wishes_->miss.contains(key)) return false;
  if (rule->type != RuleType::meta) {
    unsigned& count = wishes_->hit[key];
    count = std::max(count, least);
    return true;
  }
  if (++depth_ > kMostDepth) return false;
  const bool possible = want(expression_of(*rule), least);
  --depth_;
  return possible;
}

bool WishMaker::want_no_rule(std::string_view name) {
  const Rule* rule = rules_.find(name);
  if (rule == nullptr || idle_.contains(name)) return true;
  const std::string key(name);
  if (rule->type == RuleType::meta) return true;  // most do not hit unless asked to; the scan tells
  if (wishes_->hit.contains(key)) return false;
  wishes_->miss.insert(key);
  return true;
}

bool WishMaker::want(const Expression& e, unsigned least) {
  switch (e.kind) {
    case Kind::number:
      return least > 0 ? e.number >= least : e.number == 0;
    case Kind::rule:
      return least > 0 ? want_rule(e.text, least) : want_no_rule(e.text);
    case Kind::no:
      return want(e.children[0], least > 0 ? 0 : 1);
    case Kind::all:
    case Kind::any: {
      if ((e.kind == Kind::all) == (least > 0))
        return want(e.children[0], least) && want(e.children[1], least);
      // One of them will do. A choice that fails leaves nothing behind.
      std::vector<const Expression*> choices;
      const std::function<void(const Expression&)> flatten = [&](const Expression& in) {
        if (in.kind == e.kind)
          for (const Expression& child : in.children) flatten(child);
        else
          choices.push_back(&in);
      };
      flatten(e);
      while (!choices.empty()) {
        const std::size_t pick = below(*random_, choices.size());
        const Wishes before = *wishes_;
        if (want(*choices[pick], least)) return true;
        *wishes_ = before;
        choices.erase(choices.begin() + static_cast<std::ptrdiff_t>(pick));
      }
      return false;
    }
    case Kind::compare:
      return want_some(e, 1, least > 0);
    case Kind::arithmetic:
      return want_some(e, std::max(least, 1U), least > 0);
  }
  return false;
}

bool WishMaker::want_some(const Expression& e, unsigned least, bool truth) {
  std::vector<const Expression*> items;
  collect(e, items);
  for (int i = 0; i < kMostAssignments; ++i) {
    std::map<const Expression*, unsigned> assigned;
    const unsigned density = static_cast<unsigned>(1 + below(*random_, 10)) * 10;
    for (const Expression* item : items) {
      unsigned& v = assigned[item] = chance(*random_, density) ? 1 : 0;
      if (v == 0 || item->kind != Kind::rule || chance(*random_, 50)) continue;
      const Rule* rule = rules_.find(item->text);
      if (rule != nullptr && (rule->tflags.multiple || rule->type == RuleType::meta))
        v = static_cast<unsigned>(
            1 + below(*random_, rule->tflags.multiple ? (chance(*random_, 30) ? 90 : 15) : 4));
    }
    if ((value(e, assigned) >= least) != truth) continue;
    const Wishes before = *wishes_;
    bool possible = true;
    for (const Expression* item : items)
      possible = possible && (assigned[item] > 0 ? want(*item, assigned[item]) : want(*item, 0));
    if (possible) return true;
    *wishes_ = before;
  }
  return false;
}

}  // namespace thresh::generate
