// Perl's character classes over UTF-8 (see html_characters.h).
#include "engine/message/html_characters.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include "engine/base/ascii.h"
#include "engine/message/html_word_characters.h"

namespace thresh::html {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// First characters of the runs of ten decimal digits (Nd).
constexpr std::uint32_t kDigitRuns[] = {
    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,   0xce6,
    0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,  0x1946,  0x19d0,
    0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,  0xa900,  0xa9d0,  0xa9f0,
    0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450,
    0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0};

// Bytes of one folded letter of a literal at text[at], 0 when it is another.
std::size_t match_letter(HtmlText text, std::size_t at, char letter) {
  if (at >= text.text.size()) return 0;
  if (ascii::to_lower(text.text[at]) == letter) return 1;
  if (!text.characters || !ascii::is_high(text.text[at])) return 0;
  const std::string_view rest = text.text.substr(at);
  if (letter == 's' && rest.starts_with("\xC5\xBF")) return 2;
  if (letter == 'k' && rest.starts_with("\xE2\x84\xAA")) return 3;
  return 0;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {0, 0};
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF7 || at + size > text.size()) return {kReplacement, 1};
  char32_t c = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[at + i])) return {kReplacement, 1};
    c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  }
  return {c, size};
}

Character character_before(std::string_view text, std::size_t at) {
  if (at == 0) return {0, 0};
  const auto last = static_cast<unsigned char>(text[at - 1]);
  if (last < 0x80) return {last, 1};
  for (std::size_t back = 2; back <= 4 && back <= at; ++back) {
    if (is_continuation(text[at - back])) continue;
    const Character c = character_at(text, at - back);
    if (c.size == back) return c;
    break;
  }
  return {kReplacement, 1};
}

bool is_space(char32_t c, bool characters) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  if (!characters) return false;
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_word(char32_t c, bool characters) {
  if (c < 0x80) return ascii::is_word(static_cast<char>(c));
  return characters && is_wide_word(c);
}

bool is_digit(char32_t c, bool characters) {
  if (c < 0x80) return ascii::is_digit(static_cast<char>(c));
  if (!characters || c < kDigitRuns[0]) return false;
  const auto* run =
      std::upper_bound(std::begin(kDigitRuns), std::end(kDigitRuns), static_cast<std::uint32_t>(c));
  return c - *(run - 1) < 10;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::size_t leading_space(HtmlText text) {
  std::size_t at = 0;
  while (at < text.text.size()) {
    const Character c = character_at(text.text, at);
    if (!is_space(c.value, text.characters)) break;
    at += c.size;
  }
  return at;
}

std::size_t trailing_space(HtmlText text) {
  std::size_t at = text.text.size();
  while (at > 0) {
    const Character c = character_before(text.text, at);
    if (!is_space(c.value, text.characters)) break;
    at -= c.size;
  }
  return text.text.size() - at;
}

HtmlText trim(HtmlText text) {
  text.text.remove_prefix(leading_space(text));
  text.text.remove_suffix(trailing_space(text));
  return text;
}

std::size_t leading_digits(HtmlText text) {
  std::size_t at = 0;
  while (at < text.text.size()) {
    const Character c = character_at(text.text, at);
    if (!is_digit(c.value, text.characters)) break;
    at += c.size;
  }
  return at;
}

double number_of(std::string_view digits) {
  std::size_t end = 0;
  while (end < digits.size() && ascii::is_digit(digits[end])) ++end;
  if (end == 0) return 0;
  double value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + end, value);
  if (error == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  return value;
}

std::size_t match_folded(HtmlText text, std::size_t at, std::string_view literal) {
  const std::size_t from = at;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (text.characters && literal.substr(i).starts_with("fi") &&
        text.text.substr(at).starts_with("\xEF\xAC\x81")) {
      at += 3;
      ++i;
      continue;
    }
    const std::size_t size = match_letter(text, at, literal[i]);
    if (size == 0) return 0;
    at += size;
  }
  return at - from;
}

std::size_t find_folded(HtmlText text, std::string_view literal, std::size_t from) {
  for (std::size_t at = from; at < text.text.size(); ++at)
    if (match_folded(text, at, literal) != 0) return at;
  return std::string_view::npos;
}

}  // namespace thresh::html
