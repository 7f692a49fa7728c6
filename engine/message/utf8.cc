// Strict UTF-8 as Perl's Encode 3.17 reads it (Encode.xs process_utf8).
#include "engine/message/utf8.h"

namespace thresh::utf8 {
namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xc0) == 0x80;
}

// Noncharacters are refused as well.
bool is_interchangeable(char32_t c) {
  if (c >= 0xd800 && c <= 0xdfff) return false;
  if (c >= 0xfdd0 && c <= 0xfdef) return false;
  return (c & 0xfffe) != 0xfffe && c <= 0x10ffff;
}

// An oddity of Perl 5.36: its automaton for one character does not stop at a first byte that can start none,
// but reads the next byte as if it were of the neighbouring class. Where that makes a whole sequence, all of
// it is one error, good characters included. Gives the bytes of such an error, 0 where there is none.
std::size_t swallowed_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto starts_none = [](unsigned b) { return b == 0xc0 || b == 0xc1 || b == 0xed || b > 0xf4; };
  const auto between = [&](std::size_t i, unsigned from, unsigned to) {
    return byte(i) >= from && byte(i) <= to;
  };
  const auto any = [&](std::size_t i) { return between(i, 0x80, 0xbf); };
  const auto noncharacter = [&] { return (byte(2) & 0xf) == 0xf && byte(3) == 0xbf && byte(4) >= 0xbe; };
  if (!starts_none(byte(0)) && !any(0)) return 0;
  const unsigned lead = byte(1);
  if (starts_none(lead)) return any(2) ? 3 : 0;
  if (lead >= 0xc2 && lead <= 0xdf) return any(2) && any(3) ? 4 : 0;
  if (lead >= 0xe1 && lead <= 0xee) {
    const bool refused = (byte(2) == 0xb7 && between(3, 0x90, 0xaf)) || (byte(2) == 0xbf && byte(3) >= 0xbe);
    return any(2) && any(3) && !refused ? 4 : 0;
  }
  if (lead >= 0xf1 && lead <= 0xf3) return between(2, 0xa0, 0xbf) && any(3) ? 4 : 0;
  const bool second = lead == 0xe0   ? between(2, 0x90, 0xbf)
                      : lead == 0xef ? between(2, 0x80, 0x8f)
                                     : lead == 0xf4 && any(2);
  return second && any(3) && any(4) && !noncharacter() ? 5 : 0;
}

}  // namespace

CodePoint strict_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const std::size_t length = sequence_length(lead);
  if (at + length > text.size()) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (!is_continuation(byte)) return {};
    value = value << 6 | (byte & 0x3fu);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || !is_interchangeable(value)) return {};
  return {value, length};
}

bool is_strict(std::string_view text) {
  for (std::size_t at = first_high(text); at < text.size(); at = first_high(text, at)) {
    const std::size_t length = strict_at(text, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string_view substitute_malformed(std::string_view text, Arena& arena) {
  char* const out = arena.bytes(text.size() * 3);
  char* to = out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = first_high(text, at);
    if (plain > at) std::memcpy(to, text.data() + at, plain - at);
    to += plain - at;
    at = plain;
    if (at == text.size()) break;
    if (const CodePoint found = strict_at(text, at); found.length != 0) {
      std::memcpy(to, text.data() + at, found.length);
      to += found.length;
      at += found.length;
      continue;
    }
    to = append(to, 0xfffd);
    // As many continuation bytes as the lead asks for belong to it.
    const std::size_t length = sequence_length(static_cast<unsigned char>(text[at]));
    std::size_t taken = 1;
    while (taken < length && at + taken < text.size() &&
           is_continuation(static_cast<unsigned char>(text[at + taken])))
      ++taken;
    if (const std::size_t swallowed = swallowed_length(text, at); swallowed != 0) taken = swallowed;
    at += taken;
  }
  const auto size = static_cast<std::size_t>(to - out);
  arena.shrink_last(out, text.size() * 3, size);
  return {out, size};
}

}  // namespace thresh::utf8
