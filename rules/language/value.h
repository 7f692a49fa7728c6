// What the value of a setting must look like: the checks of Conf.pm, Conf/Parser.pm and the plugins'
// set_config.
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/language/directives.h"

namespace thresh {

enum class ValueFault : std::uint8_t {
  none,
  missing,  // SpamAssassin: missing 'x' value
  invalid,  // SpamAssassin: invalid 'x' value
};

// `value`: what follows the directive, without space around it.
[[nodiscard]] ValueFault check_value(const DirectiveInfo& info, std::string_view value);

// How a correct value of that kind looks, to finish the sentence "expected ...".
[[nodiscard]] std::string_view expected_value(ValueKind kind);

}  // namespace thresh
