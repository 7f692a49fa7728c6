#include "tests/generate/pattern_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace thresh::generate {
namespace {

using syntax::Kind;
using syntax::Node;

// Texts longer than this say nothing more about a pattern, and nested repeats would grow without end.
constexpr std::size_t kMostText = 3000;
constexpr int kMostRecursion = 4;

// One walk over the tree.
class Walk {
 public:
  Walk(const syntax::Pattern& pattern, Random& random, bool drop_one)
      : pattern_(pattern), random_(random), drop_one_(drop_one), plain_(chance(random, 70)) {}

  std::string run() {
    visit(pattern_.root);
    return std::move(out_);
  }

 private:
  enum class Pending : std::uint8_t { nothing, boundary, no_boundary, line_end };

  [[nodiscard]] bool last_is_word() const {
    return !out_.empty() && bytes::word.has(static_cast<unsigned char>(out_.back()));
  }

  void put(std::string_view text) {
    for (const char c : text) put_byte(c);
  }

  // While a lookahead's text stands at this place, what follows is written over it byte by byte.
  void put_byte(char c) {
    if (overlay_ > 0) {
      --overlay_;
      return;
    }
    out_ += c;
  }

  ByteSet narrowed(ByteSet set) const {
    ByteSet wish = ByteSet::all();
    if (pending_ == Pending::boundary) wish = last_is_word() ? ~bytes::word : bytes::word;
    if (pending_ == Pending::no_boundary) wish = last_is_word() ? bytes::word : ~bytes::word;
    if (pending_ == Pending::line_end) wish = bytes::newline;
    return (set & wish).empty() ? set : set & wish;
  }

  void put_one_of(const ByteSet& allowed) {
    if (allowed.empty() || out_.size() > kMostText) return;
    ByteSet set = narrowed(allowed);
    pending_ = Pending::nothing;
    // Letters, digits and blanks travel unharmed through every place a rule looks at; the rest is tried more
    // rarely.
    const std::array<std::pair<ByteSet, unsigned>, 3> preferred{
        {{bytes::alnum | ByteSet::of(' '), 75}, {ByteSet::range(0x21, 0x7e), 80}, {~bytes::newline, 90}}};
    for (const auto& [wish, percent] : preferred)
      if (const ByteSet both = set & wish; !both.empty() && chance(random_, plain_ ? 98 : percent)) {
        set = both;
        break;
      }
    std::size_t left = below(random_, static_cast<std::size_t>(set.size()));
    for (unsigned b = 0; b < 256; ++b)
      if (set.has(static_cast<unsigned char>(b)) && left-- == 0) return put_byte(static_cast<char>(b));
  }

  std::uint32_t times(const Node& node) {
    const std::uint32_t most = node.max == syntax::unlimited ? node.min + 12 : node.max;
    const std::uint32_t room = most - node.min;
    if (room == 0 || chance(random_, 45)) return node.min;
    if (chance(random_, 10))
      return node.min + static_cast<std::uint32_t>(below(random_, std::min(room, 60U) + 1));
    return node.min + static_cast<std::uint32_t>(1 + below(random_, std::min(room, 3U)));
  }

  void visit_alternatives(const Node& node) {
    // Broken UTF-8 is kept only where several choices give nothing else.
    constexpr int choices = 4;
    const std::size_t before = out_.size(), overlay = overlay_;
    const Pending pending = pending_;
    const std::string later = later_;
    for (int i = 0; i < choices; ++i) {
      visit(node.children[below(random_, node.children.size())]);
      if (!plain_ || out_.size() < before || is_utf8(std::string_view(out_).substr(before))) return;
      if (i + 1 == choices) return;
      out_.resize(before);
      overlay_ = overlay;
      pending_ = pending;
      later_ = later;
    }
  }

  void visit_look(const Node& node) {
    if (node.negative) return;
    if (chance(random_, 30)) return;
    const std::size_t before = out_.size();
    const Pending pending = pending_;
    visit(node.children[0]);
    if (out_.size() < before) return;
    const std::size_t length = out_.size() - before;
    switch (node.behind ? 0 : below(random_, 3)) {
      case 0:
        break;  // what follows stands behind it
      case 1:   // what follows is what it looked at
        overlay_ = length;
        break;
      default:  // what follows comes first
        later_.append(out_, before);
        out_.resize(before);
        pending_ = pending;
    }
  }

  void visit_concat(const Node& node) {
    std::size_t dropped = node.children.size();
    if (drop_one_ && node.children.size() > 1 && chance(random_, 40)) {
      dropped = below(random_, node.children.size());
      drop_one_ = false;
    }
    const std::string outer = std::exchange(later_, {});
    for (std::size_t i = 0; i < node.children.size(); ++i)
      if (i != dropped) visit(node.children[i]);
    if (!later_.empty()) {
      overlay_ = 0;
      out_ += later_;
    }
    later_ = outer;
  }

  void visit(const Node& node) {
    switch (node.kind) {
      case Kind::bytes:
        return put_one_of(node.set);
      case Kind::concat:
        return visit_concat(node);
      case Kind::alternate:
      case Kind::branch_reset:
        if (node.kind == Kind::branch_reset) return visit(node.children[0]);
        return visit_alternatives(node);
      case Kind::repeat:
        for (std::uint32_t n = times(node); n > 0 && out_.size() <= kMostText; --n) visit(node.children[0]);
        return;
      case Kind::capture: {
        const std::size_t before = out_.size();
        visit(node.children[0]);
        const std::string text = out_.size() > before ? out_.substr(before) : std::string();
        captured_[std::to_string(node.number)] = text;
        if (!node.text.empty()) captured_[node.text] = text;
        return;
      }
      case Kind::group:
      case Kind::atomic:
        return visit(node.children[0]);
      case Kind::look:
        return visit_look(node);
      case Kind::word_boundary:
        pending_ = Pending::boundary;
        return;
      case Kind::not_word_boundary:
        pending_ = Pending::no_boundary;
        return;
      case Kind::line_start:
        if (!out_.empty() && out_.back() != '\n') put("\n");
        return;
      case Kind::line_end:
        pending_ = Pending::line_end;
        return;
      case Kind::line_break:
        return put("\n");
      case Kind::grapheme:
        return put("a");
      case Kind::backreference:
        return put(captured_[node.text.empty() ? std::to_string(node.number) : node.text]);
      case Kind::recurse: {
        if (depth_ >= kMostRecursion) return;
        ++depth_;
        if (const Node* into =
                node.number == 0 && node.text.empty() ? &pattern_.root : find(pattern_.root, node))
          visit(*into);
        --depth_;
        return;
      }
      case Kind::conditional:
        return visit(node.children[1 + below(random_, node.children.size() - 1)]);
      case Kind::empty:
      case Kind::text_start:
      case Kind::text_end:
      case Kind::text_end_line:
      case Kind::search_start:
      case Kind::keep:
      case Kind::verb:
        return;
    }
  }

  static const Node* find(const Node& in, const Node& wanted) {
    if (in.kind == Kind::capture &&
        (wanted.text.empty() ? in.number == wanted.number : in.text == wanted.text))
      return &in;
    for (const Node& child : in.children)
      if (const Node* found = find(child, wanted)) return found;
    return nullptr;
  }

  const syntax::Pattern& pattern_;
  Random& random_;
  bool drop_one_;
  bool plain_;  // keep to letters and printable characters where the pattern allows them
  int depth_ = 0;
  Pending pending_ = Pending::nothing;
  std::size_t overlay_ = 0;
  std::string out_, later_;
  std::map<std::string, std::string> captured_;
};

}  // namespace

Result<PatternText> PatternText::make(const PerlPattern& pattern) {
  auto tree = syntax::parse(pattern.source, pattern.modifiers);
  if (!tree) return std::unexpected(tree.error());
  auto regex = Regex::compile(pattern.source, pattern.modifiers);
  if (!regex) return std::unexpected(regex.error());
  return PatternText(std::move(*tree), std::move(*regex));
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto b = static_cast<unsigned char>(text[i++]);
    int more = b < 0x80                ? 0
               : b >= 0xc2 && b < 0xe0 ? 1
               : b >= 0xe0 && b < 0xf0 ? 2
               : b >= 0xf0 && b < 0xf5 ? 3
                                       : -1;
    if (more < 0) return false;
    // Overlong forms and surrogates are told by the second byte.
    if (more >= 2 && i < text.size()) {
      const auto second = static_cast<unsigned char>(text[i]);
      if ((b == 0xe0 && second < 0xa0) || (b == 0xed && second > 0x9f) || (b == 0xf0 && second < 0x90) ||
          (b == 0xf4 && second > 0x8f))
        return false;
    }
    for (; more > 0; --more, ++i)
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return false;
  }
  return true;
}

std::optional<std::string> PatternText::hit(Random& random, unsigned tries, unsigned repeats) {
  std::optional<std::string> other;
  unsigned others = 0;
  // One text in three is taken as it comes.
  const unsigned most_others = chance(random, 33) ? 0 : 30;
  for (unsigned i = 0; i < tries; ++i) {
    std::string text = Walk(pattern_, random, false).run();
    // Context that boundaries and lookarounds may ask for.
    if (!matches(text)) {
      if (matches(text + ' '))
        text += ' ';
      else if (matches(' ' + text + ' '))
        text = ' ' + text + ' ';
      else
        continue;
    }
    for (unsigned n = 1; n < repeats && text.size() < kMostText; ++n)
      text += ' ' + Walk(pattern_, random, false).run();
    if (repeats > 1 && !matches(text)) continue;
    if (is_utf8(text) || others >= most_others) return text;
    other = std::move(text);
    ++others;
  }
  return other;
}

std::optional<std::string> PatternText::near_miss(Random& random, std::string_view hit) {
  constexpr int tries = 40;
  for (int i = 0; i < tries; ++i) {
    std::string text(hit);
    const std::size_t kind = below(random, 4);
    if (kind == 0 || text.empty()) {
      text = Walk(pattern_, random, true).run();
    } else {
      const std::size_t at = below(random, text.size());
      if (kind == 1)
        text.erase(at, 1);
      else if (kind == 2)
        text[at] = static_cast<char>('a' + below(random, 26));
      else
        text.insert(at, 1, "x- 7"[below(random, 4)]);
    }
    if (!matches(text) && (is_utf8(text) || !is_utf8(hit))) return text;
  }
  return std::nullopt;
}

}  // namespace thresh::generate
