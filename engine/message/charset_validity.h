// Which bytes Mozilla's detector took for well-formed in the multi-byte charsets it knew. It crossed a
// charset off at the first byte that does not fit, where today's libuchardet keeps what it believed until
// then.
#pragma once

#include <string_view>

namespace thresh {

// False where Mozilla's detector (Encode::Detect) would have crossed `charset` off: a malformed or cut off
// character, or a shift code within two bytes behind one. For UTF-8, where Perl cannot decode it. True for
// charsets that are not multi-byte. `charset` is Encode::Detect's name. The rules were found by asking
// Encode::Detect about every pair of bytes. Safe from several threads.
[[nodiscard]] bool is_well_formed(std::string_view charset, std::string_view bytes);

// Bytes that no text in `charset` has, and most texts in the other multi-byte charsets may have: a detector
// that reads them first does not consider it. Empty for charsets that are not multi-byte.
[[nodiscard]] std::string_view exclusion(std::string_view charset);

}  // namespace thresh
