// The forms of hosts as SpamAssassin tells them apart: names (Util::is_fqdn_valid) and addresses
// (Constants::IP_ADDRESS).
#pragma once

#include <string_view>

namespace thresh {

// Util::is_fqdn_valid: two labels or more, at most 253 bytes, no underscore in the last two. Letter case does
// not matter; trailing dots are ignored; whatever is not ASCII is not valid (no IDN conversion, so `is_ascii`
// changes nothing).
[[nodiscard]] bool is_fqdn_valid(std::string_view name, bool is_ascii = false);

// Constants::IS_IP_ADDRESS: all of `text` is an IPv4 address, or an IPv6 one with or without "IPv6:" before
// it.
[[nodiscard]] bool is_ip_address(std::string_view text);

}  // namespace thresh
