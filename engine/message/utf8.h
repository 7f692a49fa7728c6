// UTF-8 as Perl's Encode sees it: strict for what claims to be it, lenient for what Perl wrote itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/base/arena.h"

namespace thresh::utf8 {

// Offset of the first byte above 0x7f; the size when there is none.
inline std::size_t first_high(std::string_view text, std::size_t from = 0) {
  std::size_t at = from;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
  }
  while (at < text.size() && static_cast<signed char>(text[at]) >= 0) ++at;
  return at;
}

inline bool is_ascii(std::string_view text) {
  return first_high(text) == text.size();
}

// True when every character of the (well-formed) text is below 256.
inline bool is_latin1(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0xc4) return false;
  return true;
}

// Characters of well-formed text.
inline std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

// Offset of the character number `count`; the size when there are fewer.
inline std::size_t offset_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && count-- == 0) break;
  return at;
}

// Bytes that lead a sequence, by Perl's extended reading (up to 13); 1 for what leads none.
inline std::size_t sequence_length(unsigned char lead) {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  if (lead < 0xf8) return 4;
  if (lead < 0xfc) return 5;
  if (lead < 0xfe) return 6;
  return lead == 0xfe ? 7 : 13;
}

// The code point at text[at] and its length, when it is one of Unicode's (no surrogate, no overlong form, at
// most 0x10ffff); length 0 otherwise.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};
[[nodiscard]] CodePoint strict_at(std::string_view text, std::size_t at);

// Whether Encode's strict UTF-8 decodes all of it.
[[nodiscard]] bool is_strict(std::string_view text);

// Decoding with substitution: U+FFFD for each malformed sequence.
[[nodiscard]] std::string_view substitute_malformed(std::string_view text, Arena& arena);

// Appends one code point; `to` has room for 4 bytes.
inline char* append(char* to, char32_t c) {
  if (c < 0x80) {
    *to++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *to++ = static_cast<char>(0xc0 | c >> 6);
    *to++ = static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *to++ = static_cast<char>(0xe0 | c >> 12);
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *to++ = static_cast<char>(0x80 | (c & 0x3f));
  } else {
    *to++ = static_cast<char>(0xf0 | c >> 18);
    *to++ = static_cast<char>(0x80 | (c >> 12 & 0x3f));
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *to++ = static_cast<char>(0x80 | (c & 0x3f));
  }
  return to;
}

// Length of the white space character (Perl's \s on characters) at text[at], 0 when there is none. ASCII is
// included.
inline std::size_t space_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  switch (byte(at)) {
    case ' ':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
      return 1;
    case 0xc2:
      return byte(at + 1) == 0x85 || byte(at + 1) == 0xa0 ? 2 : 0;  // NEL, NBSP
    case 0xe1:
      return byte(at + 1) == 0x9a && byte(at + 2) == 0x80 ? 3 : 0;  // U+1680
    case 0xe2:
      if (byte(at + 1) == 0x80) {
        const unsigned last = byte(at + 2);  // U+2000..200A, 2028, 2029, 202F
        return (last >= 0x80 && last <= 0x8a) || last == 0xa8 || last == 0xa9 || last == 0xaf ? 3 : 0;
      }
      return byte(at + 1) == 0x81 && byte(at + 2) == 0x9f ? 3 : 0;  // U+205F
    case 0xe3:
      return byte(at + 1) == 0x80 && byte(at + 2) == 0x80 ? 3 : 0;  // U+3000
    default:
      return 0;
  }
}

}  // namespace thresh::utf8
