// The settings of the message room, taken from a rule set's directives.
#pragma once

#include "engine/message/settings.h"
#include "rules/language/rule_set.h"

namespace thresh {

// Errors carry file:line of the directive that is wrong.
[[nodiscard]] Result<MessageSettings> message_settings_of(const RuleSet& rules);

}  // namespace thresh
