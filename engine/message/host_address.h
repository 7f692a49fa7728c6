// IPv4 addresses in the disguises that browsers read through: octets in octal or hexadecimal, the whole
// address as one number. What comes out is what uri_list_canonicalize makes of them, oddities included.
#pragma once

#include <string_view>

#include "engine/base/arena.h"

namespace thresh::host_address {

// Four numbers, decimal or 0x..., with dots between.
[[nodiscard]] bool is_dotted(std::string_view host);
// 0x and hexadecimal digits.
[[nodiscard]] bool is_hex(std::string_view host);

// Each octet in decimal without leading zeros (so that a zero disappears); not checked for size. The other
// decoders too ask that `host` has the form they decode.
[[nodiscard]] std::string_view decode_dotted(std::string_view host, Arena& arena);
// Of the number's last 32 bits.
[[nodiscard]] std::string_view decode_hex(std::string_view host, Arena& arena);
// decode_ulong_to_ip: of a number above 32 bits the first eight hexadecimal digits.
[[nodiscard]] std::string_view decode_number(std::string_view digits, Arena& arena);

}  // namespace thresh::host_address
