// Mail::SpamAssassin::Plugin::URIEval: links that lead elsewhere than they say.
#include <array>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;

// RegistryBoundaries::uri_to_domain($_) || $_
std::string domain_or_self(std::string_view uri, const RegistryBoundaries& registry) {
  std::string domain = registry.uri_to_domain(uri).first;
  return domain.empty() || domain == "0" ? std::string(uri) : domain;
}

bool redirects_elsewhere(std::string_view uri, const RegistryBoundaries& registry, RegexScratch& scratch) {
  static const Regex redirector =
      fixed_pattern("^https?://([^/:\\?]+).+?(https?:/{0,2}?([^/:\\?]+).*)$", "i");
  if (!ascii::istarts_with(uri, "http")) return false;
  std::vector<Span> groups;
  Span found;
  while (find_folded(uri, "http", 4) != none &&
         redirector.match(uri, 0, scratch, found, &groups) == MatchStatus::match) {
    if (domain_or_self(groups[1].in(uri), registry) != domain_or_self(groups[3].in(uri), registry))
      return true;
    uri = groups[2].in(uri);
  }
  return false;
}

EvalResult check_for_http_redirector(EvalContext& context, const EvalCall&) {
  const RegistryBoundaries& registry = context.message.settings().registry;
  for (const std::string_view uri : context.message.uris())
    if (redirects_elsewhere(uri, registry, context.regex)) return true;
  return false;
}

// /^\d+\.\d+\.\d+\.\d+/
bool starts_with_quad(std::string_view text) {
  std::size_t at = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0) {
      if (at == text.size() || text[at] != '.') return false;
      ++at;
    }
    const std::size_t start = at;
    while (at < text.size() && ascii::is_digit(text[at])) ++at;
    if (at == start) return false;
  }
  return true;
}

// m%^https?:/*(?:[^\@/]+\@)?\d+\.\d+\.\d+\.\d+%i; with `secure_only` the scheme has to be https.
bool leads_to_address(std::string_view uri, bool secure_only) {
  if (!ascii::istarts_with(uri, "http")) return false;
  uri.remove_prefix(4);
  if (!uri.empty() && ascii::to_lower(uri.front()) == 's')
    uri.remove_prefix(1);
  else if (secure_only)
    return false;
  if (!uri.starts_with(':')) return false;
  uri.remove_prefix(1);
  uri.remove_prefix(std::min(uri.find_first_not_of('/'), uri.size()));
  const std::size_t user_end = uri.find_first_of("@/");
  if (user_end != none && user_end > 0 && uri[user_end] == '@' && starts_with_quad(uri.substr(user_end + 1)))
    return true;
  return starts_with_quad(uri);
}

EvalResult check_https_ip_mismatch(EvalContext& context, const EvalCall&) {
  for (const HtmlResults* html : context.message.html_all()) {
    if (html == nullptr) continue;
    for (const HtmlUri& uri : html->uris) {
      if (!leads_to_address(uri.uri, false)) continue;
      for (const std::string_view text : uri.anchor_text)
        if (!leads_to_address(text, true) && find_folded(text, "https:") != none) return true;
    }
  }
  return false;
}

EvalResult check_uri_truncated(EvalContext& context, const EvalCall&) {
  return context.message.uri_truncated();
}

constexpr std::string_view plugin = "URIEval";
constexpr std::array entries{
    EvalEntry{"check_for_http_redirector", plugin, check_for_http_redirector},
    EvalEntry{"check_https_ip_mismatch", plugin, check_https_ip_mismatch},
    EvalEntry{"check_uri_truncated", plugin, check_uri_truncated},
};

}  // namespace

const EvalFamily& uri_eval_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
