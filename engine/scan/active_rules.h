// Which rules run: those whose score in the active set is not 0, all or just those asked for and what their
// metas name.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/language/rule_set.h"

namespace thresh {

// One flag a rule, in the order of RuleSet::rules().
[[nodiscard]] std::vector<bool> active_rules(const RuleSet& rules, std::span<const std::string> only);

}  // namespace thresh
