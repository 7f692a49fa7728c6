// Byte patterns over texts that SpamAssassin holds as Perl characters and we as UTF-8 (what HTML gives,
// anchor texts). A Regex knows bytes; Perl's pattern, written in bytes, meets a character when both have the
// same number, so a character text is narrowed to Latin-1 for it.
#pragma once

#include <string_view>

#include "engine/base/arena.h"
#include "engine/regex/regex.h"

namespace thresh {

// One byte a character. Characters above 0xff become a control byte that no rule names; they are no word, no
// blank, and match what any other character matches.
[[nodiscard]] std::string_view narrow(std::string_view text, Arena& arena);

// `$text =~ $pattern` for a character text.
[[nodiscard]] bool matches_characters(const Regex& pattern, std::string_view text, Arena& arena,
                                      RegexScratch& scratch);

}  // namespace thresh
