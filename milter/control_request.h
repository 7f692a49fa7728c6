// The line that asks the control socket for something.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/result.h"

namespace thresh::milter {

// Bytes of a request, its line feed included.
inline constexpr std::size_t max_control_request = 4096;

// Views of the line.
struct ControlRequest {
  std::string_view verb;      // [a-z][a-z0-9-]*
  std::string_view argument;  // what follows the one space behind it; empty: none
};

// `line`: without its line feed. Errors: no verb, a control character in the line.
[[nodiscard]] Result<ControlRequest> parse_control_request(std::string_view line);

}  // namespace thresh::milter
