// base64 and quoted-printable in the dialect of Mail::SpamAssassin::Util, each in one pass into the arena.
#include "engine/message/transfer_encoding.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

enum : std::uint8_t { foreign = 0xff, space = 0xfe, padding = 0xfd };

constexpr std::array<std::uint8_t, 256> base64_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(foreign);
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  for (const unsigned char c : std::string_view(" \t\n\v\f\r")) values[c] = space;
  values['='] = padding;
  return values;
}();

}  // namespace

std::string_view decode_base64(std::string_view text, Arena& arena) {
  // What a padding sign inside the text means depends on the whole of it: with nothing foreign and a multiple
  // of four signs Perl's own decoder reads it as 'A', otherwise unpack("u") reads it as '/'.
  std::size_t signs = 0;  // of the alphabet and padding
  std::size_t last = 0;   // signs up to the last one that is not padding
  bool any_foreign = false;
  for (const char c : text) {
    const std::uint8_t value = base64_values[static_cast<unsigned char>(c)];
    if (value == space) continue;
    if (value == foreign) {
      any_foreign = true;
      continue;
    }
    ++signs;
    if (value != padding) last = signs;
  }
  const std::uint32_t inner_padding = !any_foreign && signs % 4 == 0 ? 0 : 63;
  std::size_t left = last;
  if (left % 4 == 1) --left;
  const std::size_t size = left * 6 / 8;
  char* const out = arena.bytes(size + 3);
  char* to = out;
  std::uint32_t bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    if (left == 0) break;
    std::uint32_t value = base64_values[static_cast<unsigned char>(c)];
    if (value == space || value == foreign) continue;
    if (value == padding) value = inner_padding;
    --left;
    bits = bits << 6 | value;
    if (++count == 4) {
      *to++ = static_cast<char>(bits >> 16);
      *to++ = static_cast<char>(bits >> 8);
      *to++ = static_cast<char>(bits);
      count = 0;
      bits = 0;
    }
  }
  if (count >= 2) *to++ = static_cast<char>(bits >> (count == 2 ? 4 : 10));
  if (count == 3) *to++ = static_cast<char>(bits >> 2);
  arena.shrink_last(out, size + 3, size);
  return {out, size};
}

std::string_view decode_quoted_printable(std::string_view text, Arena& arena) {
  char* const out = arena.bytes(text.size());
  char* to = out;
  // First the lines: white space before a newline goes away, then a = that ends the line takes the newline
  // with it.
  const char* from = text.data();
  const char* const end = from + text.size();
  while (from < end) {
    const auto rest = static_cast<std::size_t>(end - from);
    const char* const newline = static_cast<const char*>(std::memchr(from, '\n', rest));
    if (newline == nullptr) {
      std::memcpy(to, from, rest);
      to += rest;
      break;
    }
    const char* const ending = newline > from && newline[-1] == '\r' ? newline - 1 : newline;
    const char* line_end = ending;
    while (line_end > from && ascii::is_blank(line_end[-1])) --line_end;
    const bool soft = line_end > from && line_end[-1] == '=';
    if (soft) --line_end;
    const auto size = static_cast<std::size_t>(line_end - from);
    std::memcpy(to, from, size);
    to += size;
    if (!soft)
      for (const char* c = ending; c <= newline; ++c) *to++ = *c;
    from = newline + 1;
  }
  // Then the escapes, in place, since one may span a soft line break.
  const char* const stop = to;
  char* kept = out;
  const char* at = out;
  while (at < stop) {
    const auto rest = static_cast<std::size_t>(stop - at);
    const char* const sign = static_cast<const char*>(std::memchr(at, '=', rest));
    const std::size_t plain = sign == nullptr ? rest : static_cast<std::size_t>(sign - at);
    if (kept != at) std::memmove(kept, at, plain);
    kept += plain;
    at += plain;
    if (sign == nullptr) break;
    if (stop - at >= 3 && ascii::is_xdigit(at[1]) && ascii::is_xdigit(at[2])) {
      *kept++ = static_cast<char>(ascii::hex_value(at[1]) << 4 | ascii::hex_value(at[2]));
      at += 3;
    } else {
      *kept++ = *at++;
    }
  }
  const auto size = static_cast<std::size_t>(kept - out);
  arena.shrink_last(out, text.size(), size);
  return {out, size};
}

std::string_view crlf_to_lf(std::string_view text, Arena& arena) {
  std::size_t at = text.find("\r\n");
  if (at == std::string_view::npos) return text;
  char* const out = arena.bytes(text.size());
  char* to = out;
  std::size_t from = 0;
  for (; at != std::string_view::npos; at = text.find("\r\n", at + 2)) {
    std::memcpy(to, text.data() + from, at - from);
    to += at - from;
    from = at + 1;
  }
  std::memcpy(to, text.data() + from, text.size() - from);
  to += text.size() - from;
  const auto size = static_cast<std::size_t>(to - out);
  arena.shrink_last(out, text.size(), size);
  return {out, size};
}

}  // namespace thresh
