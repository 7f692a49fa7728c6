// Perl's character classes over UTF-8; see perl_text.h.
#include "engine/message/perl_text.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstring>

#include "engine/base/ascii.h"

namespace thresh::perl {

namespace {

constexpr std::string_view kelvin = "\xE2\x84\xAA";

// Start of the character that ends before text[end].
std::size_t previous(std::string_view text, std::size_t end) {
  for (std::size_t back = 1; back <= 4 && back <= end; ++back) {
    std::size_t at = end - back;
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    next_character(text.substr(0, end), at);
    return at == end ? end - back : end - 1;
  }
  return end - 1;
}

}  // namespace

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  int more = 0;
  char32_t c = lead;
  if (lead >= 0xF0 && lead < 0xF8) {
    more = 3;
    c = lead & 0x07;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    more = 2;
    c = lead & 0x0F;
  } else if (lead >= 0xC2 && lead < 0xE0) {
    more = 1;
    c = lead & 0x1F;
  }
  std::size_t next = at;
  for (int i = 0; i < more; ++i, ++next) {
    if (next >= text.size() || (static_cast<unsigned char>(text[next]) & 0xC0) != 0x80) return lead;
    c = (c << 6) | (static_cast<unsigned char>(text[next]) & 0x3F);
  }
  at = next;
  return c;
}

bool is_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_digit(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER;
}

bool is_word(char32_t c) {
  if (c < 0x80) return ascii::is_word(static_cast<char>(c));
  const auto code = static_cast<UChar32>(c);
  constexpr unsigned marks_digits_connectors = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  return u_hasBinaryProperty(code, UCHAR_ALPHABETIC) ||
         (U_GET_GC_MASK(code) & marks_digits_connectors) != 0 ||
         u_hasBinaryProperty(code, UCHAR_JOIN_CONTROL);
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, ascii::is_high);
}

bool is_wide(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (next_character(text, at) > 0xFF) return true;
  return false;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next_character(text, at);
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count) next_character(text, at);
  return text.substr(0, at);
}

std::string_view trim(std::string_view text) {
  while (!text.empty()) {
    std::size_t at = 0;
    if (!is_space(next_character(text, at))) break;
    text.remove_prefix(at);
  }
  while (!text.empty()) {
    const std::size_t last = previous(text, text.size());
    std::size_t at = last;
    if (!is_space(next_character(text, at))) break;
    text = text.substr(0, last);
  }
  return text;
}

std::size_t trailing_digits(std::string_view text, bool characters) {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t at = characters ? previous(text, end) : end - 1;
    const std::size_t begin = at;
    const char32_t c = characters ? next_character(text, at) : static_cast<unsigned char>(text[begin]);
    if (characters ? !is_digit(c) : (c < '0' || c > '9')) break;
    end = begin;
  }
  return text.size() - end;
}

std::string_view to_latin1(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return text;
  char* to = arena.bytes(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) to[size++] = static_cast<char>(next_character(text, at));
  arena.shrink_last(to, text.size(), size);
  return {to, size};
}

std::string_view from_latin1(std::string_view bytes, Arena& arena) {
  if (is_ascii(bytes)) return bytes;
  char* to = arena.bytes(bytes.size() * 2);
  std::size_t size = 0;
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      to[size++] = c;
    } else {
      to[size++] = static_cast<char>(0xC0 | (code >> 6));
      to[size++] = static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  arena.shrink_last(to, bytes.size() * 2, size);
  return {to, size};
}

std::string_view kelvin_to_k(std::string_view text, Arena& arena) {
  if (!text.contains(kelvin)) return text;
  char* to = arena.bytes(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(kelvin)) {
      to[size++] = 'k';
      at += kelvin.size();
    } else {
      to[size++] = text[at++];
    }
  }
  return {to, size};
}

}  // namespace thresh::perl
