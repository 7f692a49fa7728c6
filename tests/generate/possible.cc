#include "tests/generate/possible.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresh::generate {
namespace {

using Kind = Expression::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMostDepth = 100;  // of metas that name metas
// Rules that hit or do not, of which every assignment is tried.
constexpr std::size_t kMostFree = 20;
// A pattern that counts no more than once; evals may say any number.
bool is_zero_or_one(const Rule& rule) {
  return rule.eval_function.empty() && !rule.tflags.multiple;
}

double operate(const std::string& op, double a, double b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return b == 0 ? 0 : a / b;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<=") return a <= b;
  if (op == ">=") return a >= b;
  return op == "<" ? a < b : a > b;
}

}  // namespace

const Expression& Possibility::expression_of(const Rule& rule) {
  const auto [at, made] = expressions_.try_emplace(rule.name);
  if (made) at->second = Expression::parse(rule.meta_source);
  return at->second;
}

Possibility::Bounds Possibility::bounds(std::string_view name) {
  const Rule* const rule = rules_.find(name);
  if (rule == nullptr || rule->type == RuleType::empty || idle_.contains(name)) return {0, 0};
  if (rule->type != RuleType::meta) return {0, is_zero_or_one(*rule) ? 1 : kInfinity};
  if (const auto known = bounds_.find(name); known != bounds_.end()) return known->second;
  if (++depth_ > kMostDepth) {
    --depth_;
    return {-kInfinity, kInfinity};
  }
  const Bounds found = bounds(expression_of(*rule));
  --depth_;
  return bounds_.emplace(name, found).first->second;
}

Possibility::Bounds Possibility::bounds_of_operation(const std::string& op, Bounds a, Bounds b) {
  if (op == "+") return {a.least + b.least, a.most + b.most};
  if (op == "-") return {a.least - b.most, a.most - b.least};
  if (op == "*" || op == "/") {
    if (a.is_zero() || b.is_zero()) return {0, 0};
    const bool positive = a.least >= 0 && b.least >= 0;
    return {positive ? 0 : -kInfinity, kInfinity};
  }
  const auto truth = [](bool can_be_true, bool can_be_false) {
    return Bounds{can_be_false ? 0.0 : 1.0, can_be_true ? 1.0 : 0.0};
  };
  if (op == "<") return truth(a.least < b.most, a.most >= b.least);
  if (op == ">") return truth(a.most > b.least, a.least <= b.most);
  if (op == "<=") return truth(a.least <= b.most, a.most > b.least);
  if (op == ">=") return truth(a.most >= b.least, a.least < b.most);
  const bool can_be_equal = a.least <= b.most && b.least <= a.most;
  const bool can_differ = !(a.least == a.most && b.least == b.most && a.least == b.least);
  return op == "==" ? truth(can_be_equal, can_differ) : truth(can_differ, can_be_equal);
}

Possibility::Bounds Possibility::bounds(const Expression& e) {
  switch (e.kind) {
    case Kind::number:
      return {e.number, e.number};
    case Kind::rule:
      return bounds(e.text);
    case Kind::no: {
      const Bounds of = bounds(e.children[0]);
      return {of.is_zero() ? 1.0 : 0.0, of.is_true() ? 0.0 : 1.0};
    }
    case Kind::all: {  // Perl's: the first that is false, or else the last
      const Bounds a = bounds(e.children[0]), b = bounds(e.children[1]);
      if (a.is_zero() || b.is_zero()) return {0, 0};
      return a.is_true() ? b : Bounds{std::min(0.0, b.least), std::max(0.0, b.most)};
    }
    case Kind::any: {
      const Bounds a = bounds(e.children[0]), b = bounds(e.children[1]);
      if (a.is_zero()) return b;
      if (a.is_true()) return a;
      return {std::min(a.least, b.least), std::max(a.most, b.most)};
    }
    case Kind::compare:
    case Kind::arithmetic:
      return bounds_of_operation(e.text, bounds(e.children[0]), bounds(e.children[1]));
  }
  return {-kInfinity, kInfinity};
}

void Possibility::collect_free(const Expression& e, std::set<std::string>& free,
                               std::set<std::string>& seen) {
  if (e.kind == Kind::rule) collect_free(e.text, free, seen);
  for (const Expression& child : e.children) collect_free(child, free, seen);
}

void Possibility::collect_free(std::string_view name, std::set<std::string>& free,
                               std::set<std::string>& seen) {
  const Rule* const rule = rules_.find(name);
  if (rule == nullptr || rule->type == RuleType::empty || idle_.contains(name)) return;
  if (rule->type != RuleType::meta)
    free.emplace(name);
  else if (seen.emplace(name).second)
    collect_free(expression_of(*rule), free, seen);
}

double Possibility::value(std::string_view name, Values& values) {
  if (const auto known = values.find(name); known != values.end()) return known->second;
  const Rule* const rule = rules_.find(name);
  if (rule == nullptr || rule->type != RuleType::meta || idle_.contains(name)) return 0;
  values.emplace(name, 0);  // a circle is 0
  const double found = value(expression_of(*rule), values);
  values.insert_or_assign(std::string(name), found);
  return found;
}

double Possibility::value(const Expression& e, Values& values) {
  switch (e.kind) {
    case Kind::number:
      return e.number;
    case Kind::rule:
      return value(e.text, values);
    case Kind::no:
      return value(e.children[0], values) == 0;
    case Kind::all: {
      const double a = value(e.children[0], values);
      return a == 0 ? 0 : value(e.children[1], values);
    }
    case Kind::any: {
      const double a = value(e.children[0], values);
      return a != 0 ? a : value(e.children[1], values);
    }
    case Kind::compare:
    case Kind::arithmetic:
      return operate(e.text, value(e.children[0], values), value(e.children[1], values));
  }
  return 0;
}

std::optional<std::string> Possibility::proof_against(std::string_view name) {
  const Rule* const rule = rules_.find(name);
  if (rule == nullptr || rule->type != RuleType::meta) return std::nullopt;
  if (bounds(name).is_zero()) return "proved: 0 whatever the rules that run say";
  std::set<std::string> free, seen;
  collect_free(name, free, seen);
  const std::vector<std::string> named(free.begin(), free.end());
  if (named.size() > kMostFree ||
      !std::ranges::all_of(named, [&](const std::string& one) { return is_zero_or_one(*rules_.find(one)); }))
    return std::nullopt;
  for (std::size_t assignment = 0; assignment < std::size_t{1} << named.size(); ++assignment) {
    Values values;
    for (std::size_t i = 0; i < named.size(); ++i) values.emplace(named[i], assignment >> i & 1);
    if (value(name, values) != 0) return std::nullopt;
  }
  return fmt::format("proved: 0 for every assignment of the {} rules that are free", named.size());
}

}  // namespace thresh::generate
