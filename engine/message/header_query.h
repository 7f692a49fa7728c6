// What a header rule or eval asks for: "Subject", "From:addr", "X-Spam-Relays-External", "ALL:raw",
// "EnvelopeFrom:first:addr:host" (PerMsgStatus::get). Parsed once per rule set, answered per message.
#pragma once

#include <string>
#include <string_view>

namespace thresh {

struct HeaderQuery {
  enum class Source {
    header,  // a conventional header, or metadata of that name when there is none
    all,
    all_trusted,
    all_internal,
    all_untrusted,
    all_external,
    envelope_from,
    to_cc,
    message_id,
    relays_trusted,
    relays_untrusted,
    relays_internal,
    relays_external,
  };
  Source source = Source::header;
  std::string name;  // as written, without modifiers
  bool raw = false, addr = false, display_name = false, host = false, domain = false, ip = false,
       revip = false;
  bool first = false, last = false;

  // Unknown modifiers are dropped, as PerMsgStatus::_get does.
  [[nodiscard]] static HeaderQuery parse(std::string_view request);
};

}  // namespace thresh
