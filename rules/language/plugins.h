// What SpamAssassin 4.0.1's plugins bring to the rule language, as data: names, features that `if can()` asks
// about, eval functions, and which plugins Debian loads.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rules/language/rule.h"

namespace thresh {

struct PluginEval {
  std::string_view function;  // "check_for_mime"
  std::string_view plugin;    // "MIMEEval"
  RuleType type;              // the type of rule it is for; RuleType::empty: any
};

// "Mail::SpamAssassin::Plugin::DKIM" → "DKIM"; other packages stay whole.
[[nodiscard]] std::string_view plugin_short_name(std::string_view package);
[[nodiscard]] std::string plugin_package(std::string_view short_name);
// A plugin of the SpamAssassin distribution, by its full package name.
[[nodiscard]] bool is_known_plugin(std::string_view package);
// The plugins of Debian's default .pre files, by short name.
[[nodiscard]] std::span<const std::string_view> default_plugins();
// A has_*, feature_* or perl_* method that answers 1; an empty plugin stands for Mail::SpamAssassin::Conf.
[[nodiscard]] bool plugin_has_feature(std::string_view short_name, std::string_view method);
// Null when no plugin registers that eval function.
[[nodiscard]] const PluginEval* find_plugin_eval(std::string_view function);

}  // namespace thresh
