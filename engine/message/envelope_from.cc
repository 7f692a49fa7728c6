// Who sent it and to whom, as far as the message says: PerMsgStatus::get_envelope_from, all_from_addrs,
// all_to_addrs.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/host_name.h"
#include "engine/message/message_state.h"

namespace thresh {
namespace {

// /^Received:.*?^NAME:/smi over all header lines
bool stands_below_received(std::string_view all, std::string_view name) {
  bool received = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::string_view rest = all.substr(at);
    if (received && ascii::istarts_with(rest, name) && rest.substr(name.size()).starts_with(':')) return true;
    received = received || ascii::istarts_with(rest, "received:");
    const std::size_t newline = all.find('\n', at);
    if (newline == std::string_view::npos) break;
    at = newline + 1;
  }
  return false;
}

// An address or the empty one: "ok if it contains an @ sign".
bool is_usable(std::string_view address) {
  if (address.empty()) return true;
  const std::size_t at = address.find('@');
  return at != std::string_view::npos && at > 0;
}

// tr/././s
std::string_view squeeze_dots(std::string_view text, Arena& arena) {
  if (text.find("..") == std::string_view::npos) return text;
  char* const out = arena.bytes(text.size());
  char* to = out;
  for (const char c : text)
    if (c != '.' || to == out || to[-1] != '.') *to++ = c;
  return {out, static_cast<std::size_t>(to - out)};
}

// $1 of / for <?(\S+\@(\S+?))>?;/ where $2 is a valid host name; empty when there is none.
std::string_view recipient_in_received(std::string_view line) {
  constexpr std::string_view word = " for ";
  for (std::size_t found = line.find(word); found != std::string_view::npos;
       found = line.find(word, found + 1)) {
    const std::size_t begin = found + word.size();
    std::size_t run = begin;  // the end of the text without white space
    while (run < line.size() && !ascii::is_space(line[run])) ++run;
    const bool bracket = begin < run && line[begin] == '<';
    for (int skip = bracket ? 1 : 0; skip >= 0; --skip) {
      const std::size_t from = begin + static_cast<std::size_t>(skip);
      const std::size_t semicolon = line.substr(0, run).rfind(';');
      if (semicolon == std::string_view::npos || semicolon < from + 3) continue;
      const std::size_t at = line.rfind('@', semicolon - 2);
      if (at == std::string_view::npos || at <= from) continue;
      std::size_t end = at + 2;
      while (line[end] != ';' && !(line[end] == '>' && line[end + 1] == ';')) ++end;
      const std::string_view host = line.substr(at + 1, end - at - 1);
      return is_fqdn_valid(host, true) ? line.substr(from, end - from) : std::string_view();
    }
  }
  return {};
}

}  // namespace

void Message::State::find_envelope_from() {
  envelope_from_known = true;
  if (!settings.envelope_sender_header.empty()) {
    const Values values = get(settings.envelope_sender_header + ":first:addr");
    if (!values.empty() && is_usable(values[0])) envelope_from = values[0];
    return;
  }
  const Relays& chain = received();
  const Relay* const hop = !chain.untrusted.empty() ? chain.untrusted.front()
                           : !chain.trusted.empty() ? chain.trusted.back()
                                                    : nullptr;
  if (hop != nullptr && hop->envfrom.data() != nullptr && is_usable(hop->envfrom)) {
    envelope_from = hop->envfrom;
    return;
  }
  // fetchmail makes envelope senders of its own out of what list software leaves in X-Sender.
  if (const Values sender = get("X-Sender:first:addr");
      !sender.empty() && sender[0].find('@') != std::string_view::npos)
    for (const std::string_view line : get("Received"))
      if (line.find("(fetchmail") != std::string_view::npos) return;
  for (const std::string_view name : {"X-Envelope-From", "Envelope-Sender", "Return-Path"}) {
    const Values values = get(name == "X-Envelope-From"   ? "X-Envelope-From:first:addr"
                              : name == "Envelope-Sender" ? "Envelope-Sender:first:addr"
                                                          : "Return-Path:first:addr");
    if (values.empty()) continue;
    // A list may have put a new one there.
    if (!stands_below_received(together(answer({HeaderQuery::Source::all, "ALL", 0})), name)) {
      envelope_from = values[0];
      return;
    }
    if (name == "X-Envelope-From") return;
  }
}

Message::State::Values Message::State::find_all_from() {
  std::pmr::vector<std::string_view> addresses(&arena);
  const auto add = [&](std::string_view address) {
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(address);
  };
  const Values resent = get("Resent-From:first:addr");
  for (const std::string_view address : resent) add(address);
  if (resent.empty())
    for (const std::string_view request : {"From:addr", "Envelope-Sender:addr", "Resent-Sender:addr",
                                           "X-Envelope-From:addr", "EnvelopeFrom:addr"})
      for (const std::string_view address : get(request))
        if (!address.empty()) add(squeeze_dots(address, arena));
  return keep(addresses);
}

Message::State::Values Message::State::find_all_to() {
  std::pmr::vector<std::string_view> addresses(&arena);
  const auto add_all = [&](Values values) {
    for (const std::string_view address : values)
      if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
        addresses.push_back(address);
  };
  add_all(get("Resent-To:first:addr"));
  add_all(get("Resent-Cc:first:addr"));
  if (!addresses.empty()) return keep(addresses);
  // sendmail names the recipient only there.
  const Values lines = get("Received");
  for (const std::string_view line : lines.first(std::min<std::size_t>(lines.size(), 3)))
    if (const std::string_view recipient = recipient_in_received(line); !recipient.empty())
      add_all({&recipient, 1});
  for (const std::string_view request :
       {"To:addr", "Apparently-To:addr", "Delivered-To:addr", "Envelope-Recipients:addr",
        "Apparently-Resent-To:addr", "X-Envelope-To:addr", "Envelope-To:addr", "X-Delivered-To:addr",
        "X-Original-To:addr", "X-Rcpt-To:addr", "X-Real-To:addr", "Cc:addr"})
    add_all(get(request));
  return keep(addresses);
}

}  // namespace thresh
