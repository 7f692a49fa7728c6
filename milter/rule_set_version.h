// Which rules are at work, as one short word that changes with them.
#pragma once

#include <string>

#include "rules/language/rule_set.h"

namespace thresh::milter {

// 12 hexadecimal digits of a SHA-256 over the bytes of the rule files and over every rule with its scores.
// Reads the files; one that is gone by now counts by its rules alone. Where the files lie makes no
// difference.
[[nodiscard]] std::string rule_set_version(const RuleSet& rules);

}  // namespace thresh::milter
