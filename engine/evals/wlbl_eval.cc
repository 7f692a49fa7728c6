// Mail::SpamAssassin::Plugin::WLBLEval: senders, recipients and hosts of URIs on the lists that the settings
// give.
#include <algorithm>
#include <array>
#include <map>
#include <memory_resource>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/ascii.h"
#include "engine/evals/address_lists.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"
#include "engine/message/ip_networks.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

// The second argument of welcomelist_from_rcvd: a domain of the relay's rDNS, or an address or network in
// brackets.
class RelayPattern {
 public:
  explicit RelayPattern(std::string_view text);
  [[nodiscard]] bool matches(const Relay& relay) const;

 private:
  enum class Kind { domain, address, classful, network, nothing };
  Kind kind_ = Kind::domain;
  std::string text_;
  IpNetworks network_;
};

RelayPattern::RelayPattern(std::string_view text) : text_(ascii::lower(text)) {
  // [ADDRESS] or [ADDRESS]/BITS
  if (!text_.starts_with('[')) return;
  const std::size_t close = text_.rfind(']');
  if (close == npos) return;
  const std::string bits = text_.substr(close + 1);
  if (!bits.empty() && (bits[0] != '/' || bits.size() < 2 || bits.size() > 4 ||
                        !std::all_of(bits.begin() + 1, bits.end(), ascii::is_digit)))
    return;
  std::string address = text_.substr(1, close - 1) + bits;
  const bool numeric =
      !address.empty() && std::ranges::all_of(address, [](char c) { return ascii::is_digit(c) || c == '.'; });
  if (numeric && std::ranges::count(address, '.') == 3 && !address.ends_with('.') &&
      !address.starts_with('.') && address.find("..") == npos) {
    kind_ = Kind::address;
  } else if (numeric) {
    kind_ = Kind::classful;
    while (address.ends_with('.')) address.pop_back();
    address += '.';
  } else {
    kind_ = !address.starts_with('!') && network_.add(address).has_value() ? Kind::network : Kind::nothing;
  }
  text_ = std::move(address);
}

bool RelayPattern::matches(const Relay& relay) const {
  switch (kind_) {
    case Kind::domain:
      return ascii::iends_with(relay.rdns, text_) &&
             (relay.rdns.size() == text_.size() || relay.rdns[relay.rdns.size() - text_.size() - 1] == '.');
    case Kind::address:
      return relay.ip == text_;
    case Kind::classful:
      return relay.ip.starts_with(text_);
    case Kind::network:
      return !relay.ip.empty() && network_.contains(relay.ip);
    case Kind::nothing:
      return false;
  }
  return false;
}

// welcomelist_from_rcvd: address patterns, each with the relays that may bring it.
struct RelayedSenders {
  struct Entry {
    std::string glob;
    std::vector<RelayPattern> relays;
  };
  std::map<std::string, Entry> by_address;
  void add(std::string_view value) {
    const auto words = split_words(value);
    if (words.size() != 2) return;
    std::string address = ascii::lower(words[0]);
    Entry& entry = by_address[address];
    entry.glob = address_glob(address);
    entry.relays.emplace_back(words[1]);
  }
};

// A host name with its standing in each list that has it: true listed, false exempt (!host).
struct HostStanding {
  std::size_t list;
  bool listed;
};

struct Settings {
  std::map<std::string, AddressList, std::less<>>
      addresses;  // welcomelist_from, blocklist_to, ..., and enlist_addrlist
  RelayedSenders from_rcvd, def_from_rcvd;
  std::vector<std::string> host_lists;
  std::unordered_map<std::string, std::vector<HostStanding>> hosts;

  [[nodiscard]] const AddressList* list(std::string_view name) const {
    const auto found = addresses.find(name);
    return found == addresses.end() ? nullptr : &found->second;
  }
};

const Settings& settings_of(const EvalContext& context) {
  return context.family<Settings>("WLBLEval");
}

void read_address_lists(const RuleSet& rules, Settings& settings) {
  for (const std::string_view name : {"welcomelist_from", "blocklist_from", "welcomelist_to", "blocklist_to",
                                      "more_spam_to", "all_spam_to", "welcomelist_allows_relays"})
    for (const Directive& directive : rules.directives(name))
      for (const std::string_view word : split_words(directive.value))
        settings.addresses[std::string(name)].add(word);
  for (const Directive& directive : rules.directives("enlist_addrlist")) {
    std::string_view list, words;
    if (!split_list_value(directive.value, list, words)) continue;
    AddressList& into = settings.addresses[std::string(list)];
    for (const std::string_view word : split_words(words)) into.add(word);
  }
}

void read_relayed_senders(const RuleSet& rules, Settings& settings) {
  for (const Directive& directive : rules.directives("welcomelist_from_rcvd"))
    settings.from_rcvd.add(directive.value);
  for (const Directive& directive : rules.directives("def_welcomelist_from_rcvd"))
    settings.def_from_rcvd.add(directive.value);
}

void read_host_lists(const RuleSet& rules, Settings& settings) {
  std::map<std::string, std::map<std::string, bool>> lists;
  for (const Directive* directive :
       directives_in_order(rules, {"enlist_uri_host", "blocklist_uri_host", "welcomelist_uri_host"})) {
    std::string_view list, words = directive->value;
    if (directive->name == "blocklist_uri_host")
      list = "BLOCK";
    else if (directive->name == "welcomelist_uri_host")
      list = "WELCOME";
    else if (!split_list_value(directive->value, list, words))
      continue;
    for (const std::string_view word : split_words(words)) {
      const bool exempt = word.starts_with('!');
      lists[std::string(list)][ascii::lower(word.substr(exempt ? 1 : 0))] = !exempt;
    }
  }
  for (const auto& [name, hosts] : lists) {
    for (const auto& [host, listed] : hosts)
      settings.hosts[host].push_back({settings.host_lists.size(), listed});
    settings.host_lists.push_back(name);
  }
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto made = std::make_shared<Settings>();
  read_address_lists(rules, *made);
  read_relayed_senders(rules, *made);
  read_host_lists(rules, *made);
  return made;
}

bool any_listed(std::span<const std::string_view> addresses, const AddressList& list) {
  return std::ranges::any_of(addresses, [&](std::string_view address) { return list.contains(address); });
}

bool is_sender_listed(const EvalContext& context, std::string_view list) {
  const AddressList* const found = settings_of(context).list(list);
  return found != nullptr && any_listed(context.message.all_from_addrs(), *found);
}

bool is_recipient_listed(const EvalContext& context, std::string_view list) {
  const AddressList* const found = settings_of(context).list(list);
  return found != nullptr && any_listed(context.message.all_to_addrs(), *found);
}

EvalResult check_from_in_blocklist(EvalContext& context, const EvalCall&) {
  return is_sender_listed(context, "blocklist_from");
}

EvalResult check_to_in_blocklist(EvalContext& context, const EvalCall&) {
  return is_recipient_listed(context, "blocklist_to");
}

EvalResult check_to_in_welcomelist(EvalContext& context, const EvalCall&) {
  return is_recipient_listed(context, "welcomelist_to");
}

EvalResult check_to_in_more_spam(EvalContext& context, const EvalCall&) {
  return is_recipient_listed(context, "more_spam_to");
}

EvalResult check_to_in_all_spam(EvalContext& context, const EvalCall&) {
  return is_recipient_listed(context, "all_spam_to");
}

EvalResult check_from_in_list(EvalContext& context, const EvalCall& call) {
  return is_sender_listed(context, call.arg(0));
}

EvalResult check_to_in_list(EvalContext& context, const EvalCall& call) {
  return is_recipient_listed(context, call.arg(0));
}

EvalResult check_replyto_in_list(EvalContext& context, const EvalCall& call) {
  const AddressList* list = settings_of(context).list(call.arg(0));
  if (list == nullptr) return false;
  const std::string_view address = context.message.get_scalar("Reply-To:addr");
  return !address.empty() && list->contains(address);
}

// The relay whose word counts: the first that is not trusted, or else every trusted one.
std::span<const Relay* const> deciding_relays(const Relays& relays) {
  if (!relays.untrusted.empty()) return std::span(relays.untrusted).first(1);
  return relays.trusted;
}

enum class Standing { unknown, listed, forged };

// _check_welcomelist_rcvd
Standing relayed_standing(EvalContext& context, const RelayedSenders& senders, std::string_view address) {
  if (senders.by_address.empty()) return Standing::unknown;
  const auto relays = deciding_relays(context.message.relays());
  if (relays.empty()) return Standing::unknown;
  const std::string lower = ascii::lower(address);
  bool found = false;
  for (const auto& [address_entry, entry] : senders.by_address) {
    if (!glob_matches(entry.glob, lower)) continue;
    for (const RelayPattern& pattern : entry.relays)
      if (std::ranges::any_of(relays, [&](const Relay* relay) { return pattern.matches(*relay); }))
        return Standing::listed;
    found = true;
  }
  if (!found) return Standing::unknown;
  const AddressList* any_relay = settings_of(context).list("welcomelist_allows_relays");
  return any_relay != nullptr && any_relay->contains(address) ? Standing::unknown : Standing::forged;
}

struct SenderStanding {
  bool checked = false;
  Standing welcome = Standing::unknown;
  Standing default_welcome = Standing::unknown;
};

const SenderStanding& sender_standing(EvalContext& context) {
  auto& known = context.state<SenderStanding>();
  if (known.checked) return known;
  known.checked = true;
  const Settings& settings = settings_of(context);
  const AddressList* welcome = settings.list("welcomelist_from");
  const auto standing = [&](const RelayedSenders& senders, const AddressList* list) {
    auto result = Standing::unknown;
    for (const std::string_view address : context.message.all_from_addrs()) {
      if (list != nullptr && list->contains(address)) return Standing::listed;
      const Standing relayed = relayed_standing(context, senders, address);
      if (relayed == Standing::listed) return relayed;
      if (relayed == Standing::forged) result = relayed;
    }
    return result;
  };
  known.welcome = standing(settings.from_rcvd, welcome);
  known.default_welcome = standing(settings.def_from_rcvd, nullptr);
  return known;
}

EvalResult check_from_in_welcomelist(EvalContext& context, const EvalCall&) {
  return sender_standing(context).welcome == Standing::listed;
}

EvalResult check_from_in_default_welcomelist(EvalContext& context, const EvalCall&) {
  return sender_standing(context).default_welcome == Standing::listed;
}

EvalResult check_forged_in_welcomelist(EvalContext& context, const EvalCall&) {
  const SenderStanding& sender = sender_standing(context);
  return sender.welcome == Standing::forged && sender.default_welcome == Standing::unknown;
}

EvalResult check_forged_in_default_welcomelist(EvalContext& context, const EvalCall&) {
  const SenderStanding& sender = sender_standing(context);
  return sender.default_welcome == Standing::forged && sender.welcome == Standing::unknown;
}

EvalResult check_mailfrom_matches_rcvd(EvalContext& context, const EvalCall&) {
  const Message& message = context.message;
  const std::string_view sender = message.get_scalar("EnvelopeFrom:addr");
  const std::size_t at = sender.rfind('@');
  if (at == npos) return false;
  // \@ ( [^\@]+ \. [^\@]+ ) \z
  const std::string_view name = sender.substr(at + 1);
  const std::size_t dot = name.find('.', 1);
  if (dot == npos || dot + 1 == name.size()) return false;
  const auto relays = deciding_relays(message.relays());
  if (relays.empty()) return false;
  const RegistryBoundaries& registry = message.settings().registry;
  const std::string domain = registry.split_domain(ascii::lower(name)).second;
  return std::ranges::any_of(relays, [&](const Relay* relay) {
    return !relay->rdns.empty() && registry.split_domain(ascii::lower(relay->rdns)).second == domain;
  });
}

// The hosts under which a URI's host can be listed: itself and what remains as labels go, at most the
// last 11.
std::vector<std::string_view> listing_names(std::string_view host) {
  constexpr std::size_t most_names = 11;
  if (host.size() > 1 && host.starts_with('[') && host.ends_with(']'))
    return {host.substr(1, host.size() - 2)};
  if (host.empty()) return {};
  std::vector<std::string_view> names{host};
  const bool numeric = std::ranges::all_of(host, [](char c) { return ascii::is_digit(c) || c == '.'; });
  if (numeric && std::ranges::count(host, '.') == 3 && host.find("..") == npos && !host.starts_with('.') &&
      !host.ends_with('.'))
    return names;
  for (std::size_t dot = host.find('.'); dot != npos; dot = host.find('.', dot + 1))
    names.push_back(host.substr(dot + 1));
  if (names.size() > most_names) names.erase(names.begin(), names.end() - most_names);
  return names;
}

struct ListedHosts {
  bool checked = false;
  std::vector<std::string> by_list;  // the host that stands in it; empty: none
};

const ListedHosts& listed_hosts(EvalContext& context) {
  auto& known = context.state<ListedHosts>();
  if (known.checked) return known;
  known.checked = true;
  const Settings& settings = settings_of(context);
  known.by_list.resize(settings.host_lists.size());
  if (settings.hosts.empty()) return known;
  std::pmr::unordered_set<std::string_view> seen(&context.message.arena());
  std::vector<bool> decided;
  for (const UriDetail& detail : context.message.uri_details()) {
    if (ascii::istarts_with(detail.uri, "mailto:")) continue;
    for (const auto& [host, domain] : detail.hosts) {
      if (!seen.insert(host).second) continue;
      decided.assign(settings.host_lists.size(), false);
      for (const std::string_view name : listing_names(host)) {
        const auto found = settings.hosts.find(std::string(name));
        if (found == settings.hosts.end()) continue;
        for (const HostStanding& standing : found->second) {
          if (decided[standing.list]) continue;
          decided[standing.list] = true;
          if (!standing.listed) continue;
          std::string& shown = known.by_list[standing.list];
          shown = host;
          if (name != host) shown += " (" + std::string(name) + ")";
        }
      }
    }
  }
  return known;
}

bool is_host_listed(EvalContext& context, std::string_view list) {
  const auto& lists = settings_of(context).host_lists;
  const auto found = std::ranges::find(lists, list);
  if (found == lists.end()) return false;
  const std::string& host = listed_hosts(context).by_list[static_cast<std::size_t>(found - lists.begin())];
  if (host.empty()) return false;
  context.log("URI: " + host);
  return true;
}

EvalResult check_uri_host_listed(EvalContext& context, const EvalCall& call) {
  return is_host_listed(context, call.arg(0));
}

EvalResult check_uri_host_in_blocklist(EvalContext& context, const EvalCall&) {
  return is_host_listed(context, "BLOCK");
}

EvalResult check_uri_host_in_welcomelist(EvalContext& context, const EvalCall&) {
  return is_host_listed(context, "WELCOME");
}

constexpr EvalEntry entry(std::string_view name, EvalFunction function) {
  return {name, "WLBLEval", function};
}

// The names with black and white are those of SpamAssassin before 4.0.
constexpr std::array entries = {
    entry("check_from_in_blocklist", check_from_in_blocklist),
    entry("check_from_in_blacklist", check_from_in_blocklist),
    entry("check_to_in_blocklist", check_to_in_blocklist),
    entry("check_to_in_blacklist", check_to_in_blocklist),
    entry("check_to_in_welcomelist", check_to_in_welcomelist),
    entry("check_to_in_whitelist", check_to_in_welcomelist),
    entry("check_to_in_more_spam", check_to_in_more_spam),
    entry("check_to_in_all_spam", check_to_in_all_spam),
    entry("check_from_in_list", check_from_in_list),
    entry("check_replyto_in_list", check_replyto_in_list),
    entry("check_to_in_list", check_to_in_list),
    entry("check_from_in_welcomelist", check_from_in_welcomelist),
    entry("check_from_in_whitelist", check_from_in_welcomelist),
    entry("check_forged_in_welcomelist", check_forged_in_welcomelist),
    entry("check_forged_in_whitelist", check_forged_in_welcomelist),
    entry("check_from_in_default_welcomelist", check_from_in_default_welcomelist),
    entry("check_from_in_default_whitelist", check_from_in_default_welcomelist),
    entry("check_forged_in_default_welcomelist", check_forged_in_default_welcomelist),
    entry("check_forged_in_default_whitelist", check_forged_in_default_welcomelist),
    entry("check_mailfrom_matches_rcvd", check_mailfrom_matches_rcvd),
    entry("check_uri_host_listed", check_uri_host_listed),
    entry("check_uri_host_in_blocklist", check_uri_host_in_blocklist),
    entry("check_uri_host_in_blacklist", check_uri_host_in_blocklist),
    entry("check_uri_host_in_welcomelist", check_uri_host_in_welcomelist),
    entry("check_uri_host_in_whitelist", check_uri_host_in_welcomelist),
};

}  // namespace

const EvalFamily& wlbl_eval_family() {
  static const EvalFamily family{"WLBLEval", entries, make_settings};
  return family;
}

}  // namespace thresh
