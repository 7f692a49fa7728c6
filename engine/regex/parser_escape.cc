// Escapes and references (perlre, perlrebackslash).
#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "engine/regex/byte_property.h"
#include "engine/regex/parser.h"

namespace thresh::syntax {
namespace {

Node simple(Kind kind) {
  Node node;
  node.kind = kind;
  return node;
}

}  // namespace

// \b under /a is about ASCII words; under /u it is spelled out with the letters of Latin-1.
Node Parser::boundary(bool negated) {
  if (!latin1()) return simple(negated ? Kind::not_word_boundary : Kind::word_boundary);
  const ByteSet word = byte_property("XPosixWord").value_or(bytes::word);
  const auto looking = [&](bool behind, bool negative) {
    Node look = simple(Kind::look);
    look.behind = behind;
    look.negative = negative;
    look.children.push_back(bytes(word));
    return look;
  };
  Node either = simple(Kind::alternate);
  for (const bool before : {false, true}) {
    Node both = simple(Kind::concat);
    both.children.push_back(looking(true, before));
    both.children.push_back(looking(false, negated ? before : !before));
    either.children.push_back(std::move(both));
  }
  Node node = simple(Kind::group);
  node.children.push_back(std::move(either));
  return node;
}

// At the character after \x.
std::optional<std::uint32_t> Parser::hexadecimal() {
  std::uint32_t value = 0;
  if (take('{')) {
    while (ascii::is_blank(peek())) ++at_;
    while (!done() && (ascii::is_xdigit(peek()) || peek() == '_')) {
      if (peek() != '_')
        value = std::min<std::uint32_t>(value * 16 + static_cast<std::uint32_t>(ascii::hex_value(peek())),
                                        0x10000000);
      ++at_;
    }
    while (ascii::is_blank(peek())) ++at_;
    if (!take('}')) {
      fail("Non-hex character terminates \\x{} early");
      return std::nullopt;
    }
    return value;
  }
  int digits = 0;
  for (; digits < 2 && !done() && ascii::is_xdigit(peek()); ++digits, ++at_)
    value = value * 16 + static_cast<std::uint32_t>(ascii::hex_value(peek()));
  if (digits < 2 && !done() && ascii::is_alnum(peek())) {
    fail("Non-hex character terminates \\x early");
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint32_t> Parser::braced_octal() {
  if (!take('{')) {
    fail("Missing braces on \\o{}");
    return std::nullopt;
  }
  std::uint32_t value = 0;
  bool any = false;
  while (ascii::is_blank(peek())) ++at_;
  while (!done() && ((peek() >= '0' && peek() <= '7') || peek() == '_')) {
    if (peek() != '_')
      value = std::min<std::uint32_t>(value * 8 + static_cast<std::uint32_t>(peek() - '0'), 0x10000000);
    any = true;
    ++at_;
  }
  while (ascii::is_blank(peek())) ++at_;
  if (!any || !take('}')) {
    fail("Non-octal character terminates \\o early");
    return std::nullopt;
  }
  return value;
}

std::uint32_t Parser::octal(std::size_t most_digits) {
  std::uint32_t value = 0;
  std::size_t digits = 0;
  for (; digits < most_digits && peek() >= '0' && peek() <= '7'; ++digits, ++at_)
    value = value * 8 + static_cast<std::uint32_t>(peek() - '0');
  if (digits < most_digits && (peek() == '8' || peek() == '9'))
    fail("Non-octal character terminates \\0 early");
  return value;
}

// After the backslash: what means the same inside and outside of brackets. Nothing, without an error, when it
// is not one.
std::optional<Parser::Atom> Parser::common_escape(bool in_class) {
  const auto of_class = [](const ByteSet& set) { return Atom{set, true, 0}; };
  const auto of_char = [](std::uint32_t c) { return Atom{{}, false, c}; };
  const char c = peek();
  const ByteSet digit = bytes::digit;
  const ByteSet word = latin1() ? byte_property("XPosixWord").value_or(bytes::word) : bytes::word;
  const ByteSet space = latin1() ? bytes::space | ByteSet::of(0x85) | ByteSet::of(0xa0) : bytes::space;
  switch (c) {
    case 'd':
      ++at_;
      return of_class(digit);
    case 'D':
      ++at_;
      return of_class(~digit);
    case 'w':
      ++at_;
      return of_class(word);
    case 'W':
      ++at_;
      return of_class(~word);
    case 's':
      ++at_;
      return of_class(space);
    case 'S':
      ++at_;
      return of_class(~space);
    case 'h':
      ++at_;
      return of_class(bytes::horizontal);
    case 'H':
      ++at_;
      return of_class(~bytes::horizontal);
    case 'v':
      ++at_;
      return of_class(bytes::vertical);
    case 'V':
      ++at_;
      return of_class(~bytes::vertical);
    case 'p':
      ++at_;
      return of_class(property(false));
    case 'P':
      ++at_;
      return of_class(property(true));
    case 'n':
      ++at_;
      return of_char('\n');
    case 'r':
      ++at_;
      return of_char('\r');
    case 't':
      ++at_;
      return of_char('\t');
    case 'f':
      ++at_;
      return of_char('\f');
    case 'a':
      ++at_;
      return of_char('\a');
    case 'e':
      ++at_;
      return of_char(0x1b);
    case 'x': {
      ++at_;
      const auto value = hexadecimal();
      if (!value) return std::nullopt;
      return of_char(*value);
    }
    case 'o': {
      ++at_;
      const auto value = braced_octal();
      if (!value) return std::nullopt;
      return of_char(*value);
    }
    case 'c': {
      ++at_;
      const char letter = ascii::to_upper(peek());
      if (done() || letter < '?' || letter > '_') {
        fail("Character following \"\\c\" must be printable ASCII");
        return std::nullopt;
      }
      ++at_;
      return of_char(static_cast<unsigned char>(letter) ^ 64U);
    }
    case 'N':
      if (peek(1) == '{' && peek(2) == 'U' && peek(3) == '+') {
        at_ += 4;
        std::uint32_t value = 0;
        bool any = false;
        for (; !done() && ascii::is_xdigit(peek()); ++at_, any = true)
          value = std::min<std::uint32_t>(value * 16 + static_cast<std::uint32_t>(ascii::hex_value(peek())),
                                          0x10000000);
        if (!any || !take('}')) {
          fail("Invalid hexadecimal number in \\N{U+...}");
          return std::nullopt;
        }
        return of_char(value);
      }
      if (in_class) fail("\\N in a character class must be a named character: \\N{...}");
      return std::nullopt;
    default:
      break;
  }
  if (!ascii::is_alnum(c) && !done()) {
    ++at_;
    return of_char(static_cast<unsigned char>(c));
  }
  return std::nullopt;
}

// After the backslash, outside of brackets.
std::optional<Node> Parser::escape() {
  if (done()) {
    fail("Trailing \\");
    return std::nullopt;
  }
  const char c = peek();
  if ((c == 'b' || c == 'B') && peek(1) == '{') {
    fail("\\b{} boundaries need Unicode rules");
    return std::nullopt;
  }
  switch (c) {
    case 'b':
      ++at_;
      return boundary(false);
    case 'B':
      ++at_;
      return boundary(true);
    case 'A':
      ++at_;
      return simple(Kind::text_start);
    case 'Z':
      ++at_;
      return simple(Kind::text_end_line);
    case 'z':
      ++at_;
      return simple(Kind::text_end);
    case 'G':
      ++at_;
      return simple(Kind::search_start);
    case 'K':
      if (!behind_allows_keep_) fail("\\K not permitted in lookahead/lookbehind");
      ++at_;
      return simple(Kind::keep);
    case 'R':
      ++at_;
      return simple(Kind::line_break);
    case 'X':
      ++at_;
      return simple(Kind::grapheme);
    case 'g':
      ++at_;
      return backreference_g();
    case 'k': {
      ++at_;
      const char open = peek();
      const char close = open == '<' ? '>' : open == '{' ? '}' : open == '\'' ? '\'' : '\0';
      if (close == '\0') {
        fail("Sequence \\k... not terminated");
        return std::nullopt;
      }
      ++at_;
      return named_reference(group_name(close));
    }
    default:
      break;
  }
  if (c == '0') return code_point(octal(3));
  if (ascii::is_digit(c)) {
    std::size_t i = at_;
    std::uint32_t number = 0;
    while (i < text_.size() && ascii::is_digit(text_[i])) {
      number = std::min<std::uint32_t>(number * 10 + static_cast<std::uint32_t>(text_[i] - '0'), 1000000);
      ++i;
    }
    if (number > 9 && number > total_groups_ && c < '8') return code_point(octal(3));
    if (number > 9 && total_groups_ == unlimited && number >= next_group_ && c < '8')
      return code_point(octal(3));
    at_ = i;
    return numbered_reference(number);
  }
  if (c == 'N' && !(peek(1) == '{' && peek(2) == 'U')) {
    std::uint32_t min = 0;
    std::uint32_t max = 0;
    std::size_t length = 0;
    ++at_;
    if (peek() == '{' && !quantifier_ahead(min, max, length)) {
      fail("\\N{NAME} is not supported: write \\N{U+...}");
      return std::nullopt;
    }
    return bytes(bytes::not_newline);
  }
  if (std::optional<Atom> found = common_escape(false))
    return found->is_class ? bytes(found->set) : code_point(found->code_point);
  if (error_.empty()) fail(fmt::format("Unrecognized escape \\{} passed through", c));
  return std::nullopt;
}

Node Parser::numbered_reference(std::uint32_t number) {
  numbered_uses_.emplace_back(number, at_);
  Node node = simple(Kind::backreference);
  node.number = number;
  node.fold = flags_.fold;
  return node;
}

Node Parser::named_reference(std::string name) {
  if (!error_.empty()) return {};
  named_uses_.emplace_back(name, at_);
  Node node = simple(Kind::backreference);
  node.text = std::move(name);
  node.fold = flags_.fold;
  return node;
}

// \g1, \g-1, \g{1}, \g{-1}, \g{name}
Node Parser::backreference_g() {
  const bool braced = take('{');
  while (braced && ascii::is_blank(peek())) ++at_;
  if (braced && (ascii::is_alpha(peek()) || peek() == '_')) return named_reference(group_name('}'));
  const bool relative = take('-');
  std::uint32_t number = 0;
  bool any = false;
  for (; !done() && ascii::is_digit(peek()); ++at_, any = true)
    number = std::min<std::uint32_t>(number * 10 + static_cast<std::uint32_t>(peek() - '0'), 1000000);
  while (braced && ascii::is_blank(peek())) ++at_;
  if (!any || (braced && !take('}'))) {
    fail("Unterminated \\g... pattern");
    return {};
  }
  if (number == 0 || (relative && number >= next_group_)) {
    fail("Reference to nonexistent or unclosed group");
    return {};
  }
  return numbered_reference(relative ? next_group_ - number : number);
}

}  // namespace thresh::syntax
