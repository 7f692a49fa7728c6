// Mail::SpamAssassin::Plugin::FromNameSpoof: an address in the display name of From that is not the sender's.
// What DKIM has signed is not known here: fns_ignore_dkim has no effect, as in SpamAssassin with local tests
// only.
#include <algorithm>
#include <array>
#include <map>

#include "engine/base/ascii.h"
#include "engine/evals/address_lists.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

struct Settings {
  std::map<std::string, AddressList> owners;  // fns_add_addrlist: owner → addresses
  std::vector<std::string> ignored_headers;
  double extra_chars = 50;
  int check = 1;
};

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto made = std::make_shared<Settings>();
  for (const Directive& directive : rules.directives("fns_add_addrlist")) {
    std::string_view owner, words;
    if (!split_list_value(directive.value, owner, words)) continue;
    AddressList& list = made->owners[ascii::lower(owner)];
    for (const std::string_view word : split_words(words)) list.add(word);
  }
  for (const Directive& directive : rules.directives("fns_ignore_headers"))
    for (const std::string_view word : split_words(directive.value)) made->ignored_headers.emplace_back(word);
  made->extra_chars = rules.number("fns_extrachars", made->extra_chars);
  if (const std::string_view value = rules.setting("fns_check"); value == "0" || value == "1" || value == "2")
    made->check = value[0] - '0';
  return made;
}

struct Spoof {
  bool checked = false;
  bool contains_email = false, address_differs = false, domain_differs = false, owner_differs = false;
  bool equals_to = false, equals_reply_to = false;
};

// The first \b([\w.!#$%&'*+/=?^_`{|}~-]+\@\w[\w-]*\.\w[\w.-]++)\b of `name`; empty: none.
std::string_view email_in_name(std::string_view name) {
  const auto is_user = [](char c) {
    return ascii::is_word(c) || std::string_view(".!#$%&'*+/=?^`{|}~-").find(c) != npos;
  };
  for (std::size_t at = name.find('@'); at != npos; at = name.find('@', at + 1)) {
    // Behind the @: a word character, then up to the last dot of the first run without one.
    std::size_t i = at + 1;
    if (i >= name.size() || !ascii::is_word(name[i])) continue;
    while (i < name.size() && (ascii::is_word(name[i]) || name[i] == '-')) ++i;
    if (i + 1 >= name.size() || name[i] != '.' || !ascii::is_word(name[i + 1])) continue;
    std::size_t end = i + 2;
    while (end < name.size() && (ascii::is_word(name[end]) || name[end] == '.' || name[end] == '-')) ++end;
    // The possessive run must not be empty and gives nothing back: it has to end in a word character.
    if (end == i + 2 || !at_word_boundary(name, end)) continue;
    std::size_t begin = at;
    while (begin > 0 && is_user(name[begin - 1])) --begin;
    while (begin < at && !at_word_boundary(name, begin)) ++begin;
    if (begin < at) return name.substr(begin, end - begin);
  }
  return {};
}

std::size_t count_other(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !ascii::is_lower(c) && !ascii::is_digit(c); }));
}

// _find_address_owner: the list that has the address, or the first label of its domain.
std::string owner_of(const Settings& settings, std::string_view address, std::string_view domain) {
  std::string wanted(address);
  for (int round = 0; round < 2; ++round) {
    for (const auto& [owner, list] : settings.owners)
      if (list.contains(wanted)) return owner;
    // user@sub.example.com is looked up as user@example.com too.
    const std::size_t at = wanted.find('@');
    if (at == npos || at == 0 || at + 1 == wanted.size() || std::string_view(wanted).substr(at + 1) == domain)
      break;
    wanted = wanted.substr(0, at + 1) + std::string(domain);
  }
  const std::size_t dot = domain.find('.');
  return std::string(dot == npos || dot == 0 ? domain : domain.substr(0, dot));
}

void check_spoof(EvalContext& context, Spoof& spoof) {
  const Message& message = context.message;
  const auto& settings = context.family<Settings>("FromNameSpoof");
  for (const std::string& header : settings.ignored_headers)
    if (const std::string_view value = message.get_scalar(header); !value.empty() && value != "0") return;

  const std::string name = ascii::lower(message.get_scalar("From:name"));
  const std::string_view name_address = email_in_name(name);
  if (name_address.empty()) return;
  const std::string address = ascii::lower(message.get_scalar("From:addr"));
  const RegistryBoundaries& registry = message.settings().registry;
  const std::string domain = registry.uri_to_domain("mailto:" + address).first;
  if (domain.empty()) return;
  const std::string name_domain = registry.uri_to_domain("mailto:" + std::string(name_address)).first;
  if (name_domain.empty()) return;
  spoof.contains_email = true;

  // How much else the name says; other characters than letters and digits count twice.
  const double extra = static_cast<double>(name.size() - name_address.size()) +
                       static_cast<double>(count_other(name)) -
                       static_cast<double>(count_other(name_address));
  if (!(extra <= settings.extra_chars)) return;

  const std::string name_owner = owner_of(settings, name_address, name_domain);
  const std::string owner = owner_of(settings, address, domain);
  spoof.address_differs = name_address != address;
  spoof.domain_differs = name_domain != domain;
  spoof.owner_differs = name_owner != owner;
  spoof.equals_reply_to = ascii::iequals(message.get_scalar("Reply-To:addr"), name_address);
  spoof.equals_to = std::ranges::find(message.all_to_addrs(), name_address) != message.all_to_addrs().end();
  if (spoof.address_differs || spoof.owner_differs) {
    context.set_tag("FNSFNAMEADDR", name_address);
    context.set_tag("FNSFNAMEDOMAIN", name_domain);
    context.set_tag("FNSFNAMEOWNER", name_owner);
    context.set_tag("FNSFADDRADDR", address);
    context.set_tag("FNSFADDRDOMAIN", domain);
    context.set_tag("FNSFADDROWNER", owner);
  }
}

const Spoof& spoof_of(EvalContext& context) {
  auto& spoof = context.state<Spoof>();
  if (!spoof.checked) {
    spoof.checked = true;
    check_spoof(context, spoof);
  }
  return spoof;
}

EvalResult check_fromname_spoof(EvalContext& context, const EvalCall& call) {
  const Spoof& spoof = spoof_of(context);
  const std::string_view level = call.arg(0);
  const int check = level == "0" || level == "1" || level == "2"
                        ? level[0] - '0'
                        : context.family<Settings>("FromNameSpoof").check;
  return spoof.address_differs && (check == 0 || (check == 1 ? spoof.owner_differs : spoof.domain_differs));
}

EvalResult check_fromname_different(EvalContext& context, const EvalCall&) {
  return spoof_of(context).address_differs;
}
EvalResult check_fromname_domain_differ(EvalContext& context, const EvalCall&) {
  return spoof_of(context).domain_differs;
}
EvalResult check_fromname_contains_email(EvalContext& context, const EvalCall&) {
  return spoof_of(context).contains_email;
}
EvalResult check_fromname_equals_to(EvalContext& context, const EvalCall&) {
  return spoof_of(context).equals_to;
}
EvalResult check_fromname_owners_differ(EvalContext& context, const EvalCall&) {
  return spoof_of(context).owner_differs;
}
EvalResult check_fromname_equals_replyto(EvalContext& context, const EvalCall&) {
  return spoof_of(context).equals_reply_to;
}

constexpr EvalEntry entry(std::string_view name, EvalFunction function) {
  return {name, "FromNameSpoof", function};
}

constexpr std::array entries = {
    entry("check_fromname_spoof", check_fromname_spoof),
    entry("check_fromname_different", check_fromname_different),
    entry("check_fromname_domain_differ", check_fromname_domain_differ),
    entry("check_fromname_contains_email", check_fromname_contains_email),
    entry("check_fromname_equals_to", check_fromname_equals_to),
    entry("check_fromname_owners_differ", check_fromname_owners_differ),
    entry("check_fromname_equals_replyto", check_fromname_equals_replyto),
};

}  // namespace

const EvalFamily& from_name_spoof_family() {
  static const EvalFamily family{"FromNameSpoof", entries, make_settings};
  return family;
}

}  // namespace thresh
