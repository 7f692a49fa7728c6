// Sets of bytes: characters with what folds into them, properties, bracketed classes (perlrecharclass).
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/regex/byte_property.h"
#include "engine/regex/parser.h"

namespace thresh::syntax {
namespace {

// The code points above Latin-1 that fold into it.
struct HighFold {
  std::uint32_t from;
  unsigned char to;
};
constexpr HighFold high_folds[] = {{0x178, 0xff},  {0x39c, 0xb5},  {0x3bc, 0xb5},
                                   {0x1e9e, 0xdf}, {0x212b, 0xe5}, {0x212b, 0xc5}};

}  // namespace

Node Parser::bytes(const ByteSet& set) {
  Node node;
  node.kind = Kind::bytes;
  node.set = set;
  return node;
}

ByteSet Parser::folded(const ByteSet& set) const {
  return flags_.fold ? bytes::fold(set, flags_.charset == Charset::depends) : set;
}

ByteSet Parser::set_of(std::uint32_t from, std::uint32_t to) const {
  ByteSet set = folded(ByteSet::range(from, std::min<std::uint32_t>(to, 255)));
  if (flags_.fold) {
    if (to > 0xff)
      for (const HighFold& fold : high_folds)
        if (fold.from >= from && fold.from <= to) set.add(fold.to);
    if (latin1() && from <= 0x17f && to >= 0x17f) set |= ByteSet::of('s') | ByteSet::of('S');
    if (latin1() && from <= 0x212a && to >= 0x212a) set |= ByteSet::of('k') | ByteSet::of('K');
  }
  return set;
}

Node Parser::code_point(std::uint32_t c) {
  return bytes(set_of(c, c));
}

// After \p or \P.
ByteSet Parser::property(bool negated) {
  std::string name;
  if (take('{')) {
    while (!done() && peek() != '}') name += text_[at_++];
    if (!take('}')) {
      fail("Missing right brace on \\p{}");
      return {};
    }
  } else if (!done()) {
    name = std::string(1, text_[at_++]);
  }
  if (name.starts_with('^')) {
    negated = !negated;
    name.erase(0, 1);
  }
  const std::optional<ByteSet> found = byte_property(name);
  if (!found) {
    fail(fmt::format("Can't find Unicode property definition \"{}\"", name));
    return {};
  }
  ByteSet set = *found;
  // Under /i the cased properties take in the other cases.
  if (flags_.fold && (name == "Lu" || name == "Ll" || name == "Lt"))
    set = *byte_property("L&");
  else if (flags_.fold)
    set = bytes::fold(set);
  return negated ? ~set : set;
}

// At "[:": [:alpha:] or [:^alpha:].
bool Parser::posix_class(ByteSet& into) {
  const char kind = peek(1);
  if (kind != ':' && kind != '.' && kind != '=') return false;
  const std::size_t end = text_.find(std::string{kind, ']'}, at_ + 2);
  if (end == std::string_view::npos) return false;
  std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
  if (name.find_first_of("[]\\") != std::string_view::npos) return false;
  if (kind != ':') {
    fail(fmt::format("POSIX syntax [{0} {0}] is reserved for future extensions", kind));
    return false;
  }
  const bool negated = name.starts_with('^');
  if (negated) name.remove_prefix(1);
  std::optional<ByteSet> set = posix_set(name);
  if (!set) {
    fail(fmt::format("POSIX class [:{}:] unknown", name));
    return false;
  }
  if (flags_.fold) *set = bytes::fold(*set, true);
  into |= negated ? ~*set : *set;
  at_ = end + 2;
  return true;
}

std::optional<Parser::Atom> Parser::class_member() {
  if (!take('\\')) return Atom{{}, false, static_cast<unsigned char>(text_[at_++])};
  if (done()) {
    fail("Unmatched [");
    return std::nullopt;
  }
  const char c = peek();
  if (take('b')) return Atom{{}, false, 8};
  if (c >= '0' && c <= '7') return Atom{{}, false, octal(3)};
  if (std::optional<Atom> found = common_escape(true)) return found;
  if (error_.empty()) fail(fmt::format("Unrecognized escape \\{} in character class passed through", c));
  return std::nullopt;
}

// After "[".
Node Parser::class_in_brackets() {
  const std::size_t open = at_;
  ByteSet set;
  const bool negated = take('^');
  bool first = true;
  for (;; first = false) {
    if (done()) {
      if (error_.empty()) {
        at_ = open;
        fail("Unmatched [");
      }
      return {};
    }
    if (flags_.extended_more && ascii::is_blank(peek())) {
      ++at_;
      continue;
    }
    if (peek() == ']' && !first) break;
    if (peek() == '[' && posix_class(set)) continue;
    const auto low = class_member();
    if (!low) return {};
    std::size_t dash = at_;
    if (flags_.extended_more)
      while (dash < text_.size() && ascii::is_blank(text_[dash])) ++dash;
    std::size_t after = dash + 1;
    if (flags_.extended_more)
      while (after < text_.size() && ascii::is_blank(text_[after])) ++after;
    const bool range =
        dash < text_.size() && text_[dash] == '-' && after < text_.size() && text_[after] != ']';
    if (!range) {
      set |= low->is_class ? low->set : set_of(low->code_point, low->code_point);
      continue;
    }
    at_ = after;
    ByteSet posix;
    const bool posix_end = peek() == '[' && posix_class(posix);
    const auto high = posix_end ? std::optional<Atom>(Atom{posix, true, 0}) : class_member();
    if (!high) return {};
    if (low->is_class || high->is_class) {
      fail("False [] range");
      return {};
    }
    if (low->code_point > high->code_point) {
      fail("Invalid [] range");
      return {};
    }
    set |= set_of(low->code_point, high->code_point);
  }
  const std::string_view inside = text_.substr(open, at_ - open);
  ++at_;
  if (inside.size() > 2 && inside.front() == inside.back() &&
      (inside.front() == ':' || inside.front() == '.' || inside.front() == '=')) {
    fail(fmt::format("POSIX syntax [{0} {0}] belongs inside character classes", inside.front()));
    return {};
  }
  return bytes(negated ? ~set : set);
}

}  // namespace thresh::syntax
