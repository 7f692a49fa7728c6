// Sets of IP networks as trusted_networks, internal_networks and msa_networks write them: 127/8, 10.1.2.,
// [2001:db8::]/32, ! for exclusion; the first entry that holds an address decides (Mail::SpamAssassin::NetSet
// on NetAddr::IP, without Net::Patricia, which Debian does not pull in: with it the longest would).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

// An IPv4 address is held as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  // Accepts dotted IPv4 (also inside [ ]), IPv6 with or without "IPv6:" prefix, zone id dropped. nullopt: not
  // an address.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  [[nodiscard]] bool is_v4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// SpamAssassin's IP_PRIVATE (Constants.pm): RFC 1918, loopback, link local, CGN and their IPv6 kin, at the
// start of `text`.
[[nodiscard]] bool is_private_ip(std::string_view text);

class IpNetworks {
 public:
  // What trusted_networks and internal_networks hold before their first entry and after clear_*: 127/8 and
  // ::1. (msa_networks starts empty.)
  [[nodiscard]] static IpNetworks with_loopback();

  // One entry: "192.168/16", "!10.0.1.5", "2001:db8::/32". Errors say what is wrong with it. An entry inside
  // one that stands before it changes nothing, whether it includes or excludes: put exceptions first.
  [[nodiscard]] Result<void> add(std::string_view entry);
  void clear() { networks_.clear(); }
  [[nodiscard]] bool empty() const { return networks_.empty(); }
  // NetSet::contains_ip. False for what is not an address.
  [[nodiscard]] bool contains(std::string_view ip) const;

  // Drops every entry (but exclusions) that is not inside `outer` and returns them as written:
  // Conf::Parser::lint_trusted_networks does so to internal and msa networks that are not trusted.
  std::vector<std::string> keep_within(const IpNetworks& outer);

 private:
  struct Network {
    IpAddress base;
    int bits;
    bool exclude;
    std::string text;  // as written
  };
  static bool holds(const Network& network, const IpAddress& address);
  // contains_net: inside an entry, and the first such entry includes.
  [[nodiscard]] bool contains(const Network& network) const;
  std::vector<Network> networks_;
};

}  // namespace thresh
