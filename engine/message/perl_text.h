// Perl's two kinds of strings, where the difference shows in URIs. A string of bytes knows ASCII's classes; a
// string of characters (what HTML::Parser makes of a text that is not plain ASCII) knows Unicode's. Here a
// string of characters is UTF-8, read leniently: bytes that are no UTF-8 count as characters of that value.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/arena.h"

namespace thresh::perl {

// The character at text[at], which moves behind it. `at` must be below text.size().
char32_t next_character(std::string_view text, std::size_t& at);

// \s, \d and \w of Unicode.
[[nodiscard]] bool is_space(char32_t c);
[[nodiscard]] bool is_digit(char32_t c);
[[nodiscard]] bool is_word(char32_t c);

[[nodiscard]] bool is_ascii(std::string_view text);
// True when some character is above U+00FF.
[[nodiscard]] bool is_wide(std::string_view text);
// Characters, not bytes.
[[nodiscard]] std::size_t length(std::string_view text);
// The bytes of the first `count` characters.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);
// Without \s at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
// Bytes that /\d*$/ matches; `characters`: by Unicode's digits.
[[nodiscard]] std::size_t trailing_digits(std::string_view text, bool characters);

// One byte a character; characters must all be below U+0100.
[[nodiscard]] std::string_view to_latin1(std::string_view text, Arena& arena);
// Every byte a character (utf8::upgrade).
[[nodiscard]] std::string_view from_latin1(std::string_view bytes, Arena& arena);

// With U+212A, the one character outside ASCII that has a lower case form inside it, as the letter k.
[[nodiscard]] std::string_view kelvin_to_k(std::string_view text, Arena& arena);

}  // namespace thresh::perl
