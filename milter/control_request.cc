#include "milter/control_request.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace thresh::milter {

Result<ControlRequest> parse_control_request(std::string_view line) {
  if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return fail("a control character in the request");
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view verb = line.substr(0, end);
  const auto in_verb = [](char c) { return ascii::is_lower(c) || ascii::is_digit(c) || c == '-'; };
  if (verb.empty() || !ascii::is_lower(verb.front()) || !std::ranges::all_of(verb, in_verb))
    return fail("a request is VERB [ARGUMENT]");
  return ControlRequest{verb, line.substr(std::min(end + 1, line.size()))};
}

}  // namespace thresh::milter
