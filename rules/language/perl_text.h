// The few Perl string idioms that Mail::SpamAssassin::Conf::Parser reads lines with: split /\s+/, \w, \b,
// numbers.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ascii.h"

namespace thresh {

// split(/\s+/, text): an empty first field where the text begins with space, no empty field at the end.
inline std::vector<std::string_view> split_space(std::string_view text) {
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && !ascii::is_space(text[end])) ++end;
    fields.push_back(text.substr(at, end - at));
    while (end < text.size() && ascii::is_space(text[end])) ++end;
    at = end;
  }
  return fields;
}

// split(/\s+/, text, 2): the first word and the rest; the rest is empty where there is none.
inline std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && !ascii::is_space(text[end])) ++end;
  return {text.substr(0, end), ascii::trim_left(text.substr(end))};
}

// /\bWORD\b/ on a text such as the value of tflags.
inline bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !ascii::is_word(text[at - 1])) && (end == text.size() || !ascii::is_word(text[end])))
      return true;
  }
  return false;
}

// /^[+-]?\d+(\.\d*)?$/ is what the parser calls numeric.
inline bool is_digits(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (!ascii::is_digit(c)) return false;
  return true;
}

// A string used as a number: its longest numeric prefix, 0 where there is none.
inline double perl_number(std::string_view text) {
  const std::string copy(ascii::trim_left(text));
  std::size_t end = 0;
  if (end < copy.size() && (copy[end] == '+' || copy[end] == '-')) ++end;
  const std::size_t digits = end;
  while (end < copy.size() && (ascii::is_digit(copy[end]) || copy[end] == '.')) ++end;
  if (end == digits) return 0;
  if (end < copy.size() && (copy[end] == 'e' || copy[end] == 'E')) {
    std::size_t exponent = end + 1;
    if (exponent < copy.size() && (copy[exponent] == '+' || copy[exponent] == '-')) ++exponent;
    const std::size_t first = exponent;
    while (exponent < copy.size() && ascii::is_digit(copy[exponent])) ++exponent;
    if (exponent > first) end = exponent;
  }
  return std::strtod(copy.substr(0, end).c_str(), nullptr);
}

// Constants' IS_RULENAME.
inline bool is_rule_name(std::string_view text) {
  if (text.empty() || text.size() > 128 || ascii::is_digit(text.front())) return false;
  for (const char c : text)
    if (!ascii::is_word(c)) return false;
  return true;
}

}  // namespace thresh
