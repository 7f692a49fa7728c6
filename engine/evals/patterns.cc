#include "engine/evals/patterns.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

using namespace std::string_view_literals;

#define THRESH_OCTET R"((?:1\d\d|2[0-4]\d|25[0-5]|[1-9]\d|\d))"
#define THRESH_QUAD THRESH_OCTET R"(\.)" THRESH_OCTET R"(\.)" THRESH_OCTET R"(\.)" THRESH_OCTET

// Length of one decimal octet, 0-255 without leading zeros, taking as many digits as the alternatives of
// Perl's pattern can.
std::size_t octet_length(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  int value = 0;
  while (at + n < text.size() && ascii::is_digit(text[at + n]) && n < 3) {
    value = value * 10 + (text[at + n] - '0');
    ++n;
  }
  if (n == 0 || value > 255 || (n > 1 && text[at] == '0')) return 0;
  return n;
}

}  // namespace

Regex fixed_pattern(std::string_view source, std::string_view modifiers) {
  Result<Regex> made = Regex::compile(source, modifiers);
  if (!made) {
    std::fprintf(stderr, "internal pattern %.*s: %s\n", static_cast<int>(source.size()), source.data(),
                 made.error().text().c_str());
    std::abort();
  }
  return std::move(*made);
}

const std::string_view ip_address_pattern = R"((?i:\b(?<!:))" THRESH_QUAD R"(\b|(?:IPv6:|(?<![a-f0-9:]))(?:)"
                                            // IPv4 in IPv6
                                            R"((?:(?:[a-f0-9]{1,4}:){6})"
                                            R"(|::(?:[a-f0-9]{1,4}:){0,5})"
                                            R"(|(?:[a-f0-9]{1,4}:){1,5}:)"
                                            R"(|[a-f0-9]{1,4}::(?:[a-f0-9]{1,4}:){1,4})"
                                            R"(|(?:[a-f0-9]{1,4}:){2}:(?:[a-f0-9]{1,4}:){1,3})"
                                            R"(|(?:[a-f0-9]{1,4}:){3}:(?:[a-f0-9]{1,4}:){1,2})"
                                            R"(|(?:[a-f0-9]{1,4}:){4}:[a-f0-9]{1,4}:))" THRESH_QUAD
                                            // IPv6 alone
                                            R"(|(?:[a-f0-9]{1,4}:){7}[a-f0-9]{1,4})"
                                            R"(|:(?::[a-f0-9]{1,4}){1,7})"
                                            R"(|(?:[a-f0-9]{1,4}:){1,7}:)"
                                            R"(|[a-f0-9]{1,4}:(?::[a-f0-9]{1,4}){1,6})"
                                            R"(|(?:[a-f0-9]{1,4}:){2}(?::[a-f0-9]{1,4}){1,5})"
                                            R"(|(?:[a-f0-9]{1,4}:){3}(?::[a-f0-9]{1,4}){1,4})"
                                            R"(|(?:[a-f0-9]{1,4}:){4}(?::[a-f0-9]{1,4}){1,3})"
                                            R"(|(?:[a-f0-9]{1,4}:){5}(?::[a-f0-9]{1,4}){1,2})"
                                            R"(|(?:[a-f0-9]{1,4}:){6}:[a-f0-9]{1,4})"
                                            R"(|::)(?![a-f0-9:])))"sv;

double perl_number(std::string_view text) {
  text = ascii::trim_left(text);
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  // from_chars would take "inf" and "nan" as Perl does, and a sign, which Perl does not take twice.
  if (text.empty() || !(ascii::is_digit(text.front()) || text.front() == '.')) return 0;
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc()) return 0;
  return negative ? -value : value;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && !ascii::is_space(text[end])) ++end;
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool at_word_boundary(std::string_view text, std::size_t at) {
  const bool before = at > 0 && ascii::is_word(text[at - 1]);
  const bool after = at < text.size() && ascii::is_word(text[at]);
  return before != after;
}

std::size_t ipv4_length(std::string_view text, std::size_t at) {
  if (at > 0 && ascii::is_word(text[at - 1])) return 0;
  std::size_t end = at;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (end >= text.size() || text[end] != '.') return 0;
      ++end;
    }
    const std::size_t n = octet_length(text, end);
    if (n == 0) return 0;
    end += n;
  }
  if (end < text.size() && ascii::is_word(text[end])) return 0;
  return end - at;
}

bool glob_matches(std::string_view glob, std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  constexpr auto none = std::string_view::npos;
  std::size_t g = 0, t = 0, star = none, retry = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      retry = t;
    } else if (g < glob.size() && (glob[g] == text[t] || (glob[g] == '?' && text[t] != '\n'))) {
      ++g;
      ++t;
    } else if (star != none && text[retry] != '\n') {
      g = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::size_t find_folded(std::string_view text, std::string_view needle, std::size_t from) {
  constexpr auto none = std::string_view::npos;
  if (needle.empty()) return from <= text.size() ? from : none;
  const char lower = ascii::to_lower(needle.front());
  const char upper = ascii::to_upper(needle.front());
  // Each of the two is looked for once past where it was last seen, so the whole search stays linear.
  std::size_t next_lower = text.find(lower, from);
  std::size_t next_upper = upper == lower ? none : text.find(upper, from);
  while (true) {
    const std::size_t at = next_lower < next_upper ? next_lower : next_upper;
    if (at == none || at + needle.size() > text.size()) return none;
    if (ascii::iequals(text.substr(at, needle.size()), needle)) return at;
    if (at == next_lower)
      next_lower = text.find(lower, at + 1);
    else
      next_upper = text.find(upper, at + 1);
  }
}

}  // namespace thresh
