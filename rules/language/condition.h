// The expression of an `if` or `ifplugin` line (Conf::Parser::handle_conditional).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace thresh {

// What a condition may ask about the state of the parse.
struct ConditionScope {
  bool local_tests_only = true;
  bool user_prefs = false;  // the file is called user_prefs, where can() is always false
  std::function<bool(std::string_view package)> plugin_loaded;
  // has(METHOD) and can(METHOD): `call` asks whether the method also answers true.
  std::function<bool(std::string_view method, bool call)> method_exists;
};

struct ConditionAnswer {
  bool value = false;
  // What SpamAssassin warns about while it takes the condition as it does; empty when all is well.
  std::string warning;
  // The warning is one that its lint counts as an error.
  bool refused = false;
};

// Errors: a word that makes SpamAssassin drop the whole `if` line, so that its `endif` has no beginning.
[[nodiscard]] Result<ConditionAnswer> evaluate_condition(std::string_view text, const ConditionScope& scope);

}  // namespace thresh
