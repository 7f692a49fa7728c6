// Escapes within URIs; see uri_escape.h.
#include "engine/message/uri_escape.h"

#include <array>
#include <cstddef>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/message/perl_text.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view digits = "0123456789abcdef";

bool is_escape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && text[at] == '%' && ascii::is_xdigit(text[at + 1]) &&
         ascii::is_xdigit(text[at + 2]);
}

struct Reference {
  std::size_t end;  // behind its ';'
  char character;
};

std::size_t skip_zeros(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == '0') ++at;
  return at;
}

// &#0*(3[3-9]|[4-9]\d|1[01]\d|12[0-6]);
std::optional<Reference> decimal_reference(std::string_view text, std::size_t at, bool characters) {
  at = skip_zeros(text, at + 2);
  if (at >= text.size() || !ascii::is_digit(text[at])) return std::nullopt;
  const char first = text[at++];
  int value = first - '0';
  // \d takes other scripts' digits in a string of characters, but they count as nothing in the number.
  const auto any_digit = [&] {
    if (at >= text.size()) return false;
    if (ascii::is_digit(text[at])) {
      value = value * 10 + (text[at++] - '0');
      return true;
    }
    if (!characters || !ascii::is_high(text[at])) return false;
    std::size_t next = at;
    if (!perl::is_digit(perl::next_character(text, next))) return false;
    at = next;
    return true;
  };
  if (first == '3') {
    if (at >= text.size() || text[at] < '3' || text[at] > '9' || !any_digit()) return std::nullopt;
  } else if (first >= '4') {
    if (!any_digit()) return std::nullopt;
  } else if (first == '1') {
    if (at >= text.size() || text[at] < '0' || text[at] > '2') return std::nullopt;
    const bool last = text[at] == '2';
    value = value * 10 + (text[at++] - '0');
    if (last && (at >= text.size() || text[at] < '0' || text[at] > '6')) return std::nullopt;
    if (!any_digit()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (at >= text.size() || text[at] != ';') return std::nullopt;
  return Reference{at + 1, static_cast<char>(value)};
}

// &#x0*(2[1-9]|[3-6][a-fA-F0-9]|7[0-9a-eA-E]);
std::optional<Reference> hex_reference(std::string_view text, std::size_t at, bool /*characters*/) {
  at += 2;
  if (at >= text.size() || text[at] != 'x') return std::nullopt;
  at = skip_zeros(text, at + 1);
  if (at + 2 >= text.size() || !ascii::is_xdigit(text[at + 1]) || text[at + 2] != ';') return std::nullopt;
  const char first = text[at];
  const char second = ascii::to_lower(text[at + 1]);
  const bool printable = (first == '2' && second >= '1' && second <= '9') || (first >= '3' && first <= '6') ||
                         (first == '7' && second != 'f');
  if (!printable) return std::nullopt;
  return Reference{at + 3, static_cast<char>(ascii::hex_value(first) * 16 + ascii::hex_value(second))};
}

// &#(?:x2e|12290|x3002|65294|xff0e|65377|xff61);
std::optional<Reference> dot_reference(std::string_view text, std::size_t at, bool /*characters*/) {
  for (const std::string_view dot : {"x2e;", "12290;", "x3002;", "65294;", "xff0e;", "65377;", "xff61;"})
    if (ascii::istarts_with(text.substr(at + 2), dot)) return Reference{at + 2 + dot.size(), '.'};
  return std::nullopt;
}

template <typename Read>
std::string_view replace_references(std::string_view text, Arena& arena, bool characters, Read read) {
  char* out = nullptr;
  std::size_t size = 0;
  std::size_t copied = 0;
  const auto copy_to = [&](std::size_t end) {
    text.copy(out + size, end - copied, copied);
    size += end - copied;
  };
  for (std::size_t at = text.find("&#"); at != npos; at = text.find("&#", at)) {
    const std::optional<Reference> reference = read(text, at, characters);
    if (!reference) {
      ++at;
      continue;
    }
    if (out == nullptr) out = arena.bytes(text.size());
    copy_to(at);
    out[size++] = reference->character;
    at = copied = reference->end;
  }
  if (out == nullptr) return text;
  copy_to(text.size());
  arena.shrink_last(out, text.size(), size);
  return {out, size};
}

}  // namespace

bool has_escape(std::string_view text) {
  for (std::size_t at = text.find('%'); at != npos; at = text.find('%', at + 1))
    if (is_escape(text, at)) return true;
  return false;
}

std::string_view url_encode(std::string_view text, Arena& arena, bool characters) {
  char* out = arena.bytes(text.size() * 3);
  std::size_t size = 0;
  const auto put_escape = [&](unsigned code) {
    out[size++] = '%';
    out[size++] = digits[code >> 4];
    out[size++] = digits[code & 15];
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_escape(text, at)) {
      const int code = ascii::hex_value(text[at + 1]) * 16 + ascii::hex_value(text[at + 2]);
      if (code > 0x20 && code < 0x7F) {
        out[size++] = static_cast<char>(code);
      } else {
        text.copy(out + size, 3, at);
        size += 3;
      }
      at += 3;
    } else if (c <= ' ' || ascii::is_high(c) || c == 0x7F || c == '"' || c == '%' || c == '<' || c == '>') {
      const std::size_t begin = at;
      const char32_t code =
          characters ? perl::next_character(text, at) : static_cast<unsigned char>(text[at++]);
      if (code <= 0xFF) {
        put_escape(static_cast<unsigned>(code));
      } else {
        text.copy(out + size, at - begin, begin);
        size += at - begin;
      }
    } else {
      out[size++] = c;
      ++at;
    }
  }
  arena.shrink_last(out, text.size() * 3, size);
  return {out, size};
}

std::string_view decode_references(std::string_view text, Arena& arena, bool characters) {
  text = replace_references(text, arena, characters, decimal_reference);
  text = replace_references(text, arena, characters, hex_reference);
  return replace_references(text, arena, characters, dot_reference);
}

}  // namespace thresh
