// Look-ups in a loaded rule set; how one comes about is in rule_loader.cc.
#include "rules/language/rule_set.h"

#include "engine/base/ascii.h"
#include "rules/language/perl_text.h"
#include "rules/language/plugins.h"
#include "rules/language/rule_loader.h"

namespace thresh {

Result<RuleSet> RuleSet::load(std::span<const std::string> paths, const LoadOptions& options,
                              std::vector<LintNote>* notes) {
  RuleLoader loader(options);
  loader.read_paths(paths);
  return loader.finish(notes);
}

Result<RuleSet> RuleSet::parse(std::string_view text, std::string_view name, const LoadOptions& options,
                               std::vector<LintNote>* notes) {
  RuleLoader loader(options);
  loader.read_named_text(text, name);
  return loader.finish(notes);
}

const Rule* RuleSet::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : &rules_[found->second];
}

std::span<const Directive> RuleSet::directives(std::string_view name) const {
  const auto found = directives_.find(name);
  if (found == directives_.end()) return {};
  return found->second;
}

std::string_view RuleSet::setting(std::string_view name, std::string_view fallback) const {
  const auto lines = directives(name);
  return lines.empty() ? fallback : std::string_view(lines.back().value);
}

double RuleSet::number(std::string_view name, double fallback) const {
  const std::string_view value = setting(name);
  if (value.empty()) return fallback;
  switch (ascii::to_lower(value.back())) {
    case 'm':
      return perl_number(value) * 60;
    case 'h':
      return perl_number(value) * 3600;
    case 'd':
      return perl_number(value) * 24 * 3600;
    case 'w':
      return perl_number(value) * 7 * 24 * 3600;
    default:
      return perl_number(value);
  }
}

bool RuleSet::flag(std::string_view name, bool fallback) const {
  const std::string_view value = setting(name);
  if (value.empty()) return fallback;
  return ascii::iequals(value, "yes") || perl_number(value) != 0;
}

bool RuleSet::has_plugin(std::string_view name) const {
  return plugins_.contains(plugin_short_name(name));
}

}  // namespace thresh
