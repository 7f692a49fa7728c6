// What reading a message depends on: plain data, filled from the rule set (Mail::SpamAssassin::Conf) by the
// scan room. Immutable once made; shared by all threads.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/message/ip_networks.h"
#include "engine/message/redirector.h"
#include "engine/message/registry_boundaries.h"
#include "engine/regex/regex.h"

namespace thresh {

struct MessageSettings {
  bool normalize_charset = true;
  // Bytes of one rendered (body) and one decoded (rawbody) part that are matched; 0: all.
  std::size_t body_part_scan_size = 50'000;
  std::size_t rawbody_part_scan_size = 500'000;

  IpNetworks trusted_networks;
  IpNetworks internal_networks;
  IpNetworks msa_networks;
  bool trusted_networks_configured = false;
  bool internal_networks_configured = false;
  std::vector<std::string> originating_ip_headers;

  std::string envelope_sender_header;  // empty: guess as SpamAssassin does
  bool always_trust_envelope_sender = false;
  bool parse_dkim_uris = true;

  RedirectorPatterns redirector_patterns;  // group 1 is the target
  RegistryBoundaries registry;
};

}  // namespace thresh
