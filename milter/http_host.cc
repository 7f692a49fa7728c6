#include "milter/http_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

#include "engine/base/ascii.h"

namespace thresh::milter {
namespace {

namespace ip = boost::asio::ip;

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return port;
}

// "host:port" and "[host]:port" in two; no port: without a colon behind the host. Nothing where it is
// neither.
struct HostPort {
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};
std::optional<HostPort> split(std::string_view text) {
  HostPort parts;
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return {};
    parts.host = text.substr(1, end - 1);
    parts.bracketed = true;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
    parts.host = text.substr(0, end);
  }
  if (end < text.size()) {
    if (text[end] != ':') return {};
    parts.port = text.substr(end + 1);
  }
  return parts;
}

// Of the family that the brackets say.
std::optional<ip::address> address_of(const HostPort& parts) {
  boost::system::error_code error;
  const std::string host(parts.host);
  const ip::address address = parts.bracketed ? ip::address(ip::make_address_v6(host, error))
                                              : ip::address(ip::make_address_v4(host, error));
  if (error) return {};
  return address;
}

}  // namespace

Result<HttpAddress> parse_http_address(std::string_view text) {
  constexpr const char* remedy = "127.0.0.1:PORT, [::1]:PORT or unix:PATH";
  if (text.starts_with("unix:") && text.size() > 5) return HttpAddress{std::string(text.substr(5)), {}, 0};
  const auto parts = split(text);
  const auto port = parts && parts->port ? port_of(*parts->port) : std::nullopt;
  const auto address = parts ? address_of(*parts) : std::nullopt;
  if (!port || !address) return fail(fmt::format("\"{}\" is no address to listen on", text), {}, remedy);
  if (!address->is_loopback())
    return fail(
        fmt::format("\"{}\" is reached from other machines, and nobody is asked for a password", text), {},
        fmt::format("{}; a proxy can serve it to others", remedy));
  return HttpAddress{{}, std::string(parts->host), *port};
}

bool is_our_host(std::string_view header, std::span<const std::string> names) {
  const auto parts = split(header);
  if (!parts || (parts->port && !parts->port->empty() && !port_of(*parts->port))) return false;
  if (const auto address = address_of(*parts)) return address->is_loopback();
  if (parts->bracketed) return false;
  const auto same = [&](std::string_view name) { return ascii::iequals(parts->host, name); };
  return same("localhost") || std::ranges::any_of(names, same);
}

}  // namespace thresh::milter
