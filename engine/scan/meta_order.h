// Evaluating metas in dependency order, and which never are (Plugin/Check.pm do_meta_tests): a meta waits for
// every rule it names. Rules that are not metas count 0 when they did not run. A meta with score 0 (an idle
// one) is looked at all the same while rules run: where it is false it counts 0, where it is true its hit is
// dropped and it stays unsettled, and whoever waits for it never runs. It is not looked at when it names
// something that does not run; then, too, it stays unsettled.
//
// A message hits few rules, so only metas that name a rule whose value differs from its value on a message
// that hits nothing (the baseline) are evaluated; all others have their baseline value. Where a meta is false
// without some rule, whatever the others say, it waits for the rarest of such rules alone.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/language/rule_set.h"

namespace thresh {

class MetaOrder {
 public:
  // One flag a rule each: `active`, its score is not 0; `runs`, it is no meta and is tried on every message.
  // `rules` must outlive it.
  MetaOrder(const RuleSet& rules, const std::vector<bool>& active, const std::vector<bool>& runs);

  // Active metas that wait for one that is never settled, as indices into RuleSet::rules().
  [[nodiscard]] std::span<const std::uint32_t> never() const { return never_; }

  // What one evaluation writes to; reused from message to message.
  struct Workspace {
    std::vector<std::uint64_t> due;  // one bit a step
  };

  // `values`: one a rule, already set for every rule that is not a meta and 0 for metas, and one more that is
  // 0; receives the metas' values. `hit`: the rules (not metas) whose value is not 0. `visit(rule, value)` is
  // called for each meta that hits, in order.
  template <typename Visit>
  void evaluate(std::span<double> values, std::span<const std::uint32_t> hit, Workspace& space,
                Visit&& visit) const {
    begin(hit, space);
    for (const Baseline& b : baseline_hits_) values[b.rule] = b.value;
    for (std::uint32_t step = next_due(space, 0); step < steps_.size(); step = next_due(space, step + 1)) {
      const std::uint32_t rule = steps_[step].rule;
      const double value = compute(step, values);
      if (value != values[rule]) {
        values[rule] = value;
        mark_dependents(rule, space);
      }
      if (value != 0 && !std::isnan(value)) visit(rule, value);
    }
    for (const Baseline& b : baseline_hits_)
      if (!is_due(space, b.step) && !std::isnan(b.value)) visit(b.rule, b.value);
  }

 private:
  struct Step {
    std::uint32_t rule = 0;
    bool idle = false;
    bool may_be_unsettled = false;  // itself or something that it names
    std::vector<std::uint32_t>
        dependencies;  // rule index of each MetaExpression::rules entry; no_rule() when undefined
  };
  struct Baseline {
    std::uint32_t step, rule;
    double value;
  };

  void begin(std::span<const std::uint32_t> hit, Workspace& space) const;
  [[nodiscard]] std::uint32_t next_due(const Workspace& space, std::uint32_t from) const;
  [[nodiscard]] static bool is_due(const Workspace& space, std::uint32_t step) {
    return (space.due[step / 64] >> (step % 64) & 1) != 0;
  }
  void mark_dependents(std::uint32_t rule, Workspace& space) const {
    for (std::uint32_t step : dependents_[rule]) space.due[step / 64] |= std::uint64_t{1} << (step % 64);
  }
  // NaN: unsettled.
  [[nodiscard]] double compute(std::uint32_t step, std::span<const double> values) const;
  // Stands for rules that are not defined: the value after those of all rules.
  [[nodiscard]] std::uint32_t no_rule() const { return static_cast<std::uint32_t>(rules_.size()); }
  // A rule without which the step is 0, as it is on a message that hits nothing: of several the one that
  // `named` counts least often. no_rule() when there is none.
  [[nodiscard]] std::uint32_t needed(const Step& step, std::span<const double> baseline,
                                     std::span<const std::uint32_t> named) const;

  std::span<const Rule> rules_;
  std::vector<Step> steps_;
  std::vector<std::vector<std::uint32_t>> dependents_;  // rule → steps that are due when its value changes
  std::vector<Baseline> baseline_hits_;
  std::vector<std::uint32_t> never_;
};

}  // namespace thresh
