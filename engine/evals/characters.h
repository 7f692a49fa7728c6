// Texts that SpamAssassin holds as Perl characters (rendered parts, what HTML gives) and we as UTF-8:
// counting, classes, and byte patterns over them. A Regex knows bytes; Perl's pattern, written in bytes,
// meets a character when both have the same number, so a character text is narrowed to Latin-1 for it.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/regex/regex.h"

namespace thresh {

// The character at text[at], which moves behind it. A byte that does not belong to UTF-8 stands for itself.
[[nodiscard]] char32_t next_character(std::string_view text, std::size_t& at);

[[nodiscard]] bool is_ascii(std::string_view text);
[[nodiscard]] std::size_t character_count(std::string_view text);

// Perl's \s and \w on characters, without /a.
[[nodiscard]] bool is_space_character(char32_t c);
[[nodiscard]] bool is_word_character(char32_t c);

// One byte a character. Characters above 0xff become a control byte that no rule names; they are no word, no
// blank, and match what any other character matches.
[[nodiscard]] std::string_view narrow(std::string_view text, Arena& arena);

// `$text =~ $pattern` for a character text.
[[nodiscard]] bool matches_characters(const Regex& pattern, std::string_view text, Arena& arena,
                                      RegexScratch& scratch);

}  // namespace thresh
