// A cursor over one Received line for the format tables (received_formats.cc, received_ignored.cc). The line
// holds no white space but single blanks, so Perl's (\S+) before a blank is "all up to the blank": nothing
// here ever backtracks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "engine/base/ascii.h"
#include "engine/message/ip_text.h"

namespace thresh::received {

inline constexpr std::size_t npos = std::string_view::npos;

// A set of bytes, asked byte by byte.
class ByteSet {
 public:
  template <typename Class>
  explicit constexpr ByteSet(Class&& in_class) {
    for (std::size_t i = 0; i < in_.size(); ++i) in_[i] = in_class(static_cast<char>(i));
  }
  constexpr bool operator()(char c) const { return in_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> in_{};
};

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

// A text to look for, found by the one of its characters that is rarest in Received headers.
struct Literal {
  std::string_view text;
  std::size_t anchor = 0;

  template <std::size_t N>
  consteval Literal(const char (&literal)[N])  // NOLINT(google-explicit-constructor): stands where text would
      : text(literal, N - 1) {
    constexpr std::string_view rarest_first =
        "`{}^&|'~*$!?%#XZ\"QYVq/KzUJGjNWI=><BR@FkL+[]HOD;x,vC_ywAgE79PMpb-8uTh)(54S6fd3cna:lsmteir12o.0 ";
    for (std::size_t i = 1; i < text.size(); ++i)
      if (rarest_first.find(text[i]) < rarest_first.find(text[anchor])) anchor = i;
  }
};

// First place of `literal` at or after `from`.
inline std::size_t find(std::string_view text, const Literal& literal, std::size_t from = 0) {
  const std::size_t size = literal.text.size();
  if (text.size() < size) return npos;
  const std::size_t last = text.size() - size;  // where it can begin at most
  while (from <= last) {
    const void* hit =
        std::memchr(text.data() + from + literal.anchor, literal.text[literal.anchor], last - from + 1);
    if (hit == nullptr) return npos;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()) - literal.anchor;
    if (std::memcmp(text.data() + at, literal.text.data(), size) == 0) return at;
    from = at + 1;
  }
  return npos;
}
inline bool contains(std::string_view text, const Literal& literal) {
  return find(text, literal) != npos;
}

// Calls `match(Cursor)` behind each occurrence of `literal` from `from` on until it accepts.
template <typename Match>
bool search(std::string_view text, const Literal& literal, std::size_t from, Match&& match) {
  for (std::size_t at = find(text, literal, from); at != npos; at = find(text, literal, at + 1))
    if (match(Cursor(text, at + literal.text.size()))) return true;
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

// \b at text[at].
inline bool word_boundary(std::string_view text, std::size_t at) {
  const bool before = at > 0 && ascii::is_word(text[at - 1]);
  const bool after = at < text.size() && ascii::is_word(text[at]);
  return before != after;
}

}  // namespace thresh::received
