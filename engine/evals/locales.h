// Which charsets a site expects: ok_locales and the tables of Mail::SpamAssassin::Locales.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/language/rule_set.h"

namespace thresh {

// Immutable once made; safe from several threads.
struct OkLocales {
  bool all = true;
  std::vector<std::string> names;

  // `ok_locales` of the rules and, as Util::get_my_locales adds it, the locale of the environment.
  [[nodiscard]] static OkLocales from(const RuleSet& rules);
  // is_charset_ok_for_locales.
  [[nodiscard]] bool takes(std::string_view charset) const;
};

}  // namespace thresh
