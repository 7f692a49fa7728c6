// International domain names as Mail::SpamAssassin::Util::idn_to_ascii treats them where neither Net::LibIDN
// nor Net::LibIDN2 is installed, as on Debian by default: U-labels stay as they are, in bytes.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/base/ascii.h"

namespace thresh {

// `name` with ASCII in lower case; other bytes are untouched.
[[nodiscard]] inline std::string idn_to_ascii(std::string_view name) {
  return ascii::lower(name);
}

// The same, in the arena; `name` itself when it has no capitals.
[[nodiscard]] std::string_view idn_to_ascii(std::string_view name, Arena& arena);

}  // namespace thresh
