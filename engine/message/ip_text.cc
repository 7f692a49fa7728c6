#include "engine/message/ip_text.h"

#include <algorithm>
#include <span>

#include "engine/base/ascii.h"
#include "engine/message/ip_networks.h"

namespace thresh {
namespace {

using ascii::is_digit;
using ascii::is_word;
constexpr std::size_t npos = std::string_view::npos;

bool is_hex_or_colon(char c) {
  return ascii::is_xdigit(c) || c == ':';
}

// No address has more groups than this; a run that splits into more is none.
constexpr std::size_t max_groups = 9;

// A run of [a-f0-9:] cut at its colons: the groups before "::" and those after it.
struct Groups {
  std::array<std::string_view, max_groups> left{}, right{};
  std::size_t lefts = 0, rights = 0;
  bool gap = false;  // has "::"
  [[nodiscard]] std::span<const std::string_view> before() const { return {left.data(), lefts}; }
  [[nodiscard]] std::span<const std::string_view> after() const { return {right.data(), rights}; }
};

// Splits `run`, whose groups have 1 to 4 digits each. With `open`, the run ends in the colon before an IPv4
// part, which belongs to the last group or to "::". False: not of that shape.
bool split_groups(std::string_view run, bool open, Groups& out) {
  if (run.empty()) return false;
  std::size_t at = 0;
  bool need_group = true;
  if (run.starts_with("::")) {
    out.gap = true;
    at = 2;
    need_group = false;
  }
  while (at < run.size()) {
    std::size_t end = at;
    while (end < run.size() && run[end] != ':') ++end;
    const std::size_t size = end - at;
    if (size == 0 || size > 4) return false;
    const std::string_view group = run.substr(at, size);
    if (out.gap) {
      if (out.rights == max_groups) return false;
      out.right[out.rights++] = group;
    } else {
      if (out.lefts == max_groups) return false;
      out.left[out.lefts++] = group;
    }
    need_group = false;
    if (end == run.size()) return !open;  // an open run has a colon after its last group
    at = end + 1;
    if (at < run.size() && run[at] == ':') {
      if (out.gap) return false;
      out.gap = true;
      ++at;
    } else {
      need_group = true;
    }
  }
  return open ? true : !need_group;
}

// One decimal octet without leading zeros at text[at] that takes all digits there; npos when it is none.
std::size_t octet_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  unsigned value = 0;
  while (end < text.size() && is_digit(text[end])) {
    if (end - at == 3) return npos;
    value = value * 10 + static_cast<unsigned>(text[end] - '0');
    ++end;
  }
  if (end == at || value > 255 || (text[at] == '0' && end - at > 1)) return npos;
  return end;
}

// Four octets; npos when they are not there.
std::size_t dotted_end(std::string_view text, std::size_t at) {
  for (int i = 0; i < 4; ++i) {
    at = octet_end(text, at);
    if (at == npos) return npos;
    if (i < 3) {
      if (at >= text.size() || text[at] != '.') return npos;
      ++at;
    }
  }
  return at;
}

bool word_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_word(text[at]);
}

// \b before text[at], where a digit stands.
bool word_begins(std::string_view text, std::size_t at) {
  return at == 0 || !is_word(text[at - 1]);
}

// Start of the hexadecimal part of an IPv6 form at text[at]: after "IPv6:", or `at` itself when nothing of
// its kind stands before. npos: no IPv6 form can begin here.
std::size_t ipv6_begin(std::string_view text, std::size_t at) {
  if (at >= text.size()) return npos;
  if (is_hex_or_colon(text[at])) return at > 0 && is_hex_or_colon(text[at - 1]) ? npos : at;
  if ((text[at] == 'I' || text[at] == 'i') && ascii::istarts_with(text.substr(at), "IPv6:")) return at + 5;
  return npos;
}

std::size_t run_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_hex_or_colon(text[at])) ++at;
  return at;
}

bool all_zero(std::span<const std::string_view> groups) {
  return std::ranges::all_of(groups, [](std::string_view g) { return g.find_first_not_of('0') == npos; });
}

// The expressions' ways to write ::ffff: before an IPv4 address, `run` ending in its colon. Where "::" has
// two or three zero groups before it they allow only short zeros after it.
bool is_zero_mapped_prefix(std::string_view run) {
  Groups g;
  if (!split_groups(run, true, g)) return false;
  if (!g.gap) return g.lefts == 6 && ascii::iequals(g.left[5], "ffff") && all_zero(g.before().first(5));
  if (g.rights == 0 || !ascii::iequals(g.right[g.rights - 1], "ffff")) return false;
  const std::size_t zeros = g.rights - 1;
  if (!all_zero(g.before()) || !all_zero(g.after().first(zeros))) return false;
  switch (g.lefts) {
    case 0:
      return zeros <= 4;
    case 1:
      return zeros <= 3;
    case 2:
      return zeros == 0 || (zeros == 1 && g.right[0].size() <= 2);
    case 3:
      return zeros == 0 || (zeros == 1 && g.right[0].size() == 1);
    case 4:
      return zeros == 0;
    default:
      return false;
  }
}

// ::1 in all its lengths.
bool is_loopback_run(std::string_view run) {
  Groups g;
  if (!split_groups(run, false, g)) return false;
  const auto is_one = [](std::string_view group) {
    return group.back() == '1' && all_zero({{group.substr(0, group.size() - 1)}});
  };
  if (!g.gap) return g.lefts == 8 && is_one(g.left[7]) && all_zero(g.before().first(7));
  return g.rights >= 1 && g.lefts <= 6 && g.rights - 1 <= 6 - g.lefts && is_one(g.right[g.rights - 1]) &&
         all_zero(g.before()) && all_zero(g.after().first(g.rights - 1));
}

// The colon that ends what stands before the first octet of a mapped address, whose run of hex digits ends at
// `end` with a dot behind it; npos when there is none.
std::size_t last_colon(std::string_view text, std::size_t begin, std::size_t end) {
  if (end >= text.size() || text[end] != '.') return npos;
  for (std::size_t i = end; i > begin; --i)
    if (text[i - 1] == ':') return i - 1;
  return npos;
}

// "10.", "172.16." and so on at the start of `text`, the dot included: the IPv4 half of IP_PRIVATE.
bool starts_private_v4(std::string_view text) {
  if (text.starts_with("10.") || text.starts_with("127.") || text.starts_with("169.254.") ||
      text.starts_with("192.168."))
    return true;
  const auto second =
      [&](std::size_t at) -> int {  // the octet there, written without leading zeros; -1: none
    const std::size_t end = octet_end(text, at);
    if (end == npos || end >= text.size() || text[end] != '.') return -1;
    int value = 0;
    for (std::size_t i = at; i < end; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  if (text.starts_with("172.")) {
    const int v = second(4);
    return v >= 16 && v <= 31;
  }
  if (text.starts_with("100.")) {
    const int v = second(4);
    return v >= 64 && v <= 127;
  }
  return false;
}

// `whole`: nothing but a newline may follow what is matched.
bool private_at_start(std::string_view text, bool whole) {
  // Perl's .* stops at a newline, and $ allows one at the very end.
  const auto rest_allowed = [&] {
    if (!whole) return true;
    const std::size_t newline = text.find('\n');
    return newline == npos || newline + 1 == text.size();
  };
  if (starts_private_v4(text)) return rest_allowed();
  const std::size_t begin = ipv6_begin(text, 0);
  if (begin == npos) return false;
  const std::size_t end = run_end(text, begin);
  const std::string_view run = text.substr(begin, end - begin);
  const std::size_t colon = last_colon(text, begin, end);
  if (colon != npos && is_zero_mapped_prefix(text.substr(begin, colon + 1 - begin)) &&
      starts_private_v4(text.substr(colon + 1)))
    return rest_allowed();
  if (run.size() >= 5 && ascii::istarts_with(run, "fe") && run[4] == ':' && ascii::is_xdigit(run[3])) {
    const char c = ascii::to_lower(run[2]);
    if (c == '8' || c == '9' || c == 'a' || c == 'b') return rest_allowed();
  }
  if (!is_loopback_run(run)) return false;
  return !whole || end == text.size() || (end + 1 == text.size() && text[end] == '\n');
}

std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

bool whole(const AddressEnds& ends, std::string_view text) {
  return std::ranges::find(ends, without_newline(text).size()) != ends.end() ||
         std::ranges::find(ends, text.size()) != ends.end();
}

}  // namespace

AddressEnds match_ip_address(std::string_view text, std::size_t at) {
  AddressEnds out;
  if (at < text.size() && is_digit(text[at]) && word_begins(text, at) && (at == 0 || text[at - 1] != ':')) {
    const std::size_t end = dotted_end(text, at);
    if (end != npos && !word_at(text, end)) out.add(end);
  }
  const std::size_t begin = ipv6_begin(text, at);
  if (begin == npos) return out;
  const std::size_t end = run_end(text, begin);
  if (const std::size_t colon = last_colon(text, begin, end); colon != npos) {
    Groups g;
    const bool shape = split_groups(text.substr(begin, colon + 1 - begin), true, g);
    if (shape && (g.gap ? g.lefts + g.rights <= 5 : g.lefts == 6)) {
      const std::size_t v4 = dotted_end(text, colon + 1);
      if (v4 != npos && (v4 == text.size() || !is_hex_or_colon(text[v4]))) out.add(v4);
    }
  }
  Groups g;
  if (split_groups(text.substr(begin, end - begin), false, g) &&
      (g.gap ? g.lefts + g.rights <= 7 : g.lefts == 8))
    out.add(end);
  return out;
}

AddressEnds match_localhost(std::string_view text, std::size_t at) {
  AddressEnds out;
  const std::string_view rest = text.substr(at);
  if (ascii::istarts_with(rest, "localhost")) {
    if (ascii::istarts_with(rest.substr(9), ".localdomain")) out.add(at + 21);
    out.add(at + 9);
    return out;
  }
  if (rest.starts_with("127.0.0.1") && word_begins(text, at) && (at == 0 || text[at - 1] != ':') &&
      !word_at(text, at + 9))
    out.add(at + 9);
  const std::size_t begin = ipv6_begin(text, at);
  if (begin == npos) return out;
  const std::size_t end = run_end(text, begin);
  if (const std::size_t colon = last_colon(text, begin, end);
      colon != npos && is_zero_mapped_prefix(text.substr(begin, colon + 1 - begin)) &&
      text.substr(colon + 1).starts_with("127.0.0.1")) {
    const std::size_t v4 = colon + 10;
    if (v4 == text.size() || !is_hex_or_colon(text[v4])) out.add(v4);
  }
  if (is_loopback_run(text.substr(begin, end - begin))) out.add(end);
  return out;
}

std::optional<AddressSpan> find_ip_address(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_hex_or_colon(c) && c != 'I' && c != 'i') continue;
    if (const AddressEnds ends = match_ip_address(text, i); ends.count > 0) return AddressSpan{i, ends};
    // Nothing begins inside a run of hexadecimal digits and colons.
    while (i + 1 < text.size() && is_hex_or_colon(text[i]) && is_hex_or_colon(text[i + 1])) ++i;
  }
  return std::nullopt;
}

std::string_view find_standalone_ip(std::string_view text) {
  const auto boundary = [&](std::size_t at) {
    return (at > 0 && is_word(text[at - 1])) != word_at(text, at);
  };
  std::size_t from = 0;
  while (const auto span = find_ip_address(text, from)) {
    const std::size_t begin = span->begin;
    if ((begin == 0 || text[begin - 1] != '.') && boundary(begin)) {
      for (const std::size_t end : span->ends)
        if (boundary(end) && (end == text.size() || text[end] != '.')) return text.substr(begin, end - begin);
    }
    from = begin + 1;
  }
  return {};
}

bool is_ip_address(std::string_view text) {
  return whole(match_ip_address(text, 0), text);
}

bool is_ipv4_address(std::string_view text) {
  const std::size_t end = dotted_end(text, 0);
  return end != npos && (end == text.size() || (end + 1 == text.size() && text[end] == '\n'));
}

bool is_localhost(std::string_view text) {
  return whole(match_localhost(text, 0), text);
}

bool is_private_ip(std::string_view text) {
  return private_at_start(text, false);
}
bool is_whole_private_ip(std::string_view text) {
  return private_at_start(text, true);
}

}  // namespace thresh
