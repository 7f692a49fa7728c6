// Lists of addresses with file-glob patterns, as welcomelist_from and its kin give them
// (Conf::Parser::add_to_addrlist), and the order in which settings of several names were read. Immutable once
// filled; safe from several threads.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "rules/language/rule_set.h"

namespace thresh {

// The directives of all `names`, in the order read.
[[nodiscard]] std::vector<const Directive*> directives_in_order(
    const RuleSet& rules, std::initializer_list<std::string_view> names);

// `(LISTNAME) WORDS`, as enlist_addrlist has it. False when `value` is not so.
[[nodiscard]] bool split_list_value(std::string_view value, std::string_view& list, std::string_view& words);

// The pattern that an address list makes of an entry in lower case; for glob_matches.
[[nodiscard]] std::string address_glob(std::string_view entry);

class AddressList {
 public:
  void add(std::string_view entry);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  // WLBLEval::_check_welcomelist; any case.
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using Set = std::unordered_set<std::string, Hash, std::equal_to<>>;
  Set entries_;                     // as given, in lower case
  Set domains_;                     // what follows the star of `*@example.com` and `*.example.com`
  std::vector<std::string> globs_;  // of the other entries that are not their own only match
};

}  // namespace thresh
