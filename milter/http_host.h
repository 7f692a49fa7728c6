// Which addresses the HTTP endpoint listens on, and which Host it answers to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace thresh::milter {

struct HttpAddress {
  std::string path;  // of a unix socket; empty: TCP
  std::string ip;    // a loopback address
  std::uint16_t port = 0;
};

// "127.0.0.1:PORT" (any of 127.0.0.0/8), "[::1]:PORT", "unix:PATH". Port 0: one that is free. Errors:
// anything else; names, since what they stand for may change.
[[nodiscard]] Result<HttpAddress> parse_http_address(std::string_view text);

// Whether a Host header (RFC 9110, section 7.2: host [ ":" port ]) names this machine: localhost, a loopback
// address, or one of `names`, in any case. A web page that a browser on this machine shows can make it ask us
// under a name of its author's that resolves to 127.0.0.1 (DNS rebinding), but it cannot make it say another
// Host.
[[nodiscard]] bool is_our_host(std::string_view header, std::span<const std::string> names);

}  // namespace thresh::milter
