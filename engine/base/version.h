// The version of Thresh, from the build's project().
#pragma once

#include <string_view>

namespace thresh {

[[nodiscard]] std::string_view version();

}  // namespace thresh
