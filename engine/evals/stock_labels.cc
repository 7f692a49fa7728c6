#include "engine/evals/stock_labels.h"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <set>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/patterns.h"
#include "engine/message/limits.h"
#include "engine/message/perl_text.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;
constexpr std::size_t label_length = 30;  // characters, the longest

// What follows runs on bytes for ASCII texts and on code points for others, where lengths and \s differ.
bool is_space(char c) {
  return ascii::is_space(c);
}
bool is_space(char32_t c) {
  return perl::is_space(c);
}

template <typename Text>
std::size_t find_from(Text text, char c, std::size_t from) {
  return text.find(static_cast<typename Text::value_type>(c), from);
}

template <typename Text>
std::size_t skip_spaces(Text text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// The letter a-z that lc() makes of `c`; 0 when it makes none.
char lower_letter(char32_t c) {
  if (c == 0x212a) return 'k';  // KELVIN SIGN
  if (c == 0x130) return 'i';   // I WITH DOT ABOVE: i and a combining dot
  const char lower = c < 0x80 ? ascii::to_lower(static_cast<char>(c)) : '\0';
  return ascii::is_lower(lower) ? lower : '\0';
}

template <typename Text>
std::string letters_of(Text label) {
  std::string letters;
  for (const auto c : label)
    if (const char letter = lower_letter(static_cast<char32_t>(c)); letter != 0) letters += letter;
  return letters;
}

// Each $1 of /^\s*([^:\s][^:\n]{2,29})\s*:\s*\S/mg.
template <typename Text, typename Visit>
void each_label(Text text, Visit&& visit) {
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t start = skip_spaces(text, line);
    if (start == text.size()) return;
    std::size_t next = start;  // the search goes on at the first line that starts behind here
    if (text[start] != ':') {
      std::size_t run = start + 1;  // [^:\n]*
      while (run < text.size() && text[run] != ':' && text[run] != '\n') ++run;
      std::size_t blanks = run;  // the white space before `run`
      while (blanks > start + 1 && is_space(text[blanks - 1])) --blanks;
      const std::size_t colon = skip_spaces(text, run);
      const std::size_t length = std::min(label_length, run - start);
      next = run;
      if (colon < text.size() && text[colon] == ':' && length >= 3 && start + length >= blanks) {
        const std::size_t value = skip_spaces(text, colon + 1);
        if (value < text.size()) {
          visit(text.substr(start, length));
          next = value + 1;
        } else {
          return;  // only white space is left
        }
      }
    }
    // ^ under /m: behind a newline, not at the very end.
    const std::size_t newline = find_from(text, '\n', next);
    if (newline == none || newline + 1 >= text.size()) return;
    line = newline + 1;
  }
}

// split_into_array_of_short_paragraphs: pieces of one to two times the length of a body line, cut at a
// newline, else '>', else a space.
template <typename Text, typename Visit>
void each_piece(Text text, Visit&& visit) {
  constexpr std::size_t size = limits::body_line_length;
  std::size_t at = 0;
  if (text.size() > size) {
    while (text.size() - at > 2 * size) {
      std::size_t end = none;
      for (const char c : {'\n', '>', ' '}) {
        end = find_from(text.substr(0, at + 2 * size), c, at + size);
        if (end != none) break;
      }
      if (end == none) end = at + size;
      visit(text.substr(at, end - at + 1));
      at = end + 1;
    }
  }
  if (at < text.size()) visit(text.substr(at));
}

template <typename Text>
std::size_t count(Text text, RegexScratch& scratch) {
  static const Regex known = fixed_pattern(
      "(?:^trad(?:e|ing)date|company(?:name)?|s\\w?(?:t\\w?o\\w?c\\w?k|y\\w?m(?:\\w?b\\w?o\\w?l)?)"
      "|t(?:arget|icker)|(?:opening|current)p(?:rice)?|p(?:rojected|osition)|expectations|weeks?high"
      "|marketperformance|(?:year|week|month|day|price)(?:target|estimates?)|sector|r(?:ecommendation|ating))"
      "$");
  std::set<std::string, std::less<>> labels;
  each_piece(text, [&](Text piece) {
    each_label(piece, [&](Text label) {
      const std::string letters = letters_of(label);
      Span found;
      if (known.match(letters, 0, scratch, found) == MatchStatus::match) labels.emplace(found.in(letters));
    });
  });
  return labels.size();
}

}  // namespace

std::size_t count_stock_labels(std::string_view text, Arena& arena, RegexScratch& scratch) {
  if (text.find(':') == none) return 0;
  if (perl::is_ascii(text)) return count(text, scratch);
  std::pmr::u32string characters(&arena);
  characters.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) characters.push_back(perl::next_character(text, at));
  return count(std::u32string_view(characters), scratch);
}

}  // namespace thresh
