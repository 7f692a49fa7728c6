// Characters of HTML as Perl 5.36 classifies them (Unicode 14): \s, \w, \d and /i on a string of characters,
// or on a string of octets, where everything above U+007F is only a byte. All text here is UTF-8 in both
// cases; `characters` tells which rules hold. Malformed UTF-8 is read byte by byte as U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thresh::html {

// Text and the rules it lives by: `characters` is Perl's utf8 flag.
struct HtmlText {
  std::string_view text;
  bool characters = false;
};

struct Character {
  char32_t value;
  std::size_t size;  // bytes; 0 where there is none
};

// The character that starts at text[at]; size 0 at the end.
[[nodiscard]] Character character_at(std::string_view text, std::size_t at);
// The character that ends before text[at]; size 0 at the start.
[[nodiscard]] Character character_before(std::string_view text, std::size_t at);

[[nodiscard]] bool is_space(char32_t c, bool characters);
[[nodiscard]] bool is_word(char32_t c, bool characters);
[[nodiscard]] bool is_digit(char32_t c, bool characters);

// length(): characters, not bytes.
[[nodiscard]] std::size_t count_characters(std::string_view text);

// Bytes of white space at the start and at the end.
[[nodiscard]] std::size_t leading_space(HtmlText text);
[[nodiscard]] std::size_t trailing_space(HtmlText text);
[[nodiscard]] inline std::size_t skip_space(HtmlText text, std::size_t at) {
  return at + leading_space({text.text.substr(at), text.characters});
}
[[nodiscard]] HtmlText trim(HtmlText text);

// Bytes of \d+ at the start.
[[nodiscard]] std::size_t leading_digits(HtmlText text);
// What Perl's numeric context makes of digits: those of ASCII, up to the first other one.
[[nodiscard]] double number_of(std::string_view digits);

// /^LITERAL/i at text[at]: how many bytes match, 0 for none. `literal` is in lower case. Under the rules of
// characters the Kelvin sign is a k, the long s an s and the fi ligature two letters.
[[nodiscard]] std::size_t match_folded(HtmlText text, std::size_t at, std::string_view literal);
// First place at or after `from` where it matches; npos.
[[nodiscard]] std::size_t find_folded(HtmlText text, std::string_view literal, std::size_t from = 0);

}  // namespace thresh::html
