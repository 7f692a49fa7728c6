// The chain of Received headers and how far to trust it (Received.pm, parse_received_headers).
#include "engine/message/relays.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/ip_text.h"
#include "engine/message/received_formats.h"
#include "engine/message/received_line.h"

namespace thresh {
namespace {

using sv = std::string_view;

sv join(std::initializer_list<sv> parts, Arena& arena) {
  std::size_t size = 0;
  for (const sv part : parts) size += part.size();
  char* const to = arena.bytes(size);
  char* at = to;
  for (const sv part : parts) at = std::ranges::copy(part, at).out;
  return {to, size};
}

// Writes `digit` into the first " NAME=D " of the arena's `text`, as s/ NAME=\d / NAME=1 / does: the text of
// an authentication may hold one before the real place.
void mark(sv text, sv name, bool value) {
  for (std::size_t at = text.find(name); at != sv::npos; at = text.find(name, at + 1)) {
    const std::size_t digit = at + name.size();
    if (digit + 1 >= text.size() || !ascii::is_digit(text[digit]) || text[digit + 1] != ' ') continue;
    const_cast<char*>(text.data())[digit] = value ? '1' : '0';
    return;
  }
}

sv make_string(const Relay& r, Arena& arena) {
  const sv envfrom = received::is_true(r.envfrom) ? r.envfrom : sv();
  const sv text = join({"[ ip=", r.ip, " rdns=", r.rdns, " helo=", r.helo, " by=", r.by, " ident=", r.ident,
                        " envfrom=", envfrom, " intl=0 id=", r.id, " auth=", r.auth, " msa=0 ]"},
                       arena);
  mark(text, " intl=", r.internal);
  mark(text, " msa=", r.msa);
  return text;
}

sv join_strings(const std::pmr::vector<const Relay*>& relays, Arena& arena) {
  if (relays.empty()) return {};
  if (relays.size() == 1) return relays.front()->as_string;
  std::size_t size = relays.size() - 1;
  for (const Relay* r : relays) size += r->as_string.size();
  char* const to = arena.bytes(size);
  char* at = to;
  for (const Relay* r : relays) {
    if (at != to) *at++ = ' ';
    at = std::ranges::copy(r->as_string, at).out;
  }
  return {to, size};
}

// What stands between one header and the next while the chain is walked from the top.
class Walk {
 public:
  Walk(const MessageSettings& settings, bool originating, Relays& out)
      : out_(out),
        msa_(settings.msa_networks),
        configured_(settings.trusted_networks_configured || settings.internal_networks_configured),
        originating_(originating) {
    // One set stands in for the other where only one is configured.
    trusted_ =
        settings.trusted_networks_configured ? &settings.trusted_networks : &settings.internal_networks;
    internal_ =
        settings.internal_networks_configured ? &settings.internal_networks : &settings.trusted_networks;
  }

  void add(sv value, Arena& arena) {
    sv scanner_sender;
    std::swap(scanner_sender, scanner_sender_);

    const ReceivedLine line = parse_received_line(value, arena);
    if (line.kind != ReceivedKind::relay) {
      if (line.kind == ReceivedKind::unparseable) ++out_.unparseable;
      if (line.kind == ReceivedKind::fetchmail_marker && allow_fetch_markers_) {
        out_.trusted.clear();
        out_.internal.clear();
        out_.external.clear();
      }
      if (line.kind == ReceivedKind::qmail_scanner && received::is_true(line.envfrom))
        scanner_sender_ = line.envfrom;
      if (in_trusted_) ++out_.last_trusted_index;
      if (in_internal_) ++out_.last_internal_index;
      return;
    }

    Relay& relay = *arena.make<Relay>();
    relay.ip = line.ip;
    relay.rdns = line.rdns;
    relay.helo = line.helo;
    relay.by = line.by;
    relay.ident = line.ident;
    relay.id = line.id;
    relay.auth = line.auth;
    relay.envfrom = scanner_sender.empty() ? line.envfrom : scanner_sender;
    relay.ip_private = is_private_ip(line.ip);
    relay.no_reverse_dns = line.rdns.empty() && line.mta_looked_up_dns;
    relay.rdns_not_in_headers = line.rdns.empty() && !line.mta_looked_up_dns;
    if (in_trusted_ && !found_msa_) decide(relay);
    relay.internal = in_internal_;
    relay.as_string = make_string(relay, arena);

    (in_trusted_ ? out_.trusted : out_.untrusted).push_back(&relay);
    (in_internal_ ? out_.internal : out_.external).push_back(&relay);
    allow_fetch_markers_ = in_trusted_;
    if (in_trusted_) ++out_.last_trusted_index;
    if (in_internal_) ++out_.last_internal_index;
  }

 private:
  // Trust goes on or ends here; only asked while it lasts and no MSA was met.
  void decide(Relay& relay) {
    const bool authenticated = !relay.auth.empty();
    if (!configured_) {
      // Nothing is known about the networks: private addresses and authenticated senders are ours.
      if (!relay.ip_private && !authenticated) in_trusted_ = in_internal_ = false;
      return;
    }
    if (!authenticated && !trusted_->contains(relay.ip)) {
      if (originating_)
        found_msa_ = true;  // the caller knows that the hop before was a submission
      else
        in_trusted_ = false;
      in_internal_ = false;
      return;
    }
    if (in_internal_ && !authenticated && !internal_->contains(relay.ip)) in_internal_ = false;
    if (msa_.contains(relay.ip)) {
      found_msa_ = true;
      relay.msa = true;
    }
  }

  Relays& out_;
  const IpNetworks& msa_;
  const IpNetworks* trusted_;
  const IpNetworks* internal_;
  const bool configured_;
  const bool originating_;
  bool in_trusted_ = true;
  bool in_internal_ = true;
  bool found_msa_ = false;
  bool allow_fetch_markers_ = true;
  sv scanner_sender_;  // qmail-scanner's envelope sender, which belongs to the next header
};

}  // namespace

Relays::Relays(std::pmr::memory_resource* memory)
    : trusted(memory), untrusted(memory), internal(memory), external(memory) {}

Relays parse_relays(std::span<const std::string_view> received, std::span<const std::string_view> originating,
                    const MessageSettings& settings, bool sender_is_originating, Arena& arena) {
  Relays out(&arena);
  Walk walk(settings, sender_is_originating, out);
  for (const sv value : received) walk.add(value, arena);
  for (const sv value : originating)
    if (const auto span = find_ip_address(value))
      walk.add(join({"from X-Originating-IP: ", span->first(value)}, arena), arena);
  out.trusted_text = join_strings(out.trusted, arena);
  out.untrusted_text = join_strings(out.untrusted, arena);
  out.internal_text = join_strings(out.internal, arena);
  out.external_text = join_strings(out.external, arena);
  return out;
}

}  // namespace thresh
