// Redirector patterns behind their letter-pair filter; see redirector.h.
#include "engine/message/redirector.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "engine/base/ascii.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t pair_bits = 1024;
using Pairs = std::bitset<pair_bits>;

std::uint16_t pair_of(char a, char b) {
  const unsigned x = static_cast<unsigned char>(ascii::to_lower(a));
  const unsigned y = static_cast<unsigned char>(ascii::to_lower(b));
  return static_cast<std::uint16_t>((x * 31 + y) % pair_bits);
}

// Behind the group or class that opens at pattern[at]; npos when it is never closed.
std::size_t skip_class(std::string_view pattern, std::size_t at) {
  ++at;
  if (at < pattern.size() && pattern[at] == '^') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  for (; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (pattern[at] == '[' && at + 1 < pattern.size() && pattern[at + 1] == ':') {
      at = pattern.find(":]", at + 2);
      if (at == npos) return npos;
      ++at;
    } else if (pattern[at] == ']') {
      return at + 1;
    }
  }
  return npos;
}

std::size_t skip_group(std::string_view pattern, std::size_t at) {
  int depth = 0;
  while (at < pattern.size()) {
    switch (pattern[at]) {
      case '\\':
        at += 2;
        break;
      case '[':
        at = skip_class(pattern, at);
        break;
      case '(':
        ++depth;
        ++at;
        break;
      case ')':
        ++at;
        if (--depth == 0) return at;
        break;
      default:
        ++at;
    }
    if (at == npos) return npos;
  }
  return npos;
}

}  // namespace

std::string required_text(std::string_view pattern) {
  // Settings at the front, as (?i) or (?aai); x would make blanks and comments of what looks like text.
  if (pattern.starts_with("(*")) return {};
  while (pattern.starts_with("(?")) {
    const std::size_t close = pattern.find(')');
    if (close == npos) return {};
    const std::string_view letters = pattern.substr(2, close - 2);
    if (!std::ranges::all_of(letters, [](char c) { return ascii::is_lower(c) || c == '^'; })) break;
    if (letters.contains('x')) return {};
    pattern.remove_prefix(close + 1);
  }
  std::string best;
  std::string run;
  const auto end_run = [&] {
    if (run.size() > best.size()) best = run;
    run.clear();
  };
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    bool literal = false;
    char letter = c;
    if (c == '|' || c == ')') return {};
    if (c == '\\') {
      if (at + 1 >= pattern.size()) return {};
      letter = pattern[at + 1];
      if (ascii::is_high(letter) || letter == 'Q' || letter == 'E' || letter == 'N' || letter == 'x' ||
          letter == 'o' || letter == 'g' || letter == 'k' || letter == 'p' || letter == 'P' ||
          letter == 'c' || ascii::is_digit(letter)) {
        // Escapes with something behind them: not worth reading.
        return {};
      }
      literal = !ascii::is_alnum(letter);
      at += 2;
    } else if (c == '[') {
      at = skip_class(pattern, at);
    } else if (c == '(') {
      // Settings within, and verbs, may change how the rest reads.
      if (pattern.substr(at).starts_with("(*")) return {};
      if (pattern.substr(at).starts_with("(?") && at + 2 < pattern.size() &&
          !std::string_view(":=!<>").contains(pattern[at + 2]))
        return {};
      at = skip_group(pattern, at);
    } else {
      literal = !std::string_view("^$.").contains(c) && !ascii::is_high(c);
      ++at;
    }
    if (at == npos) return {};
    const bool optional =
        at < pattern.size() && (pattern[at] == '?' || pattern[at] == '*' || pattern[at] == '{');
    const bool repeated = at < pattern.size() && pattern[at] == '+';
    if (literal && !optional) run += ascii::to_lower(letter);
    if (!literal || optional || repeated) end_run();
    if (optional || repeated) {
      at = pattern[at] == '{' ? pattern.find('}', at) : at;
      if (at == npos) return {};
      ++at;
      if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == '+')) ++at;
    }
  }
  end_run();
  return best;
}

void RedirectorPatterns::push_back(Regex pattern) {
  std::vector<std::uint16_t> pairs;
  const std::string text = required_text(pattern.translated());
  for (std::size_t i = 1; i < text.size(); ++i) pairs.push_back(pair_of(text[i - 1], text[i]));
  patterns_.push_back({std::move(pattern), std::move(pairs)});
}

std::optional<Span> RedirectorPatterns::target(std::string_view uri) const {
  if (patterns_.empty()) return std::nullopt;
  Pairs seen;
  for (std::size_t i = 1; i < uri.size(); ++i) seen.set(pair_of(uri[i - 1], uri[i]));

  static thread_local RegexScratch scratch;
  static thread_local std::vector<Span> groups;
  for (const Pattern& pattern : patterns_) {
    if (!std::ranges::all_of(pattern.pairs, [&](std::uint16_t pair) { return seen.test(pair); })) continue;
    Span found;
    groups.clear();
    if (pattern.regex.match(uri, 0, scratch, found, &groups) != MatchStatus::match) continue;
    if (groups.size() < 2 || groups[1].begin == npos) continue;
    if (groups[1].in(uri).contains('.')) return groups[1];
  }
  return std::nullopt;
}

}  // namespace thresh
