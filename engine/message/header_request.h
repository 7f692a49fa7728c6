// A HeaderQuery without storage of its own: the key under which a message keeps its answers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/message/header_query.h"

namespace thresh {

struct HeaderRequest {
  enum Modifier : std::uint16_t {
    raw = 1,
    addr = 2,
    display_name = 4,
    host = 8,
    domain = 16,
    ip = 32,
    revip = 64,
    first = 128,
    last = 256,
  };
  HeaderQuery::Source source = HeaderQuery::Source::header;
  std::string_view name;
  std::uint16_t modifiers = 0;

  [[nodiscard]] bool has(Modifier modifier) const { return (modifiers & modifier) != 0; }
  // PerMsgStatus::get in scalar context gives the first value of these only.
  [[nodiscard]] bool is_single() const {
    return (modifiers & (addr | display_name | host | domain | ip | revip)) != 0 || name == "EnvelopeFrom";
  }

  [[nodiscard]] static HeaderRequest of(const HeaderQuery& query) {
    HeaderRequest request{query.source, query.name, 0};
    const auto set = [&](bool on, Modifier modifier) { request.modifiers |= on ? modifier : 0; };
    set(query.raw, raw);
    set(query.addr, addr);
    set(query.display_name, display_name);
    set(query.host, host);
    set(query.domain, domain);
    set(query.ip, ip);
    set(query.revip, revip);
    set(query.first, first);
    set(query.last, last);
    return request;
  }

  [[nodiscard]] static HeaderRequest parse(std::string_view request) {
    HeaderRequest result;
    std::size_t colon = request.find(':');
    result.name = request.substr(0, colon);
    while (colon != std::string_view::npos) {
      const std::size_t next = request.find(':', colon + 1);
      result.modifiers |=
          modifier(request.substr(colon + 1, next == std::string_view::npos ? next : next - colon - 1));
      colon = next;
    }
    result.source = source_of(result.name);
    return result;
  }

 private:
  static std::uint16_t modifier(std::string_view word) {
    if (word == "raw") return raw;
    if (word == "addr") return addr;
    if (word == "name") return display_name;
    if (word == "host") return host;
    if (word == "domain") return host | domain;
    if (word == "ip") return ip;
    if (word == "revip") return ip | revip;
    if (word == "first") return first;
    if (word == "last") return last;
    return 0;
  }
  // ALL and its kin and MESSAGEID only in capitals, the others in any case.
  static HeaderQuery::Source source_of(std::string_view name) {
    using Source = HeaderQuery::Source;
    constexpr std::array<std::pair<std::string_view, Source>, 6> exact{
        {{"ALL", Source::all},
         {"ALL-TRUSTED", Source::all_trusted},
         {"ALL-INTERNAL", Source::all_internal},
         {"ALL-UNTRUSTED", Source::all_untrusted},
         {"ALL-EXTERNAL", Source::all_external},
         {"MESSAGEID", Source::message_id}}};
    constexpr std::array<std::pair<std::string_view, Source>, 6> folded{
        {{"EnvelopeFrom", Source::envelope_from},
         {"X-Spam-Relays-Untrusted", Source::relays_untrusted},
         {"X-Spam-Relays-Trusted", Source::relays_trusted},
         {"X-Spam-Relays-External", Source::relays_external},
         {"X-Spam-Relays-Internal", Source::relays_internal},
         {"ToCc", Source::to_cc}}};
    for (const auto& [word, source] : exact)
      if (name == word) return source;
    for (const auto& [word, source] : folded)
      if (ascii::iequals(name, word)) return source;
    return Source::header;
  }
};

}  // namespace thresh
