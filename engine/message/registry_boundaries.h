// Which names are registrable, by the rules' own lists (util_rb_tld, util_rb_2tld, util_rb_3tld), as
// Mail::SpamAssassin::RegistryBoundaries decides. Immutable after seal(); safe from several threads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace thresh {

class RegistryBoundaries {
 public:
  // Names without a leading dot, any case; an IDN is taken in UTF-8 or as xn--.
  void add_tld(std::string_view name);
  void add_2tld(std::string_view name);
  void add_3tld(std::string_view name);
  void clear();

  // True when `label` is a known TLD (case folded).
  [[nodiscard]] bool is_tld(std::string_view label) const;
  // Length in bytes of the longest known TLD (as valid_tlds_re would match it, case folded) that starts at
  // text[from]; 0 when there is none. Several candidate ends are possible: `visit` form below gives each.
  [[nodiscard]] std::size_t longest_tld() const { return longest_tld_; }

  // split_domain: {host part, registrable domain}, both lower case.
  [[nodiscard]] std::pair<std::string, std::string> split_domain(std::string_view name) const;
  // trim_domain: the registrable domain.
  [[nodiscard]] std::string trim_domain(std::string_view name) const;
  // is_domain_valid: ends in a known TLD and has at least two labels.
  [[nodiscard]] bool is_domain_valid(std::string_view name) const;
  // uri_to_domain: {domain, host} of a canonical URI; both empty when it has none. An IP address is its own domain.
  [[nodiscard]] std::pair<std::string, std::string> uri_to_domain(std::string_view uri) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using Set = std::unordered_set<std::string, Hash, std::equal_to<>>;
  Set tlds_, two_, three_;
  std::size_t longest_tld_ = 0;
};

}  // namespace thresh
