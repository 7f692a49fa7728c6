// Registrable domains of names and URIs (Mail::SpamAssassin::RegistryBoundaries).
#include "engine/message/registry_boundaries.h"

#include <algorithm>
#include <array>

#include "engine/message/find_any.h"
#include "engine/message/host_name.h"
#include "engine/message/ip_text.h"
#include "engine/message/perl_text.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;

// The states below .us that delegate further (%US_STATES).
bool is_us_state(std::string_view label) {
  static constexpr std::string_view states =
      " ak al ar az ca co ct dc de fl ga gu hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj "
      "nm nv ny "
      "oh ok or pa pr ri sc sd tn tx ut va vi vt wa wi wv wy ";
  if (label.size() != 2 || label.contains(' ')) return false;
  const std::array<char, 4> padded{' ', label[0], label[1], ' '};
  return states.contains(std::string_view(padded.data(), padded.size()));
}

bool starts_with_scheme(std::string_view uri, std::string_view scheme) {
  return ascii::istarts_with(uri, scheme);
}

// The part of a URI that names the host, as uri_to_domain cuts it out; npos-like nullopt when it has none to
// offer.
std::optional<std::string_view> host_part(std::string_view uri, bool wide) {
  for (const std::string_view scheme : {"javascript:", "cid:", "file:"})
    if (starts_with_scheme(uri, scheme)) return std::nullopt;

  if (starts_with_scheme(uri, "mailto:")) {
    uri.remove_prefix(7);
    uri = uri.substr(0, uri.find('?'));
    const std::size_t at = uri.find('@');
    if (at == npos || uri.find('@', at + 1) != npos) return std::nullopt;
    return uri.substr(at + 1);
  }

  std::size_t scheme = 0;
  while (scheme < uri.size() && ascii::is_alpha(uri[scheme])) ++scheme;
  if (scheme > 0 && scheme < uri.size() && uri[scheme] == ':') {
    uri.remove_prefix(scheme + 1);
    for (int slashes = 0; slashes < 2 && uri.starts_with('/'); ++slashes) uri.remove_prefix(1);
  }
  uri = uri.substr(0, find_any<'/', '?', '#'>(uri));
  if (const std::size_t at = uri.rfind('@'); at != npos) uri.remove_prefix(at + 1);
  // A port; the number may be missing.
  const std::size_t digits = perl::trailing_digits(uri, wide);
  if (digits < uri.size() && uri[uri.size() - digits - 1] == ':') uri.remove_suffix(digits + 1);
  return uri;
}

// What should not have stayed encoded: another form of the same URI has it decoded.
bool has_encoded_printable(std::string_view text) {
  for (std::size_t at = text.find('%'); at != npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size()) return false;
    if (!ascii::is_xdigit(text[at + 1]) || !ascii::is_xdigit(text[at + 2])) continue;
    const int code = ascii::hex_value(text[at + 1]) * 16 + ascii::hex_value(text[at + 2]);
    if (code > 0x20 && code < 0x7F) return true;
  }
  return false;
}

}  // namespace

void RegistryBoundaries::add_tld(std::string_view name) {
  if (!tlds_.insert(name)) return;
  if (!std::ranges::all_of(name, [](char c) { return ascii::is_alnum(c) || c == '-'; }))
    odd_tlds_.push_back(ascii::lower(name));
}
void RegistryBoundaries::add_2tld(std::string_view name) {
  two_.insert(name);
}
void RegistryBoundaries::add_3tld(std::string_view name) {
  three_.insert(name);
}
void RegistryBoundaries::clear() {
  *this = RegistryBoundaries();
}

std::string_view RegistryBoundaries::registrable(std::string_view name) const {
  // The last labels, last first; starts[k] is where the k-th from the end begins.
  std::array<std::size_t, 5> starts{};
  std::size_t labels = 0;
  bool more = true;
  for (std::size_t end = name.size(); labels < starts.size() && more; ++labels) {
    const std::size_t dot = end == 0 ? npos : name.rfind('.', end - 1);
    more = dot != npos;
    starts[labels] = more ? dot + 1 : 0;
    end = more ? dot : 0;
  }
  const auto label = [&](std::size_t from_end) {
    const std::size_t end = from_end == 0 ? name.size() : starts[from_end - 1] - 1;
    return name.substr(starts[from_end], end - starts[from_end]);
  };
  // How many labels the registry keeps for itself; one label more is the domain, where there is one.
  std::size_t kept = 1;
  const bool us = label(0) == "us";
  if (labels >= 4 && us && is_us_state(label(1)) &&
      ((label(3) == "pvt" && label(2) == "k12") || label(3) == "ci" || label(3) == "co")) {
    kept = 4;
  } else if (labels >= 3 && (us ? is_us_state(label(1)) : three_.contains(name.substr(starts[2])))) {
    kept = 3;
  } else if (labels >= 2 && two_.contains(name.substr(starts[1]))) {
    kept = 2;
  }
  return name.substr(starts[std::min(kept, labels - 1)]);
}

std::pair<std::string, std::string> RegistryBoundaries::split_domain(std::string_view name) const {
  std::string lower;
  lower.reserve(name.size());
  for (const char c : name)
    if (c != '.' || (!lower.empty() && lower.back() != '.')) lower += ascii::to_lower(c);
  // Perl's /\.+$/ also means the end before a final newline.
  if (const std::size_t last = lower.size() - (lower.ends_with('\n') ? 1 : 0);
      last > 0 && lower[last - 1] == '.')
    lower.erase(last - 1, 1);
  const std::string_view domain = registrable(lower);
  std::string host(std::string_view(lower).substr(0, lower.size() - domain.size()));
  if (!host.empty()) host.pop_back();  // the dot between
  return {std::move(host), std::string(domain)};
}

std::string RegistryBoundaries::trim_domain(std::string_view name) const {
  return split_domain(name).second;
}

bool RegistryBoundaries::is_domain_valid(std::string_view name) const {
  const std::size_t dot = name.rfind('.');
  if (dot == npos || !is_tld(name.substr(dot + 1))) return false;
  return std::ranges::none_of(name, ascii::is_space);
}

std::optional<UriHost> RegistryBoundaries::uri_host(std::string_view uri, Arena& arena, bool wide) const {
  if (wide) uri = perl::kelvin_to_k(uri, arena);
  const std::optional<std::string_view> part = host_part(uri, wide);
  if (!part || part->empty()) return std::nullopt;
  if (has_encoded_printable(*part)) return std::nullopt;
  const bool address = is_ip_address(*part);
  if (!address && (!is_fqdn_valid(*part) || !is_domain_valid(*part))) return std::nullopt;
  char* lower = arena.bytes(part->size());
  std::ranges::transform(*part, lower, ascii::to_lower);
  const std::string_view host(lower, part->size());
  return UriHost{address ? host : registrable(host), host};
}

std::pair<std::string, std::string> RegistryBoundaries::uri_to_domain(std::string_view uri) const {
  Arena arena(1024);
  const std::optional<UriHost> found = uri_host(uri, arena);
  if (!found) return {};
  return {std::string(found->domain), std::string(found->host)};
}

}  // namespace thresh
