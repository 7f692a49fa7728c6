#include "engine/message/charset_validity.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "engine/base/ascii.h"
#include "engine/message/utf8.h"

namespace thresh {
namespace {

// Length of the character that starts at `at`, 0 where there is none. Bytes behind the end read as NUL, which
// continues nothing.
using CharacterLength = std::size_t (*)(std::string_view bytes, std::size_t at);

struct MultiByteCharset {
  std::string_view name;
  CharacterLength length;
  std::string_view exclusion;
};

bool in(unsigned char byte, unsigned char first, unsigned char last) {
  return byte >= first && byte <= last;
}

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

bool is_euc(unsigned char byte) {
  return in(byte, 0xa1, 0xfe);
}

// As Perl has it. The old detector was laxer (RFC 2279), to no effect: what Perl cannot decode is lost either
// way.
std::size_t utf8_length(std::string_view bytes, std::size_t at) {
  const std::size_t length = utf8::sequence_length(static_cast<unsigned char>(bytes[at]));
  return length > 1 && utf8::is_strict(bytes.substr(at, length)) ? length : 0;
}

std::size_t shift_jis_length(std::string_view bytes, std::size_t at) {
  const unsigned char lead = byte_at(bytes, at), trail = byte_at(bytes, at + 1);
  if (in(lead, 0xa0, 0xdf)) return 1;
  const bool is_lead = in(lead, 0x80, 0x9f) || in(lead, 0xe0, 0xec);
  return is_lead && (in(trail, 0x40, 0x7e) || in(trail, 0x80, 0xfc)) ? 2 : 0;
}

std::size_t euc_jp_length(std::string_view bytes, std::size_t at) {
  const unsigned char lead = byte_at(bytes, at), second = byte_at(bytes, at + 1);
  if (lead == 0x8e) return in(second, 0xa1, 0xdf) ? 2 : 0;
  if (lead == 0x8f) return is_euc(second) && is_euc(byte_at(bytes, at + 2)) ? 3 : 0;
  return is_euc(lead) && is_euc(second) ? 2 : 0;
}

std::size_t euc_kr_length(std::string_view bytes, std::size_t at) {
  const unsigned char lead = byte_at(bytes, at);
  const bool is_lead = is_euc(lead) && !in(lead, 0xad, 0xaf) && lead != 0xc9;
  return is_lead && is_euc(byte_at(bytes, at + 1)) ? 2 : 0;
}

std::size_t big5_length(std::string_view bytes, std::size_t at) {
  const unsigned char trail = byte_at(bytes, at + 1);
  return is_euc(byte_at(bytes, at)) && (in(trail, 0x40, 0x7e) || in(trail, 0x80, 0xfe)) ? 2 : 0;
}

std::size_t gb18030_length(std::string_view bytes, std::size_t at) {
  const unsigned char lead = byte_at(bytes, at), second = byte_at(bytes, at + 1);
  if (lead == 0x80) return 1;
  if (!in(lead, 0x81, 0xfe)) return 0;
  if (in(second, 0x30, 0x39))
    return in(byte_at(bytes, at + 2), 0x81, 0xfe) && in(byte_at(bytes, at + 3), 0x30, 0x39) ? 4 : 0;
  return in(second, 0x40, 0x7e) || in(second, 0x80, 0xfe) ? 2 : 0;
}

constexpr std::array<MultiByteCharset, 6> multi_byte{{
    {"UTF-8", utf8_length, "\xa4\xa2 "},
    {"Shift_JIS", shift_jis_length, "\xfd\xfe "},
    {"EUC-JP", euc_jp_length, "\xa1\x41 "},
    {"EUC-KR", euc_kr_length, "\xad\xa1 "},
    {"Big5", big5_length, "\x81\x81 "},
    {"gb18030", gb18030_length, "\x8f\xa1\xa1 "},
}};

const MultiByteCharset* find(std::string_view name) {
  const auto* const found =
      std::find_if(multi_byte.begin(), multi_byte.end(), [&](const auto& c) { return c.name == name; });
  return found == multi_byte.end() ? nullptr : found;
}

// The detector leaves out ASCII but for the two bytes behind one that is not.
constexpr std::size_t looked_at = 2;

// The shift codes of ISO 2022, which none of these charsets has.
bool is_shift_code(char c) {
  return c == '\x0e' || c == '\x0f' || c == '\x1b';
}

}  // namespace

bool is_well_formed(std::string_view charset, std::string_view bytes) {
  const MultiByteCharset* const known = find(charset);
  if (known == nullptr) return true;
  std::size_t looks = 0;  // how many more bytes of ASCII the detector looks at
  for (std::size_t at = 0; at < bytes.size();) {
    if (!ascii::is_high(bytes[at])) {
      if (looks > 0 && is_shift_code(bytes[at])) return false;
      if (looks > 0) --looks;
      ++at;
      continue;
    }
    const std::size_t length = known->length(bytes, at);
    if (length == 0) return false;
    at += length;
    looks = ascii::is_high(bytes[at - 1]) ? looked_at : looked_at - 1;
  }
  return true;
}

std::string_view exclusion(std::string_view charset) {
  const MultiByteCharset* const known = find(charset);
  return known == nullptr ? std::string_view() : known->exclusion;
}

}  // namespace thresh
