// The version of Thresh, from the build's project().
#pragma once

#include <string_view>

namespace thresh {

inline constexpr std::string_view version = THRESH_VERSION;

}  // namespace thresh
