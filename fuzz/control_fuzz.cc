// Any text as a request to the control socket, as a Host header and as an address to listen on.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "milter/control_request.h"
#include "milter/http_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh::milter;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = parse_control_request(text)) {
    const std::string again = std::string(request->verb) + (request->verb.size() < text.size() ? " " : "") +
                              std::string(request->argument);
    if (again != text || request->verb.empty()) std::abort();
  }
  const auto address = parse_http_address(text);
  if (address && address->path.empty() && !is_our_host(text, {})) std::abort();
  const std::vector<std::string> names{"stats.example"};
  if (is_our_host(text, {}) && !is_our_host(text, names)) std::abort();
  return 0;
}
