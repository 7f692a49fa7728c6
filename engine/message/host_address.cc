// IPv4 addresses in disguise; see host_address.h. Numbers follow Perl's arithmetic: 64 bits, what does not
// fit becomes the largest number, which %d prints as -1.
#include "engine/message/host_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "engine/base/ascii.h"

namespace thresh::host_address {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
// What the longest octet of other than decimal form can grow by: sign and digits of 64 bits.
constexpr std::size_t octet_room = 24;

std::uint64_t number(std::string_view digits, unsigned base) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<unsigned>(ascii::hex_value(c));
    if (value > (largest - digit) / base) return largest;
    value = value * base + digit;
  }
  return value;
}

bool has_hex_prefix(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && ascii::to_lower(text[1]) == 'x' && ascii::is_xdigit(text[2]);
}

bool is_number(std::string_view text) {
  if (has_hex_prefix(text)) return std::ranges::all_of(text.substr(2), ascii::is_xdigit);
  return !text.empty() && std::ranges::all_of(text, ascii::is_digit);
}

// What stands behind leading zeros as an octal number of up to 0377, else npos.
bool is_octal_octet(std::string_view digits) {
  if (digits.empty() || digits.size() > 3 || (digits.size() == 3 && digits[0] > '3') || digits[0] == '0')
    return false;
  return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '7'; });
}

char* put_octet(std::string_view octet, char* out) {
  if (has_hex_prefix(octet)) {
    const auto value = static_cast<std::int64_t>(number(octet.substr(2), 16));
    if (value == 0) return out;  // its only digit is a leading zero
    return fmt::format_to(out, "{}", value);
  }
  const bool leading_zero = octet[0] == '0';
  octet.remove_prefix(std::min(octet.find_first_not_of('0'), octet.size()));
  if (leading_zero && is_octal_octet(octet)) return fmt::format_to(out, "{}", number(octet, 8));
  return std::ranges::copy(octet, out).out;
}

std::string_view octets_of(std::uint64_t value, Arena& arena) {
  // sprintf "%08lx", of which four pairs of digits are read.
  while (value > 0xFFFFFFFF) value >>= 4;
  char* out = arena.bytes(16);
  const char* end = fmt::format_to(out, "{}.{}.{}.{}", value >> 24, (value >> 16) & 0xFF, (value >> 8) & 0xFF,
                                   value & 0xFF);
  return {out, static_cast<std::size_t>(end - out)};
}

}  // namespace

bool is_dotted(std::string_view host) {
  for (int octet = 1; octet < 4; ++octet) {
    const std::size_t dot = host.find('.');
    if (dot == npos || !is_number(host.substr(0, dot))) return false;
    host.remove_prefix(dot + 1);
  }
  return is_number(host);
}

bool is_hex(std::string_view host) {
  return has_hex_prefix(host) && is_number(host);
}

std::string_view decode_dotted(std::string_view host, Arena& arena) {
  const std::size_t room = host.size() + 4 * octet_room;
  char* const begin = arena.bytes(room);
  char* out = begin;
  for (;;) {
    const std::size_t dot = host.find('.');
    out = put_octet(host.substr(0, dot), out);
    if (dot == npos) break;
    *out++ = '.';
    host.remove_prefix(dot + 1);
  }
  const auto size = static_cast<std::size_t>(out - begin);
  arena.shrink_last(begin, room, size);
  return {begin, size};
}

std::string_view decode_hex(std::string_view host, Arena& arena) {
  host.remove_prefix(2);
  if (host.size() > 8) host.remove_prefix(host.size() - 8);
  return octets_of(number(host, 16), arena);
}

std::string_view decode_number(std::string_view digits, Arena& arena) {
  return octets_of(number(digits, 10), arena);
}

}  // namespace thresh::host_address
