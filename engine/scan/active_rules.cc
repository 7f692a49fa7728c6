#include "engine/scan/active_rules.h"

namespace thresh {

std::vector<bool> active_rules(const RuleSet& rules, std::span<const std::string> only) {
  const auto all = rules.rules();
  std::vector<bool> active(all.size(), false);
  if (only.empty()) {
    for (std::size_t i = 0; i < all.size(); ++i) active[i] = rules.is_active(all[i]);
    return active;
  }
  std::vector<std::string_view> wanted(only.begin(), only.end());
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    const Rule* rule = rules.find(wanted[at]);
    if (rule == nullptr || !rules.is_active(*rule)) continue;
    const auto index = static_cast<std::size_t>(rule - all.data());
    if (active[index]) continue;
    active[index] = true;
    for (const std::string& name : rule->meta.rules) wanted.push_back(name);
  }
  return active;
}

}  // namespace thresh
