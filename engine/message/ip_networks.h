// Sets of IP networks as trusted_networks, internal_networks and msa_networks write them: 127/8, 10.1.2., [2001:db8::]/32,
// ! for exclusion; the longest match decides (Mail::SpamAssassin::NetSet). Addresses in text as Received shows them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

// An IPv4 address is held as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  // Accepts dotted IPv4 (also inside [ ]), IPv6 with or without "IPv6:" prefix, zone id dropped. nullopt: not an address.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] bool is_v4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// SpamAssassin's IP_PRIVATE (Constants.pm): RFC 1918, loopback, link local, CGN and their IPv6 kin.
[[nodiscard]] bool is_private_ip(std::string_view text);

class IpNetworks {
 public:
  // One entry: "192.168/16", "!10.0.1.5", "2001:db8::/32". Errors say what is wrong with it.
  [[nodiscard]] Result<void> add(std::string_view entry);
  void clear() { networks_.clear(); }
  [[nodiscard]] bool empty() const { return networks_.empty(); }
  // NetSet::contains_ip. False for what is not an address.
  [[nodiscard]] bool contains(std::string_view ip) const;

 private:
  struct Network {
    IpAddress base;
    int bits;
    bool exclude;
  };
  std::vector<Network> networks_;
};

}  // namespace thresh
