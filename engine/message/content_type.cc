// Content-Type and Content-Disposition by hand, each function the twin of one Perl expression of
// Mail::SpamAssassin::Util::parse_content_type and Message::_parse_normal. All of them are linear in the
// value.
#include "engine/message/content_type.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

bool word_at(std::string_view text, std::size_t at) {
  return at < text.size() && ascii::is_word(text[at]);
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && ascii::is_space(text[at])) ++at;
  return at;
}

// Perl's $ without /m: the end, or before a newline that ends the text.
bool at_dollar(std::string_view text, std::size_t at) {
  return at == text.size() || (at + 1 == text.size() && text[at] == '\n');
}

// \s*=\s* at `at`: where the value begins.
std::size_t after_equals(std::string_view text, std::size_t at) {
  at = skip_space(text, at);
  if (at >= text.size() || text[at] != '=') return npos;
  return skip_space(text, at + 1);
}

// /\bboundary\s*=\s*("[^"]+|[^\s";]+(?=[\s;]|$))/i
std::optional<std::string_view> find_boundary(std::string_view ct) {
  constexpr std::string_view word = "boundary";
  std::size_t failed_until = 0;  // a value that begins before it runs into the same quote and fails as well
  for (std::size_t at = ascii::ifind(ct, word); at != npos; at = ascii::ifind(ct, word, at + 1)) {
    if (at > 0 && ascii::is_word(ct[at - 1])) continue;
    const std::size_t from = after_equals(ct, at + word.size());
    if (from == npos || from >= ct.size() || from < failed_until) continue;
    if (ct[from] == '"') {
      const std::size_t close = std::min(ct.find('"', from + 1), ct.size());
      if (close > from + 1) return ct.substr(from, close - from);
      continue;
    }
    std::size_t end = from;
    while (end < ct.size() && !ascii::is_space(ct[end]) && ct[end] != '"' && ct[end] != ';') ++end;
    if (end > from && (end == ct.size() || ct[end] != '"')) return ct.substr(from, end - from);
    failed_until = end;
  }
  return std::nullopt;
}

// \s*=\s*["']?(.*?)["']?(?:;|$) after a parameter's name. On failure `stop` is the newline that the value ran
// into; any value that begins before it fails too.
struct LazyValue {
  std::optional<std::string_view> value;
  std::size_t end = npos;  // after the whole match
  std::size_t stop = npos;
};

LazyValue lazy_value(std::string_view ct, std::size_t after_name) {
  std::size_t from = after_equals(ct, after_name);
  if (from == npos) return {};
  const auto is_quote = [&](std::size_t at) { return at < ct.size() && (ct[at] == '"' || ct[at] == '\''); };
  if (is_quote(from)) ++from;
  for (std::size_t at = from;; ++at) {
    if (is_quote(at)) {
      if (at + 1 < ct.size() && ct[at + 1] == ';') return {ct.substr(from, at - from), at + 2};
      if (at_dollar(ct, at + 1)) return {ct.substr(from, at - from), at + 1};
    }
    if (at_dollar(ct, at)) return {ct.substr(from, at - from), at};
    if (ct[at] == ';') return {ct.substr(from, at - from), at + 1};
    if (ct[at] == '\n') return {std::nullopt, npos, at};
  }
}

// /\bcharset\s*=\s*["']?(.*?)["']?(?:;|$)/i
std::optional<std::string_view> find_charset(std::string_view ct) {
  constexpr std::string_view word = "charset";
  for (std::size_t at = ascii::ifind(ct, word); at != npos; at = ascii::ifind(ct, word, at + 1)) {
    if (at > 0 && ascii::is_word(ct[at - 1])) continue;
    const LazyValue found = lazy_value(ct, at + word.size());
    if (found.value) return found.value;
    if (found.stop != npos) at = found.stop;
  }
  return std::nullopt;
}

// The next /\b(?:file)?name/i at or after `from`: where "name" stands.
std::size_t find_name(std::string_view ct, std::size_t from) {
  for (std::size_t at = ascii::ifind(ct, "name", from); at != npos; at = ascii::ifind(ct, "name", at + 1)) {
    const bool bare = at == 0 || !ascii::is_word(ct[at - 1]);
    const bool file = at >= from + 4 && ascii::iequals(ct.substr(at - 4, 4), "file") &&
                      (at == 4 || !ascii::is_word(ct[at - 5]));
    if (bare || file) return at;
  }
  return npos;
}

// /\b(?:file)?name\s*=\s*["']?(.*?)["']?(?:;|$)/i
std::optional<std::string_view> find_plain_name(std::string_view ct) {
  for (std::size_t at = find_name(ct, 0); at != npos; at = find_name(ct, at + 1)) {
    const LazyValue found = lazy_value(ct, at + 4);
    if (found.value) return found.value;
    if (found.stop != npos) at = found.stop;
  }
  return std::nullopt;
}

// RFC 2231 section 3 (Bug 7582): name*0=..; name*1=.. joined by number; a number that comes twice keeps its
// last value.
std::optional<std::string_view> join_continued_name(std::string_view ct, Arena& arena) {
  struct Piece {
    std::uint64_t number;
    std::string_view value;
  };
  std::pmr::vector<Piece> pieces(&arena);
  bool has_zero = false;
  std::size_t failed_until = 0;
  for (std::size_t at = find_name(ct, 0); at != npos;) {
    std::size_t end = at + 4;
    std::size_t next = at + 1;
    if (end < ct.size() && ct[end] == '*') {
      const std::size_t digits = ++end;
      while (end < ct.size() && ascii::is_digit(ct[end])) ++end;
      if (ct.substr(digits, end - digits) == "0" && after_equals(ct, end) != npos) has_zero = true;
      if (end > digits && end >= failed_until) {
        const LazyValue found = lazy_value(ct, end);
        if (found.value) {
          Piece piece{0, *found.value};
          const auto [stop, error] = std::from_chars(ct.data() + digits, ct.data() + end, piece.number);
          if (error == std::errc()) pieces.push_back(piece);
          next = std::max(found.end, at + 1);
        } else if (found.stop != npos) {
          failed_until = found.stop;
        }
      }
    }
    at = find_name(ct, next);
  }
  if (!has_zero) return std::nullopt;
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.number < b.number; });
  std::size_t size = 0;
  for (const Piece& piece : pieces) size += piece.value.size();
  char* const text = arena.bytes(size);
  char* to = text;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i + 1 < pieces.size() && pieces[i + 1].number == pieces[i].number) continue;
    to = std::copy(pieces[i].value.begin(), pieces[i].value.end(), to);
  }
  return std::string_view(text, static_cast<std::size_t>(to - text));
}

// tr/\000-\040\177-\377\042\050\051\054\072-\077\100\133-\135//d
bool is_inappropriate(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7f || byte == '"' || byte == '(' || byte == ')' || byte == ',' ||
         (byte >= 0x3a && byte <= 0x40) || (byte >= 0x5b && byte <= 0x5d);
}

std::string_view clean_type(std::string_view ct, Arena& arena, bool& missing) {
  ct = ascii::trim_left(ct);
  ct = ct.substr(0, ct.find(';'));
  // s@^([^/]+(?:/[^/\s]*)?).*$@$1@s
  const std::size_t slash = ct.find('/');
  if (slash != npos && slash > 0) {
    std::size_t end = slash + 1;
    while (end < ct.size() && ct[end] != '/' && !ascii::is_space(ct[end])) ++end;
    ct = ct.substr(0, end);
  }
  if (ct.empty() || ct == "0") {
    missing = true;
    return "text/plain";
  }
  for (const std::string_view common :
       {"text/plain", "text/html", "multipart/alternative", "multipart/mixed"})
    if (ascii::iequals(ct, common)) return common;
  if (ascii::istarts_with(ct, "text") && !word_at(ct, 4) && !ascii::iequals(ct, "text/x-vcard") &&
      !ascii::iequals(ct, "text/calendar"))
    return "text/plain";
  char* const text = arena.bytes(ct.size());
  std::size_t size = 0;
  for (const char c : ct)
    if (!is_inappropriate(c)) text[size++] = ascii::to_lower(c);
  return {text, size};
}

}  // namespace

ContentType parse_content_type(std::string_view value, Arena& arena) {
  ContentType result;
  if (value.empty() || value == "0") {
    result.missing = true;
    value = "text/plain; charset=us-ascii";
  }
  result.boundary = find_boundary(value);
  if (result.boundary && result.boundary->find('"') != npos) result.boundary->remove_prefix(1);
  result.charset = find_charset(value);
  result.name = find_plain_name(value);
  if (!result.name || result.name->empty() || *result.name == "0")
    if (const auto joined = join_continued_name(value, arena)) result.name = joined;
  result.type = clean_type(value, arena, result.missing);
  return result;
}

// /name=\s*"?([^";]+)"?/i
std::optional<std::string_view> disposition_name(std::string_view value) {
  constexpr std::string_view word = "name=";
  for (std::size_t at = ascii::ifind(value, word); at != npos; at = ascii::ifind(value, word, at + 1)) {
    const std::size_t begin = at + word.size();
    std::size_t from = skip_space(value, begin);
    const std::size_t spaces_end = from;
    if (from < value.size() && value[from] == '"') ++from;
    std::size_t end = std::min(value.find_first_of("\";", from), value.size());
    if (end > from) return value.substr(from, end - from);
    // The pattern gives back a space and takes that for the name.
    if (spaces_end > begin) return value.substr(spaces_end - 1, 1);
  }
  return std::nullopt;
}

}  // namespace thresh
