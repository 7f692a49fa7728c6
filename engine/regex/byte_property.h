// Named sets of bytes: POSIX classes (ASCII) and Unicode properties of the Latin-1 characters, as Perl names
// them.
#pragma once

#include <optional>
#include <string_view>

#include "engine/regex/byte_set.h"

namespace thresh {

// alpha, digit, ..., word; nothing for other names.
[[nodiscard]] std::optional<ByteSet> posix_set(std::string_view name);

// The Latin-1 characters with a Unicode property ("L", "Lu", "IsSpace", "Script=Latin", "XPosixPunct");
// nothing for names that are not known. Not fast: asks PCRE2 about each byte.
[[nodiscard]] std::optional<ByteSet> byte_property(std::string_view name);

}  // namespace thresh
