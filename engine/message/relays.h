// The Received chain (Mail::SpamAssassin::Message::Metadata::Received): who handed the message to whom, and
// how far we trust what we are told.
#pragma once

#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/settings.h"

namespace thresh {

// One handover; views live in the message's arena or in its header values. Invalid characters are '!'
// already.
struct Relay {
  std::string_view ip, rdns, helo, by, ident, id, auth;
  std::string_view
      envfrom;  // data() is null where the header names no sender ("undef"), and not where it is empty
  std::string_view
      as_string;  // "[ ip=... rdns=... helo=... by=... ident=... envfrom=... intl=0 id=... auth=... msa=0 ]"
  bool ip_private = false;
  bool internal = false;
  bool msa = false;
  bool no_reverse_dns = false;  // the MTA looked and found none
  bool rdns_not_in_headers = false;
};

struct Relays {
  explicit Relays(std::pmr::memory_resource* memory);

  std::pmr::vector<const Relay*> trusted, untrusted, internal, external;  // top (latest) first
  // relays_*_str: the as_string of each, joined with a space.
  std::string_view trusted_text, untrusted_text, internal_text, external_text;
  int unparseable = 0;
  int last_trusted_index = -1;  // index among the Received headers, from the top
  int last_internal_index = -1;
};

// `received`: decoded values, topmost first; `originating`: values of originating_ip_headers, in order (the
// last field of each name, as Message::get_header gives it). `sender_is_originating`:
// suppl_attrib{originating}. received_line.h reads one header.
[[nodiscard]] Relays parse_relays(std::span<const std::string_view> received,
                                  std::span<const std::string_view> originating,
                                  const MessageSettings& settings, bool sender_is_originating, Arena& arena);

}  // namespace thresh
