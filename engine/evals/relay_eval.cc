// Mail::SpamAssassin::Plugin::RelayEval: what the Received chain says of the relays the message came through.
#include <algorithm>
#include <array>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"
#include "engine/message/ip_networks.h"
#include "engine/message/ip_text.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

// hostname_to_domain: the last two labels, or three under what looks like a country. Letter case stays as it
// is.
std::string_view hostname_to_domain(std::string_view host) {
  if (std::ranges::none_of(host, ascii::is_alpha)) return host;
  std::string_view rest = host;
  while (rest.ends_with('.')) rest.remove_suffix(1);  // split() drops empty labels at the end
  const auto label_start = [&](std::size_t end) {
    const std::size_t dot = end == 0 ? npos : rest.rfind('.', end - 1);
    return dot == npos ? 0 : dot + 1;
  };
  const std::size_t last = label_start(rest.size());
  if (last == 0) return host;
  const std::string_view top = rest.substr(last);
  const std::size_t second = label_start(last - 1);
  bool three_in_a_row = false;
  std::size_t run = 0;
  for (const char c : top) {
    run = ascii::is_space(c) ? 0 : run + 1;
    three_in_a_row = three_in_a_row || run >= 3;
  }
  if (three_in_a_row || ascii::iequals(top, "ie") || ascii::iequals(top, "fr") || ascii::iequals(top, "de"))
    return rest.substr(second);
  if (second == 0) return host;
  return rest.substr(label_start(second - 1));
}

// /^\w+(?:[\w.-]+\.)+\w+$/
bool is_dotted_name(std::string_view name) {
  if (name.ends_with('\n')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  if (dot == npos || dot < 2 || dot + 1 == name.size() || !ascii::is_word(name[0])) return false;
  for (std::size_t i = 1; i < name.size(); ++i)
    if (!ascii::is_word(name[i]) && (i > dot || (name[i] != '.' && name[i] != '-'))) return false;
  return true;
}

// /^\d+\.\d+\.\d+\.\d+$/: the length of its first two numbers with the dot between; 0 when it is not one.
std::size_t class_b_length(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t at = 0, second_end = 0;
  for (int i = 0; i < 4; ++i) {
    const std::size_t start = at;
    while (at < text.size() && ascii::is_digit(text[at])) ++at;
    if (at == start) return 0;
    if (i == 1) second_end = at;
    if (i < 3) {
      if (at >= text.size() || text[at] != '.') return 0;
      ++at;
    }
  }
  return at == text.size() ? second_end : 0;
}

struct Forged {
  bool checked = false;
  int from = 0;     // relays whose `by` is not the host that handed over next
  int ip_helo = 0;  // relays that greet with an address of elsewhere
};

const Forged& forged(EvalContext& context) {
  auto& known = context.state<Forged>();
  if (known.checked) return known;
  known.checked = true;
  std::string_view previous;  // domain of the rDNS of the relay above; empty: not to compare with
  bool first = true;
  for (const Relay* relay : context.message.relays().untrusted) {
    const std::string_view by = hostname_to_domain(relay->by);
    std::string_view from = hostname_to_domain(relay->rdns);
    if (is_dotted_name(by)) {
      // Bouncing around inside one machine.
      const bool is_local =
          ascii::iequals(from, "localhost") || ascii::iequals(from, "localhost.localdomain");
      if (is_local && relay->ip == "127.0.0.1") from = {};
      const std::string_view helo = hostname_to_domain(relay->helo);
      const std::size_t helo_b = class_b_length(helo), ip_b = class_b_length(relay->ip);
      if (helo_b > 0 && ip_b > 0 && relay->ip != helo &&
          helo.substr(0, helo_b) != relay->ip.substr(0, ip_b) && !is_private_ip(helo))
        ++known.ip_helo;
      if (!first && is_dotted_name(previous) && !ascii::iequals(by, previous) &&
          !(ascii::iequals(by, "msn.com") && ascii::iequals(previous, "hotmail.com")))
        ++known.from;
    }
    previous = from;
    first = false;
  }
  return known;
}

EvalResult check_for_numeric_helo(EvalContext& context, const EvalCall&) {
  const std::string_view relays = context.message.relays().untrusted_text;
  for (std::size_t i = find_folded(relays, "helo="); i != npos; i = find_folded(relays, "helo=", i + 1)) {
    if (!at_word_boundary(relays, i)) continue;
    const std::size_t at = i + 5;
    const std::size_t length = ipv4_length(relays, at);
    if (length == 0) continue;
    const std::size_t end = at + length;
    if (end < relays.size() && static_cast<unsigned char>(relays[end]) > ' ' &&
        std::string_view(",;[()<>").find(relays[end]) == npos)
      continue;
    // SpamAssassin means to let private addresses pass, but Perl has $1 undefined where it asks: every one
    // hits.
    return true;
  }
  return false;
}

EvalResult check_for_illegal_ip(EvalContext&, const EvalCall&) {
  return false;
}

EvalResult helo_ip_mismatch(EvalContext& context, const EvalCall&) {
  for (const Relay* relay : context.message.relays().untrusted) {
    if (!is_ipv4_address(relay->helo) || is_private_ip(relay->helo) || !is_ipv4_address(relay->ip) ||
        is_private_ip(relay->ip))
      continue;
    // A neighbour in the same /24 is fine.
    if (!relay->ip.starts_with(relay->helo.substr(0, relay->helo.rfind('.') + 1))) return true;
  }
  return false;
}

EvalResult check_all_trusted(EvalContext& context, const EvalCall&) {
  const Relays& relays = context.message.relays();
  return !relays.trusted.empty() && relays.untrusted.empty() && relays.unparseable == 0;
}

EvalResult check_no_relays(EvalContext& context, const EvalCall&) {
  const Relays& relays = context.message.relays();
  return relays.trusted.empty() && relays.untrusted.empty() && relays.unparseable == 0;
}

EvalResult check_relays_unparseable(EvalContext& context, const EvalCall&) {
  return context.message.relays().unparseable != 0;
}

EvalResult check_for_sender_no_reverse(EvalContext& context, const EvalCall&) {
  const auto& untrusted = context.message.relays().untrusted;
  if (untrusted.empty()) return false;
  return untrusted.back()->rdns.find('.') != npos && !untrusted.back()->ip_private;
}

// DOMAIN stands in the pattern as it is, its dots unescaped, as in SpamAssassin.
Result<std::shared_ptr<const void>> prepare_from_domain(const EvalCall& call, const RuleSet&) {
  const std::string domain(call.arg(0));
  Result<Regex> made = Regex::compile(R"( rdns=\S*\b)" + domain + R"( [^\]]*by=\S*\b)" + domain + " ");
  if (!made) return std::unexpected(std::move(made.error()));
  return std::make_shared<const Regex>(std::move(*made));
}

EvalResult check_for_from_domain_in_received_headers(EvalContext& context, const EvalCall& call) {
  const Message& message = context.message;
  const std::string_view from = message.get_scalar("From:addr");
  const std::string_view domain = call.arg(0);
  bool claims = false;
  for (std::size_t i = find_folded(from, domain); i != npos && !claims; i = find_folded(from, domain, i + 1))
    claims = at_word_boundary(from, i);
  if (!claims) return false;
  const std::string relays =
      std::string(message.relays().trusted_text) + "\n" + std::string(message.relays().untrusted_text);
  return call.prepared_as<Regex>().matches(relays, context.regex) == (call.arg(1) == "true");
}

EvalResult check_for_forged_received_trail(EvalContext& context, const EvalCall&) {
  return forged(context).from > 1;
}

EvalResult check_for_forged_received_ip_helo(EvalContext& context, const EvalCall&) {
  return forged(context).ip_helo > 0;
}

// /(?:\.|^)(...)$/i
bool is_dotcom(std::string_view helo) {
  constexpr std::array<std::string_view, 11> names = {
      "lycos.com", "lycos.co.uk", "hotmail.com", "localhost.com", "excite.com", "caramail.com",
      "cs.com",    "aol.com",     "msn.com",     "yahoo.com",     "drizzle.com"};
  if (helo.ends_with('\n')) helo.remove_suffix(1);
  return std::ranges::any_of(names, [&](std::string_view name) {
    return ascii::iends_with(helo, name) &&
           (helo.size() == name.size() || helo[helo.size() - name.size() - 1] == '.');
  });
}

EvalResult check_for_no_rdns_dotcom_helo(EvalContext& context, const EvalCall&) {
  // The lowest relay with a public address decides.
  const auto& untrusted = context.message.relays().untrusted;
  for (auto relay = untrusted.rbegin(); relay != untrusted.rend(); ++relay)
    if (!(*relay)->ip_private) return (*relay)->no_reverse_dns && is_dotcom((*relay)->helo);
  return false;
}

constexpr EvalEntry entry(std::string_view name, EvalFunction function, EvalPrepare prepare = nullptr) {
  return {name, "RelayEval", function, prepare};
}

constexpr std::array entries = {
    entry("check_for_numeric_helo", check_for_numeric_helo),
    entry("check_for_illegal_ip", check_for_illegal_ip),
    entry("check_all_trusted", check_all_trusted),
    entry("check_no_relays", check_no_relays),
    entry("check_relays_unparseable", check_relays_unparseable),
    entry("check_for_sender_no_reverse", check_for_sender_no_reverse),
    entry("check_for_from_domain_in_received_headers", check_for_from_domain_in_received_headers,
          prepare_from_domain),
    entry("check_for_forged_received_trail", check_for_forged_received_trail),
    entry("check_for_forged_received_ip_helo", check_for_forged_received_ip_helo),
    entry("helo_ip_mismatch", helo_ip_mismatch),
    entry("check_for_no_rdns_dotcom_helo", check_for_no_rdns_dotcom_helo),
};

}  // namespace

const EvalFamily& relay_eval_family() {
  static const EvalFamily family{"RelayEval", entries, nullptr};
  return family;
}

}  // namespace thresh
