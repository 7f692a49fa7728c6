// A cursor over one Received line for the format tables (received_formats.cc, received_ignored.cc). The line
// holds no white space but single blanks, so Perl's (\S+) before a blank is "all up to the blank": nothing
// here ever backtracks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "engine/base/ascii.h"
#include "engine/message/ip_text.h"

namespace thresh::received {

inline constexpr std::size_t npos = std::string_view::npos;

class Cursor {
 public:
  explicit Cursor(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool next_is(std::string_view literal) const {
    return text_.substr(at_).starts_with(literal);
  }

  void step() { ++at_; }
  bool lit(std::string_view literal) {
    if (!next_is(literal)) return false;
    at_ += literal.size();
    return true;
  }
  bool either(std::string_view a, std::string_view b) { return lit(a) || lit(b); }
  // X? : always true.
  bool maybe(std::string_view literal) {
    lit(literal);
    return true;
  }

  // \S+ and \S* up to the next blank or the end.
  bool token(std::string_view& out) { return token0(out) && !out.empty(); }
  bool token() {
    std::string_view ignored;
    return token(ignored);
  }
  bool token0(std::string_view& out) {
    const std::size_t end = std::min(text_.find(' ', at_), text_.size());
    out = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }
  // (\S*)SUFFIX before a blank or the end; `least`: how many characters must stand before the suffix.
  bool token_before(std::string_view& out, std::string_view suffix, std::size_t least = 1) {
    token0(out);
    if (!out.ends_with(suffix) || out.size() < suffix.size() + least) return false;
    out.remove_suffix(suffix.size());
    return true;
  }
  bool token_before(std::string_view suffix, std::size_t least = 1) {
    std::string_view ignored;
    return token_before(ignored, suffix, least);
  }
  // [^STOP]+ up to `stop`, which must come.
  bool until(char stop, std::string_view& out) {
    const std::size_t end = text_.find(stop, at_);
    if (end == npos || end == at_) return false;
    out = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }
  bool until(char stop) {
    std::string_view ignored;
    return until(stop, ignored);
  }
  // \d+
  bool digits() {
    const std::size_t begin = at_;
    skip(ascii::is_digit);
    return at_ > begin;
  }

  // [^STOP]* up to `stop`, which must come.
  bool until0(char stop, std::string_view& out) {
    out = {};
    return peek() == stop || until(stop, out);
  }
  // [CLASS]*
  template <typename Class>
  bool skip(Class&& in_class) {
    while (at_ < text_.size() && in_class(text_[at_])) ++at_;
    return true;
  }

  // (IP_ADDRESS) that ends before `next`; a NUL asks for the end of the line.
  bool ip(std::string_view& out, char next) {
    for (const std::size_t end : match_ip_address(text_, at_)) {
      if (next == '\0' ? end != text_.size() : (end >= text_.size() || text_[end] != next)) continue;
      return take(out, end);
    }
    return false;
  }
  bool ip(char next) {
    std::string_view ignored;
    return ip(ignored, next);
  }
  // (IP_ADDRESS) followed by whatever `rest` (a function of the cursor behind it) accepts.
  template <typename Rest>
  bool ip_then(std::string_view& out, Rest&& rest) {
    const std::size_t begin = at_;
    for (const std::size_t end : match_ip_address(text_, begin)) {
      at_ = end;
      if (rest(*this)) {
        out = text_.substr(begin, end - begin);
        return true;
      }
    }
    return false;
  }
  bool localhost(char next) {
    for (const std::size_t end : match_localhost(text_, at_)) {
      if (end >= text_.size() || text_[end] != next) continue;
      at_ = end;
      return true;
    }
    return false;
  }

 private:
  bool take(std::string_view& out, std::size_t end) {
    out = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }
  std::string_view text_;
  std::size_t at_;
};

// Calls `match(Cursor)` behind each occurrence of `literal` from `from` on until it accepts.
template <typename Match>
bool search(std::string_view text, std::string_view literal, std::size_t from, Match&& match) {
  for (std::size_t at = text.find(literal, from); at != npos; at = text.find(literal, at + 1))
    if (match(Cursor(text, at + literal.size()))) return true;
  return false;
}
// The same from the last occurrence back to `from`, as a greedy .* finds them.
template <typename Match>
bool search_back(std::string_view text, std::string_view literal, std::size_t from, Match&& match) {
  for (std::size_t at = text.rfind(literal); at != npos && at >= from; at = text.rfind(literal, at - 1)) {
    if (match(Cursor(text, at + literal.size()))) return true;
    if (at == 0) break;
  }
  return false;
}

inline bool contains(std::string_view text, std::string_view literal) {
  return text.find(literal) != npos;
}

// \b at text[at].
inline bool word_boundary(std::string_view text, std::size_t at) {
  const bool before = at > 0 && ascii::is_word(text[at - 1]);
  const bool after = at < text.size() && ascii::is_word(text[at]);
  return before != after;
}

}  // namespace thresh::received
