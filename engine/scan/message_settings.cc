#include "engine/scan/message_settings.h"

#include <algorithm>
#include <charconv>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

// Words of a directive's value.
template <typename Visit>
void each_word(std::string_view value, Visit&& visit) {
  std::size_t at = 0;
  while (at < value.size()) {
    while (at < value.size() && ascii::is_space(value[at])) ++at;
    std::size_t end = at;
    while (end < value.size() && !ascii::is_space(value[end])) ++end;
    if (end > at) visit(value.substr(at, end - at));
    at = end;
  }
}

Result<void> add_networks(const RuleSet& rules, std::string_view name, IpNetworks& networks,
                          bool& configured) {
  for (const Directive& directive : rules.directives(name)) {
    configured = true;
    Result<void> status;
    each_word(directive.value, [&](std::string_view word) {
      if (status) status = networks.add(word);
    });
    if (!status) return fail(status.error().what, directive.where.text(), status.error().remedy);
  }
  return {};
}

bool is_on(std::string_view value) {
  return value == "1" || ascii::iequals(value, "yes");
}

std::size_t size_setting(const RuleSet& rules, std::string_view name, std::size_t fallback) {
  const std::string_view value = rules.setting(name);
  std::size_t size = fallback;
  std::from_chars(value.data(), value.data() + value.size(), size);
  return size;
}

}  // namespace

Result<MessageSettings> message_settings_of(const RuleSet& rules) {
  MessageSettings settings;
  settings.normalize_charset = is_on(rules.setting("normalize_charset", "1"));
  settings.body_part_scan_size = size_setting(rules, "body_part_scan_size", settings.body_part_scan_size);
  settings.rawbody_part_scan_size =
      size_setting(rules, "rawbody_part_scan_size", settings.rawbody_part_scan_size);

  bool msa_configured = false;
  settings.trusted_networks = IpNetworks::with_loopback();
  settings.internal_networks = IpNetworks::with_loopback();
  if (auto s = add_networks(rules, "trusted_networks", settings.trusted_networks,
                            settings.trusted_networks_configured);
      !s)
    return std::unexpected(s.error());
  if (auto s = add_networks(rules, "internal_networks", settings.internal_networks,
                            settings.internal_networks_configured);
      !s)
    return std::unexpected(s.error());
  if (auto s = add_networks(rules, "msa_networks", settings.msa_networks, msa_configured); !s)
    return std::unexpected(s.error());

  // Conf::Parser::lint_trusted_networks: what is internal or an MSA must be trusted.
  if (settings.trusted_networks_configured) {
    (void)settings.internal_networks.keep_within(settings.trusted_networks);
    (void)settings.msa_networks.keep_within(settings.trusted_networks);
  } else if (settings.internal_networks_configured) {
    (void)settings.msa_networks.keep_within(settings.internal_networks);
  }

  for (const Directive& directive : rules.directives("originating_ip_headers"))
    each_word(directive.value, [&](std::string_view word) {
      const auto same = [&](const std::string& known) { return ascii::iequals(known, word); };
      auto& headers = settings.originating_ip_headers;
      if (std::find_if(headers.begin(), headers.end(), same) == headers.end()) headers.emplace_back(word);
    });
  settings.envelope_sender_header = rules.setting("envelope_sender_header");
  settings.always_trust_envelope_sender = is_on(rules.setting("always_trust_envelope_sender", "0"));
  settings.parse_dkim_uris = is_on(rules.setting("parse_dkim_uris", "1"));

  for (const Directive& directive : rules.directives("redirector_pattern")) {
    auto pattern = parse_delimited(directive.value);
    if (!pattern) return fail(pattern.error().what, directive.where.text(), pattern.error().remedy);
    auto regex = Regex::compile(pattern->source, pattern->modifiers);
    if (!regex) return fail(regex.error().what, directive.where.text(), regex.error().remedy);
    settings.redirector_patterns.push_back(std::move(*regex));
  }

  for (const Directive& d : rules.directives("util_rb_tld"))
    each_word(d.value, [&](std::string_view word) { settings.registry.add_tld(word); });
  for (const Directive& d : rules.directives("util_rb_2tld"))
    each_word(d.value, [&](std::string_view word) { settings.registry.add_2tld(word); });
  for (const Directive& d : rules.directives("util_rb_3tld"))
    each_word(d.value, [&](std::string_view word) { settings.registry.add_3tld(word); });
  return settings;
}

}  // namespace thresh
