// EvalSettings: what every family derives from the rule set, made once. EvalContext: what one message's evals
// share.
#include "engine/evals/eval.h"

namespace thresh {

Result<EvalSettings> EvalSettings::make(const RuleSet& rules) {
  EvalSettings settings;
  for (const EvalFamily& family : eval_families()) {
    if (family.settings == nullptr) continue;
    Result<std::shared_ptr<const void>> made = family.settings(rules);
    if (!made) return std::unexpected(std::move(made.error()));
    settings.by_plugin_.emplace_back(family.plugin, std::move(*made));
  }
  return settings;
}

const void* EvalSettings::family(std::string_view plugin) const {
  for (const auto& [name, made] : by_plugin_)
    if (name == plugin) return made.get();
  return nullptr;
}

EvalContext::EvalContext(const Message& the_message, const RuleSet& the_rules, const EvalSettings& settings,
                         RegexScratch& the_regex)
    : message(the_message), rules(the_rules), regex(the_regex), settings_(settings) {}

std::string_view EvalContext::tag(std::string_view name) const {
  const auto found = tags_.find(std::string(name));
  return found == tags_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace thresh
