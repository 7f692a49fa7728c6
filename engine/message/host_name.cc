// Host names and addresses by their form; see host_name.h.
#include "engine/message/host_name.h"

#include <cstddef>

#include "engine/base/ascii.h"

namespace thresh {

namespace {

constexpr std::size_t max_name = 253;
constexpr std::size_t max_label = 63;

// /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i, where Perl's $ lets one newline stand at the end.
bool is_label(std::string_view label) {
  if (label.empty() || label.size() > max_label) return false;
  if (label.back() == '\n') label.remove_suffix(1);
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  for (const char c : label)
    if (!ascii::is_word(c) && c != '-') return false;
  return true;
}

// 0 to 255 without leading zeros, four times.
bool is_ipv4(std::string_view text) {
  std::size_t at = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && (at >= text.size() || text[at++] != '.')) return false;
    const std::size_t begin = at;
    int value = 0;
    while (at < text.size() && at - begin < 3 && ascii::is_digit(text[at]))
      value = value * 10 + (text[at++] - '0');
    if (at == begin || value > 255 || (at - begin > 1 && text[begin] == '0')) return false;
  }
  return at == text.size();
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool compressed = false;
  std::size_t at = 0;
  if (text.starts_with("::")) {
    compressed = true;
    at = 2;
  }
  while (at < text.size()) {
    const std::size_t begin = at;
    while (at < text.size() && ascii::is_xdigit(text[at])) ++at;
    if (at < text.size() && text[at] == '.') {
      // The last 32 bits in IPv4 form. A compression stands for one group or more.
      return is_ipv4(text.substr(begin)) && (compressed ? groups <= 5 : groups == 6);
    }
    if (at == begin || at - begin > 4) return false;
    ++groups;
    if (at == text.size()) break;
    if (text[at++] != ':') return false;
    if (at < text.size() && text[at] == ':') {
      if (compressed) return false;
      compressed = true;
      ++at;
    } else if (at == text.size()) {
      return false;
    }
  }
  return compressed ? groups <= 7 : groups == 8;
}

}  // namespace

bool is_fqdn_valid(std::string_view name, bool /*is_ascii*/) {
  while (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > max_name) return false;
  // From the end: the last two labels are stricter.
  for (int from_end = 1;; ++from_end) {
    const std::size_t dot = name.rfind('.');
    const std::string_view label = dot == std::string_view::npos ? name : name.substr(dot + 1);
    if (!is_label(label)) return false;
    if (from_end <= 2 && label.contains('_')) return false;
    if (dot == std::string_view::npos) return from_end > 1;
    name = name.substr(0, dot);
  }
}

bool is_ip_address(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty()) return false;
  if (is_ipv4(text)) return true;
  if (ascii::istarts_with(text, "ipv6:")) text.remove_prefix(5);
  return is_ipv6(text);
}

}  // namespace thresh
