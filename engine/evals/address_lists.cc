#include "engine/evals/address_lists.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_pattern(std::string_view entry) {
  return entry.find_first_of(std::string_view("*?\\(\0", 5)) != npos;
}

}  // namespace

std::vector<const Directive*> directives_in_order(const RuleSet& rules,
                                                  std::initializer_list<std::string_view> names) {
  std::vector<const Directive*> all;
  for (const std::string_view name : names)
    for (const Directive& directive : rules.directives(name)) all.push_back(&directive);
  if (names.size() > 1) std::ranges::sort(all, {}, &Directive::sequence);
  return all;
}

bool split_list_value(std::string_view value, std::string_view& list, std::string_view& words) {
  // ^ \( (.+?) \) \s+ (.+) \z
  if (!value.starts_with('(')) return false;
  for (std::size_t close = value.find(')', 2); close != npos; close = value.find(')', close + 1)) {
    const std::string_view rest = value.substr(close + 1);
    if (rest.empty() || !ascii::is_space(rest.front())) continue;
    words = ascii::trim_left(rest);
    list = value.substr(1, close - 1);
    return !words.empty();
  }
  return false;
}

std::string address_glob(std::string_view entry) {
  std::string glob(entry);
  for (char& c : glob)
    if (c == '\0' || c == '\\' || c == '(') c = '_';
  return glob;
}

void AddressList::add(std::string_view entry) {
  std::string lower = ascii::lower(entry);
  if (is_pattern(lower)) {
    std::string glob = address_glob(lower);
    const std::string_view rest = std::string_view(glob).substr(1);
    const bool is_domain = glob[0] == '*' && (rest.starts_with('@') || rest.starts_with('.'));
    if (is_domain && rest.find_first_of("*?") == npos)
      domains_.emplace(rest);
    else
      globs_.push_back(std::move(glob));
  }
  entries_.insert(std::move(lower));
}

bool AddressList::contains(std::string_view address) const {
  constexpr std::size_t usual = 320;  // the longest address of RFC 5321
  if (entries_.empty()) return false;
  if (address.ends_with('\n')) address.remove_suffix(1);
  char buffer[usual];
  std::string longer;
  std::string_view lower;
  if (address.size() <= usual) {
    std::ranges::transform(address, buffer, ascii::to_lower);
    lower = std::string_view(buffer, address.size());
  } else {
    lower = longer = ascii::lower(address);
  }
  if (entries_.contains(lower)) return true;
  if (lower.find('\n') != npos) return false;  // no pattern reaches across lines
  if (!domains_.empty())
    for (std::size_t i = lower.find_first_of("@."); i != npos; i = lower.find_first_of("@.", i + 1))
      if (domains_.contains(lower.substr(i))) return true;
  return std::ranges::any_of(globs_, [&](std::string_view glob) { return glob_matches(glob, lower); });
}

}  // namespace thresh
