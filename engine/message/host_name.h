// What SpamAssassin takes for a host name.
#pragma once

#include <string_view>

namespace thresh {

// Util::is_fqdn_valid: two labels or more, at most 253 bytes, no underscore in the last two. Letter case does
// not matter; trailing dots are ignored; whatever is not ASCII is not valid (no IDN conversion, so `is_ascii`
// changes nothing).
[[nodiscard]] bool is_fqdn_valid(std::string_view name, bool is_ascii = false);

}  // namespace thresh
