#include "engine/evals/characters.h"

#include <unicode/uchar.h>

#include "engine/base/ascii.h"

namespace thresh {

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf8 ? 4
                                           : 0;
  if (length <= 1 || at + length > text.size()) {
    ++at;
    return lead;
  }
  char32_t c = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) {
      ++at;
      return lead;
    }
    c = c << 6 | (byte(at + i) & 0x3f);
  }
  at += length;
  return c;
}

bool is_ascii(std::string_view text) {
  for (const char c : text)
    if (ascii::is_high(c)) return false;
  return true;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) static_cast<void>(next_character(text, at));
  return count;
}

bool is_space_character(char32_t c) {
  if (c < 0x80) return ascii::is_space(static_cast<char>(c));
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool is_word_character(char32_t c) {
  if (c < 0x80) return ascii::is_word(static_cast<char>(c));
  const auto code = static_cast<UChar32>(c);
  if (u_hasBinaryProperty(code, UCHAR_ALPHABETIC) != 0 || u_hasBinaryProperty(code, UCHAR_JOIN_CONTROL) != 0)
    return true;
  constexpr std::uint32_t word = U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK;
  return (U_GET_GC_MASK(code) & word) != 0;
}

std::string_view narrow(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return text;
  constexpr char beyond = '\x9d';
  char* const out = arena.bytes(text.size());
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    out[length++] = c <= 0xff ? static_cast<char>(c) : beyond;
  }
  arena.shrink_last(out, text.size(), length);
  return {out, length};
}

bool matches_characters(const Regex& pattern, std::string_view text, Arena& arena, RegexScratch& scratch) {
  return pattern.matches(narrow(text, arena), scratch);
}

}  // namespace thresh
