// Which names are registrable, by the rules' own lists (util_rb_tld, util_rb_2tld, util_rb_3tld), as
// Mail::SpamAssassin::RegistryBoundaries decides. Filled once, then immutable and safe from several threads.
//
// Names are compared as bytes without regard to ASCII letter case. As on a system without Net::LibIDN
// (Debian's default) an IDN is not converted: a list entry in UTF-8 stays in UTF-8 and is no valid host name,
// one in xn-- form is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/ascii.h"
#include "engine/message/name_set.h"

namespace thresh {

// What a URI points at: the host in lower case and the registrable domain within it (a view of its end).
struct UriHost {
  std::string_view domain;
  std::string_view host;
};

class RegistryBoundaries {
 public:
  // Names without a leading dot, any case; an IDN is taken in UTF-8 or as xn--.
  void add_tld(std::string_view name);
  void add_2tld(std::string_view name);
  void add_3tld(std::string_view name);
  void clear();

  // True when `label` is a known TLD (case folded).
  [[nodiscard]] bool is_tld(std::string_view label) const { return tlds_.contains(label); }
  // Length in bytes of the longest known TLD; 0 when there is none.
  [[nodiscard]] std::size_t longest_tld() const { return tlds_.longest(); }
  // True when some TLD holds bytes other than letters, digits and hyphens (an IDN in UTF-8).
  [[nodiscard]] bool has_odd_tlds() const { return !odd_tlds_.empty(); }
  // The ends at which valid_tlds_re would match from text[from] (its lookahead included, its lookbehind not),
  // until visit(end) returns true. True when one did. There is at most one end unless has_odd_tlds().
  template <typename Visit>
  bool each_tld_end(std::string_view text, std::size_t from, Visit&& visit) const;

  // split_domain: {host part, registrable domain}, both lower case.
  [[nodiscard]] std::pair<std::string, std::string> split_domain(std::string_view name) const;
  // trim_domain: the registrable domain.
  [[nodiscard]] std::string trim_domain(std::string_view name) const;
  // The registrable end of `name`, which must be in lower case and have no empty labels. Nothing is copied.
  [[nodiscard]] std::string_view registrable(std::string_view name) const;
  // is_domain_valid: ends in a known TLD and has at least two labels.
  [[nodiscard]] bool is_domain_valid(std::string_view name) const;

  // uri_to_domain: {domain, host} of a canonical URI; both empty when it has none. An IP address is its own
  // domain.
  [[nodiscard]] std::pair<std::string, std::string> uri_to_domain(std::string_view uri) const;
  // The same without copies but one of the host into `arena`. `wide`: the URI is UTF-8 of characters some of
  // which are above U+00FF (see UriDetail), which follow Unicode's rules of letter case and digits.
  [[nodiscard]] std::optional<UriHost> uri_host(std::string_view uri, Arena& arena, bool wide = false) const;

 private:
  NameSet tlds_, two_, three_;
  std::vector<std::string> odd_tlds_;
};

template <typename Visit>
bool RegistryBoundaries::each_tld_end(std::string_view text, std::size_t from, Visit&& visit) const {
  const auto in_label = [](char c) { return ascii::is_alnum(c) || c == '-'; };
  const auto ends = [&](std::size_t at) {
    return at >= text.size() || (!in_label(text[at]) &&
                                 !(text[at] == '.' && at + 1 < text.size() && ascii::is_alnum(text[at + 1])));
  };
  std::size_t end = from;
  const std::size_t limit = from + tlds_.longest() < text.size() ? from + tlds_.longest() : text.size();
  while (end < limit && in_label(text[end])) ++end;
  if (end > from && ends(end) && tlds_.contains(text.substr(from, end - from)) && visit(end)) return true;
  for (const std::string& tld : odd_tlds_)
    if (ascii::istarts_with(text.substr(from), tld) && ends(from + tld.size()) && visit(from + tld.size()))
      return true;
  return false;
}

}  // namespace thresh
