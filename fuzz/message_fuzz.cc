// Reads arbitrary bytes as a message and asks for everything that a scan asks for: tree, headers, texts,
// addresses, relays and URIs. The first byte chooses the line endings and small scan sizes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/message/message.h"

namespace {

std::size_t touched = 0;

void touch(std::string_view text) {
  for (const char c : text) touched += static_cast<unsigned char>(c);
}

void touch_all(std::span<const std::string_view> texts) {
  for (const std::string_view text : texts) touch(text);
}

void read(std::string_view raw, const thresh::MessageSettings& settings) {
  thresh::Arena arena;
  const thresh::Message message(raw, settings, arena);
  touch(message.pristine());
  for (const thresh::Part* const part : message.all_parts()) {
    touch(part->type());
    touch(part->effective_type());
    touch(part->charset());
    touch(part->name());
    touch(part->raw());
    touch(part->decoded());
    touch(part->rendered().value_or(""));
    touch(part->visible_rendered().value_or(""));
    touch(part->invisible_rendered().value_or(""));
    for (const thresh::HeaderField& field : part->headers()) {
      touch(field.name);
      touch(field.raw);
      touch(field.decoded);
    }
  }
  for (const char* const request :
       {"ALL", "ALL:raw", "ALL-TRUSTED", "ALL-EXTERNAL:raw", "EnvelopeFrom", "EnvelopeFrom:addr:domain",
        "ToCc:addr", "ToCc:raw", "MESSAGEID:host", "From:name", "From:addr", "From:host", "Received:ip",
        "Received:revip", "Subject", "X-Spam-Relays-External", "X-SenderDomain", "X-AuthorDomain"}) {
    touch_all(message.get(request));
    touch(message.get_joined(thresh::HeaderQuery::parse(request)).value_or(""));
    touch(message.get_scalar(request));
  }
  touch_all(message.all_from_addrs());
  touch_all(message.all_to_addrs());
  touch_all(message.body());
  touch_all(message.visible_body());
  touch_all(message.invisible_body());
  touch_all(message.rawbody());
  touch_all(message.uris());
  touched += message.boundary_balance().size() + message.html_all().size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const thresh::MessageSettings usual = [] {
    thresh::MessageSettings settings;
    settings.originating_ip_headers = {"X-Originating-IP"};
    settings.parse_dkim_uris = true;
    for (const char* const tld : {"com", "org", "net", "de"}) settings.registry.add_tld(tld);
    return settings;
  }();
  static const thresh::MessageSettings small = [] {
    thresh::MessageSettings settings;
    settings.body_part_scan_size = 100;
    settings.rawbody_part_scan_size = 100;
    settings.normalize_charset = false;
    return settings;
  }();
  std::string raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) {
    std::string crlf;
    for (const char c : raw) {
      if (c == '\n') crlf += '\r';
      crlf += c;
    }
    raw = crlf;
  }
  read(raw, (data[0] & 2) != 0 ? small : usual);
  return 0;
}
