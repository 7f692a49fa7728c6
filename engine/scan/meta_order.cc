#include "engine/scan/meta_order.h"

#include <bit>
#include <limits>
#include <string_view>
#include <unordered_map>

namespace thresh {
namespace {
constexpr std::uint32_t no_rule = UINT32_MAX;
}

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
      const std::uint32_t dependency = found == index.end() ? no_rule : found->second;
      nodes[i].step.dependencies.push_back(dependency);
      if (dependency != no_rule && rules_[dependency].type == RuleType::meta) {
        ++nodes[i].waits_for;
        waiting[dependency].push_back(i);
      } else if (dependency == no_rule || !runs[dependency]) {
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

  std::vector<double> values(rules_.size(), 0.0);
  Workspace space;
  for (std::uint32_t step = 0; step < steps_.size(); ++step) {
    for (std::uint32_t dependency : steps_[step].dependencies)
      if (dependency != no_rule) dependents_[dependency].push_back(step);
    const double value = compute(step, values, space);
    values[steps_[step].rule] = value;
    if (value != 0) baseline_hits_.push_back({step, steps_[step].rule, value});  // or unsettled
  }
}

void MetaOrder::begin(std::span<const std::uint32_t> hit, Workspace& space) const {
  space.due.assign(steps_.size() / 64 + 1, 0);
  for (std::uint32_t rule : hit) mark_dependents(rule, space);
}

std::uint32_t MetaOrder::next_due(const Workspace& space, std::uint32_t from) const {
  for (std::size_t word = from / 64; word < space.due.size(); ++word) {
    std::uint64_t bits = space.due[word];
    if (word == from / 64) bits &= ~std::uint64_t{0} << (from % 64);
    if (bits != 0) return static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
  }
  return static_cast<std::uint32_t>(steps_.size());
}

double MetaOrder::compute(std::uint32_t step, std::span<const double> values, Workspace& space) const {
  const Step& s = steps_[step];
  space.operands.clear();
  for (std::uint32_t dependency : s.dependencies) {
    const double value = dependency == no_rule ? 0.0 : values[dependency];
    if (std::isnan(value)) return value;
    space.operands.push_back(value);
  }
  const double value = rules_[s.rule].meta.evaluate(std::span<const double>(space.operands));
  // PerMsgStatus::got_hit makes a negative value 1.
  if (s.idle && value != 0) return std::numeric_limits<double>::quiet_NaN();
  return value < 0 ? 1.0 : value;
}

}  // namespace thresh
