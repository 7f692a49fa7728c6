// Mail::SpamAssassin::Plugin::HTTPSMismatch: a link whose text shows an https address of another domain.
#include <array>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"
#include "engine/evals/perl_values.h"
#include "engine/message/ip_text.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;

// What follows "http://" up to one of / : ? #.
std::string_view host_of_link(std::string_view uri) {
  if (!ascii::istarts_with(uri, "http")) return {};
  uri.remove_prefix(4);
  if (!uri.empty() && ascii::to_lower(uri.front()) == 's') uri.remove_prefix(1);
  if (!uri.starts_with("://")) return {};
  uri.remove_prefix(3);
  return uri.substr(0, uri.find_first_of("/:?#"));
}

// The first "https://HOST" in a text: the host, up to white space or one of / : ? #.
std::string_view host_in_text(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  for (std::size_t at = find_folded(text, scheme); at != none; at = find_folded(text, scheme, at + 1)) {
    const std::string_view rest = text.substr(at + scheme.size());
    const std::string_view host = rest.substr(0, rest.find_first_of("/:?# \t\n\v\f\r"));
    if (!host.empty()) return host;
  }
  return {};
}

// The registrable domain of a link's host; empty when the link does not count.
std::string link_domain(std::string_view uri, const RegistryBoundaries& registry) {
  const std::string_view host = host_of_link(uri);
  // check_https_ip_mismatch sees to addresses.
  if (host.empty() || is_ipv4_address(host)) return {};
  std::string domain = registry.trim_domain(host);
  return registry.is_domain_valid(registry.uri_to_domain(domain).first) ? domain : std::string();
}

// The domain that the text shows, an address as it is; empty when none.
std::string shown_domain(std::string_view text, const RegistryBoundaries& registry) {
  const std::string_view host = host_in_text(text);
  if (host.empty() || is_ipv4_address(host)) return std::string(host);
  std::string domain = registry.trim_domain(host);
  return registry.is_domain_valid(domain) ? domain : std::string();
}

EvalResult check_https_http_mismatch(EvalContext& context, const EvalCall& call) {
  const RegistryBoundaries& registry = context.message.settings().registry;
  double min_links = number_arg(call, 0);
  if (min_links == 0) min_links = 1;
  for (const HtmlResults* html : context.message.html_all()) {
    if (html == nullptr) continue;
    bool hit = false;
    double links = 0;
    for (const HtmlUri& uri : html->uris) {
      if (uri.anchor_text.empty()) continue;
      const std::string domain = link_domain(uri.uri, registry);
      if (domain.empty()) continue;
      links += 1;
      for (const std::string_view text : uri.anchor_text) {
        const std::string shown = shown_domain(text, registry);
        if (shown.empty() || shown == domain) continue;
        hit = true;
        break;
      }
    }
    if (hit && links >= min_links && (!call.has_arg(1) || links < number_arg(call, 1))) return true;
  }
  return false;
}

constexpr std::string_view plugin = "HTTPSMismatch";
constexpr std::array entries{EvalEntry{"check_https_http_mismatch", plugin, check_https_http_mismatch}};

}  // namespace

const EvalFamily& https_mismatch_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
