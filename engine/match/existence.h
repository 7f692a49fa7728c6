// A pattern that matches somewhere in a text exactly when another one does, with less to do: for rules that
// only ask whether.
#pragma once

#include "engine/regex/syntax.h"

namespace thresh {

// Leaves out what a match may begin or end with but need not: in (?:the )?word\w* only "word" is asked for.
// Patterns with references, conditions or verbs come back as they are. The places of matches differ.
[[nodiscard]] syntax::Pattern existence_form(const syntax::Pattern& pattern);

}  // namespace thresh
