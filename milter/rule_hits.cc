#include "milter/rule_hits.h"

#include <algorithm>

namespace thresh::milter {

RuleHits::RuleHits(const RuleSet& rules, const RuleHits& before) {
  for (const Rule& rule : rules.rules())
    if (rule.defined && !rule.is_subrule()) names_.push_back(rule.name);
  std::ranges::sort(names_);
  hits_ = std::make_unique<std::atomic<std::uint64_t>[]>(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (const std::size_t old = before.find(names_[i]); old < before.size()) hits_[i] = before.hits(old);
}

std::size_t RuleHits::find(std::string_view rule) const {
  const auto found = std::ranges::lower_bound(names_, rule, std::less<>{});
  return found != names_.end() && *found == rule ? static_cast<std::size_t>(found - names_.begin())
                                                 : names_.size();
}

void RuleHits::count(std::string_view rule) {
  if (const std::size_t i = find(rule); i < size()) hits_[i].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace thresh::milter
