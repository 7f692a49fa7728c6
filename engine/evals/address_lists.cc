#include "engine/evals/address_lists.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

bool is_pattern(std::string_view entry) {
  return entry.find_first_of(std::string_view("*?\\(\0", 5)) != std::string_view::npos;
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
  for (std::size_t close = value.find(')', 2); close != std::string_view::npos;
       close = value.find(')', close + 1)) {
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
  if (is_pattern(lower)) globs_.push_back(address_glob(lower));
  entries_.insert(std::move(lower));
}

bool AddressList::contains(std::string_view address) const {
  if (entries_.empty()) return false;
  const std::string lower = ascii::lower(address);
  const std::string_view line =
      lower.ends_with('\n') ? std::string_view(lower).substr(0, lower.size() - 1) : lower;
  return entries_.contains(line) || entries_.contains(lower) ||
         std::ranges::any_of(globs_, [&](std::string_view glob) { return glob_matches(glob, line); });
}

}  // namespace thresh
