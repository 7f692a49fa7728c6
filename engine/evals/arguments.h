// Arguments that several evals take alike, parsed once when the rule set is compiled.
#pragma once

#include <memory>

#include "engine/evals/eval.h"

namespace thresh {

// MIN and MAX of evals that hit inside a range; "undef" leaves a side open.
struct EvalRange {
  std::optional<double> min, max;
};
// Reads them from arguments `first` and `first + 1`.
[[nodiscard]] EvalRange parse_range(const EvalCall& call, std::size_t first);
// An EvalPrepare whose result is the EvalRange of the first two arguments.
[[nodiscard]] Result<std::shared_ptr<const void>> prepare_range(const EvalCall& call, const RuleSet& rules);

}  // namespace thresh
