// One Received header to who handed over what to whom (Received.pm, parse_received_line): some ninety formats
// of MTAs, tried in a fixed order. What is not understood is told apart from what is known to carry no
// handover.
#pragma once

#include <string_view>

#include "engine/base/arena.h"

namespace thresh {

enum class ReceivedKind {
  relay,             // a handover with at least an address
  ignored,           // known, and says nothing about a handover over TCP
  unparseable,       // not understood
  fetchmail_marker,  // ignored, and the mail was fetched by POP3 or IMAP here: the chain starts again
  qmail_scanner,     // ignored, but its envelope sender belongs to the next header
};

// What a header says. Views live in the value or in the arena, or are literals; characters that could break
// as_string are '!' in all but id and auth.
struct ReceivedLine {
  ReceivedKind kind = ReceivedKind::unparseable;
  std::string_view ip, rdns, helo, by, ident, id, auth;
  std::string_view envfrom;        // data() is null where the header names none
  bool mta_looked_up_dns = false;  // so an empty rdns means that there is none
};

// `value`: the header's value, folded or not; it must outlive the result. Linear in its size.
[[nodiscard]] ReceivedLine parse_received_line(std::string_view value, Arena& arena);

}  // namespace thresh
