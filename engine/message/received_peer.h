// Pieces that several Received formats share: the remote party in parentheses as qmail and its kin write it,
// and the details in Exim's.
#pragma once

#include "engine/message/received_line.h"
#include "engine/message/received_scan.h"

namespace thresh::received {

// IDENT@[IP] with the @ and the brackets optional.
struct Peer {
  bool has_ident = false;  // there is an @; `ident` may be empty
  std::string_view ident;
  std::string_view ip;
};

// All of it up to the ")" before the next blank, where the cursor then stands.
inline bool read_peer(Cursor& c, std::string_view line, Peer& out) {
  const std::size_t begin = c.at();
  std::string_view token;
  if (!c.token_before(token, ")")) return false;
  std::size_t end = begin + token.size();
  if (token.ends_with(']')) --end;
  std::size_t at = begin;
  if (const std::size_t mark = line.substr(0, end).find_last_of("@["); mark != npos && mark >= begin) {
    at = mark + 1;
    if (line[mark] == '@' || mark > begin) {
      const std::size_t sign = line[mark] == '@' ? mark : mark - 1;
      if (line[sign] != '@') return false;
      out.has_ident = true;
      out.ident = line.substr(begin, sign - begin);
    }
  }
  Cursor address(line, at);
  return address.ip(out.ip, line[end]) && address.at() == end;
}

// The last @ in front of an address, or the address alone; `close` accepts what follows it.
template <typename Close>
bool find_peer(Cursor& c, std::string_view line, bool brackets, Peer& out, Close&& close) {
  const std::size_t begin = c.at();
  const auto address = [&](std::size_t at) {
    Cursor here(line, at);
    if (brackets) here.maybe("[");
    if (!here.ip_then(out.ip, close)) return false;
    c = here;
    return true;
  };
  Cursor end = c;
  std::string_view token;
  end.token0(token);
  for (std::size_t at = token.rfind('@'); at != npos; at = at == 0 ? npos : token.rfind('@', at - 1)) {
    if (!address(begin + at + 1)) continue;
    out.has_ident = true;
    out.ident = token.substr(0, at);
    return true;
  }
  return address(begin);
}

// NAME[IP]) up to the next blank, where the cursor then stands.
inline bool name_and_bracket(Cursor& c, std::string_view line, std::string_view& name, std::string_view& ip) {
  const std::size_t begin = c.at();
  std::string_view token;
  if (!c.token_before(token, "])")) return false;
  const std::size_t open = token.rfind('[');
  if (open == npos || open == 0) return false;
  name = token.substr(0, open);
  Cursor address(line, begin + open + 1);
  return address.ip(ip, ']') && address.at() == begin + token.size();
}

// helo=NAME and ident=NAME. The first is taken out before the second is looked for.
inline void read_details(std::string_view details, ReceivedLine& out) {
  std::string_view before = details;
  std::string_view after;
  search(details, "helo=", 0, [&](Cursor c) {
    const std::size_t begin = c.at();
    std::string_view name;
    if (!c.token(name)) return false;
    out.helo = name;
    before = details.substr(0, begin - 5);
    after = details.substr(c.at());
    return true;
  });
  const auto ident = [&](Cursor c) { return c.token0(out.ident); };
  if (!search(before, "ident=", 0, ident)) search(after, "ident=", 0, ident);
}

}  // namespace thresh::received
