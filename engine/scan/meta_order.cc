#include "engine/scan/meta_order.h"

#include <bit>
#include <limits>
#include <string_view>
#include <unordered_map>

namespace thresh {
MetaOrder::MetaOrder(const RuleSet& set, const std::vector<bool>& active, const std::vector<bool>& runs)
    : rules_(set.rules()), dependents_(set.rules().size()) {
  std::unordered_map<std::string_view, std::uint32_t> index;
  for (std::uint32_t i = 0; i < rules_.size(); ++i) index.emplace(rules_[i].name, i);

  struct Node {
    Step step;
    std::size_t waits_for = 0;
    bool ordered = false;
    bool early = true;  // everything it names is settled while rules run
  };
  std::vector<Node> nodes(rules_.size());
  std::vector<std::vector<std::uint32_t>> waiting(rules_.size());  // meta → metas that name it
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    if (rules_[i].type != RuleType::meta) continue;
    nodes[i].step.rule = i;
    nodes[i].step.idle = !active[i];
    for (const std::string& name : rules_[i].meta.rules) {
      const auto found = index.find(name);
      const std::uint32_t dependency = found == index.end() ? no_rule() : found->second;
      nodes[i].step.dependencies.push_back(dependency);
      if (dependency != no_rule() && rules_[dependency].type == RuleType::meta) {
        ++nodes[i].waits_for;
        waiting[dependency].push_back(i);
      } else if (dependency == no_rule() || !runs[dependency]) {
        nodes[i].early = false;
      }
    }
  }

  std::vector<std::uint32_t> ready;
  for (std::uint32_t i = 0; i < rules_.size(); ++i)
    if (rules_[i].type == RuleType::meta && nodes[i].waits_for == 0) ready.push_back(i);
  for (std::size_t at = 0; at < ready.size(); ++at) {
    const std::uint32_t done = ready[at];
    // An idle meta that names nothing is never looked at either.
    if (nodes[done].step.idle && (!nodes[done].early || nodes[done].step.dependencies.empty())) continue;
    nodes[done].ordered = true;
    steps_.push_back(std::move(nodes[done].step));
    for (std::uint32_t next : waiting[done]) {
      if (!nodes[done].early) nodes[next].early = false;
      if (--nodes[next].waits_for == 0) ready.push_back(next);
    }
  }
  for (std::uint32_t i = 0; i < rules_.size(); ++i)
    if (rules_[i].type == RuleType::meta && active[i] && !nodes[i].ordered) never_.push_back(i);

  std::vector<double> values(rules_.size() + 1, 0.0);
  std::vector<bool> may_be_unsettled(rules_.size() + 1, false);
  std::vector<std::uint32_t> named(rules_.size() + 1, 0);
  for (std::uint32_t at = 0; at < steps_.size(); ++at) {
    Step& step = steps_[at];
    step.may_be_unsettled = step.idle;
    for (const std::uint32_t dependency : step.dependencies) {
      ++named[dependency];
      step.may_be_unsettled = step.may_be_unsettled || may_be_unsettled[dependency];
    }
    may_be_unsettled[step.rule] = step.may_be_unsettled;
    const double value = compute(at, values);
    values[step.rule] = value;
    if (value != 0) baseline_hits_.push_back({at, step.rule, value});  // or unsettled
  }
  for (std::uint32_t at = 0; at < steps_.size(); ++at) {
    const Step& step = steps_[at];
    if (const std::uint32_t rule = needed(step, values, named); rule != no_rule()) {
      dependents_[rule].push_back(at);
      continue;
    }
    for (const std::uint32_t dependency : step.dependencies)
      if (dependency != no_rule()) dependents_[dependency].push_back(at);
  }
}

std::uint32_t MetaOrder::needed(const Step& step, std::span<const double> baseline,
                                std::span<const std::uint32_t> named) const {
  if (step.may_be_unsettled || baseline[step.rule] != 0) return no_rule();
  const MetaExpression& meta = rules_[step.rule].meta;
  std::vector<std::uint32_t> slots(step.dependencies.size());
  for (std::uint32_t i = 0; i < slots.size(); ++i) slots[i] = i;
  std::vector<double> operands(slots.size(), std::numeric_limits<double>::quiet_NaN());
  std::uint32_t best = no_rule();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::uint32_t rule = step.dependencies[i];
    if (rule == no_rule() || baseline[rule] != 0 || (best != no_rule() && named[rule] >= named[best]))
      continue;
    operands[i] = 0;
    if (meta.evaluate_partial(operands, slots) == 0) best = rule;
    operands[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return best;
}

void MetaOrder::begin(std::span<const std::uint32_t> hit, Workspace& space) const {
  space.due.assign(steps_.size() / 64 + 1, 0);
  for (std::uint32_t rule : hit) mark_dependents(rule, space);
}

std::uint32_t MetaOrder::next_due(const Workspace& space, std::uint32_t from) const {
  for (std::size_t word = from / 64; word < space.due.size(); ++word) {
    std::uint64_t bits = space.due[word];
    if (word == from / 64) bits &= ~std::uint64_t{0} << (from % 64);
    if (bits != 0)
      return static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
  }
  return static_cast<std::uint32_t>(steps_.size());
}

double MetaOrder::compute(std::uint32_t step, std::span<const double> values) const {
  const Step& s = steps_[step];
  if (s.may_be_unsettled)
    for (const std::uint32_t dependency : s.dependencies)
      if (std::isnan(values[dependency])) return values[dependency];
  const double value = rules_[s.rule].meta.evaluate(values, s.dependencies);
  // PerMsgStatus::got_hit makes a negative value 1.
  if (s.idle && value != 0) return std::numeric_limits<double>::quiet_NaN();
  return value < 0 ? 1.0 : value;
}

}  // namespace thresh
