// Received headers, addresses, dates and IP addresses as strangers send them. The first byte chooses what
// else: with whom the chain is trusted. Lines of the rest are headers.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "engine/message/address.h"
#include "engine/message/date.h"
#include "engine/message/ip_networks.h"
#include "engine/message/ip_text.h"
#include "engine/message/relays.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }

  MessageSettings settings;
  settings.trusted_networks = IpNetworks::with_loopback();
  settings.internal_networks = IpNetworks::with_loopback();
  for (const std::string_view entry : {"!192.0.2.7", "0.0.0.0/2", "2000::/4"})
    require(settings.trusted_networks.add(entry).has_value() &&
            settings.internal_networks.add(entry).has_value());
  require(settings.msa_networks.add("32.0.0.0/3").has_value());
  settings.trusted_networks_configured = (choice & 1) != 0;
  settings.internal_networks_configured = (choice & 2) != 0;

  Arena arena(4096);
  const Relays relays = parse_relays(lines, lines, settings, (choice & 4) != 0, arena);
  require(relays.trusted.size() + relays.untrusted.size() <= 2 * lines.size());
  for (const auto* list : {&relays.trusted, &relays.untrusted, &relays.internal, &relays.external})
    for (const Relay* relay : *list) {
      require(relay->as_string.starts_with("[ ip=") && relay->as_string.ends_with(" ]"));
      require(relay->ip.find_first_of(" []<>()|#") == std::string_view::npos);
      require(relay->helo.find_first_of(" []<>()|#") == std::string_view::npos);
    }

  for (const MailAddress& a : parse_header_addresses(text, arena)) {
    require(a.has_address() == (a.user.data() != nullptr) && a.has_address() == (a.host.data() != nullptr));
    require(!a.has_address() || a.address.find('@') != std::string_view::npos);
  }

  if (const auto time = parse_rfc822_date(text)) require(*time >= 0);
  static_cast<void>(receive_date(text, 1'700'000'000));
  static_cast<void>(received_times(text, 1'700'000'000, &arena));

  if (const auto span = find_ip_address(text)) require(is_ip_address(span->first(text)) || span->begin > 0);
  static_cast<void>(find_standalone_ip(text));
  static_cast<void>(is_localhost(text));
  static_cast<void>(is_private_ip(text));
  if (is_whole_private_ip(text)) require(is_private_ip(text));
  static_cast<void>(reverse_ip_address(text));
  IpNetworks networks;
  if (networks.add(text)) require(!networks.empty());
  return 0;
}
