// Syntax tree → PCRE2. Bytes are written so that case is right whatever the option: under CASELESS what is
// not closed under case stands in (?-i:...), without it what is a letter in both cases stands in (?i:...).
#include "engine/regex/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/regex/limits.h"

namespace thresh::syntax {
namespace {

std::string hex(unsigned char byte) {
  return fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
}

// The letter when `set` is exactly a letter in both cases.
std::optional<unsigned char> both_cases(const ByteSet& set) {
  if (set.size() != 2) return std::nullopt;
  const unsigned char b = set.first();
  const unsigned char other = bytes::other_case(b);
  if (other == b || !set.has(other)) return std::nullopt;
  return std::max(b, other);
}

void count_cases(const Node& node, int& folded, int& exact) {
  if (node.kind == Kind::bytes) {
    if (both_cases(node.set))
      ++folded;
    else if (!(bytes::fold(node.set) == node.set))
      ++exact;
  }
  for (const Node& child : node.children) count_cases(child, folded, exact);
}

// The texts of fixed length that a lookbehind's body can be, as nodes; false when there are too many.
bool shapes(const Node& node, std::vector<Node>& out) {
  const Width w = width(node);
  if (w.min == w.max) {
    out.push_back(node);
    return true;
  }
  switch (node.kind) {
    case Kind::concat: {
      std::vector<Node> sofar(1);
      sofar[0].kind = Kind::concat;
      for (const Node& child : node.children) {
        std::vector<Node> parts;
        if (!shapes(child, parts) || sofar.size() * parts.size() > limits::lookbehind_shapes) return false;
        std::vector<Node> next;
        for (const Node& left : sofar)
          for (const Node& right : parts) {
            next.push_back(left);
            next.back().children.push_back(right);
          }
        sofar = std::move(next);
      }
      std::ranges::move(sofar, std::back_inserter(out));
      break;
    }
    case Kind::alternate:
      for (const Node& child : node.children)
        if (!shapes(child, out)) return false;
      break;
    case Kind::repeat: {
      std::vector<Node> parts;
      if (node.max > 255 || !shapes(node.children[0], parts)) return false;
      for (std::uint32_t n = node.min; n <= node.max; ++n) {
        if (parts.size() == 1) {
          Node times = node;
          times.min = times.max = n;
          times.children[0] = parts[0];
          out.push_back(std::move(times));
          continue;
        }
        Node times;
        times.kind = Kind::concat;
        times.children.assign(n, node.children[0]);
        if (n == 0)
          out.emplace_back();
        else if (!shapes(times, out))
          return false;
      }
      break;
    }
    case Kind::group:
    case Kind::capture:
    case Kind::branch_reset:
      return shapes(node.children[0], out);
    case Kind::line_break: {
      Node two;
      two.kind = Kind::concat;
      two.children.resize(2);
      two.children[0].kind = two.children[1].kind = Kind::bytes;
      two.children[0].set = ByteSet::of('\r');
      two.children[1].set = ByteSet::of('\n');
      Node one;
      one.kind = Kind::bytes;
      one.set = bytes::vertical;
      out.push_back(std::move(two));
      out.push_back(std::move(one));
      break;
    }
    default:
      return false;
  }
  return out.size() <= limits::lookbehind_shapes;
}

// Whether the node means the same when called as a group: a call undoes captures, and positions inside are
// its own.
bool can_be_called(const Node& node) {
  switch (node.kind) {
    case Kind::capture:
    case Kind::backreference:
    case Kind::recurse:
    case Kind::conditional:
    case Kind::branch_reset:
    case Kind::verb:
    case Kind::keep:
      return false;
    default:
      return std::ranges::all_of(node.children, can_be_called);
  }
}

class Writer {
 public:
  // `first_shared`: 0, or the number of the first group that may be added behind the pattern for what occurs
  // repeatedly.
  Writer(bool caseless, std::uint32_t first_shared) : caseless_(caseless), first_shared_(first_shared) {}

  void write(const Node& node);
  [[nodiscard]] std::string& text() { return text_; }
  [[nodiscard]] const std::vector<std::string>& shared() const { return shared_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void set(const ByteSet& set);
  void repeat(const Node& node);
  void enclosed(std::string_view open, const Node& child) {
    text_ += open;
    write(child);
    text_ += ')';
  }
  void lookbehind(const Node& node);
  void shared_group(const Node& node);

  bool caseless_;
  std::uint32_t first_shared_;
  std::vector<std::string> shared_;
  std::string text_;
  std::string error_;
};

void Writer::set(const ByteSet& s) {
  if (const auto letter = both_cases(s)) {
    text_ += caseless_ ? byte_text(*letter) : "(?i:" + byte_text(*letter) + ")";
    return;
  }
  const bool closed = bytes::fold(s) == s;
  text_ += !caseless_ || closed ? class_text(s) : "(?-i:" + class_text(s) + ")";
}

void Writer::repeat(const Node& node) {
  const Node& child = node.children[0];
  switch (child.kind) {
    case Kind::bytes:
    case Kind::group:
    case Kind::capture:
    case Kind::branch_reset:
    case Kind::atomic:
    case Kind::line_break:
    case Kind::grapheme:
    case Kind::conditional:
    case Kind::recurse:
      write(child);
      break;
    default:
      enclosed("(?:", child);
  }
  if (node.min == 0 && node.max == unlimited)
    text_ += '*';
  else if (node.min == 1 && node.max == unlimited)
    text_ += '+';
  else if (node.min == 0 && node.max == 1)
    text_ += '?';
  else if (node.max == unlimited)
    text_ += fmt::format("{{{},}}", node.min);
  else if (node.min == node.max)
    text_ += fmt::format("{{{}}}", node.min);
  else
    text_ += fmt::format("{{{},{}}}", node.min, node.max);
  if (node.greed == Greed::lazy) text_ += '?';
  if (node.greed == Greed::possessive) text_ += '+';
}

// Writes a group once, behind the pattern, and calls it from here: PCRE2 copies what a quantifier repeats,
// and has 64 KiB.
void Writer::shared_group(const Node& node) {
  std::string outer = std::exchange(text_, {});
  write(node.children[0]);
  std::string inner = std::exchange(text_, std::move(outer));
  constexpr std::size_t worth_sharing = 150;
  if (inner.size() < worth_sharing || !can_be_called(node)) {
    text_ += "(?:" + inner + ")";
    return;
  }
  auto at = std::ranges::find(shared_, inner);
  if (at == shared_.end()) at = shared_.insert(at, std::move(inner));
  text_ += fmt::format("(?{})", first_shared_ + static_cast<std::uint32_t>(at - shared_.begin()));
}

// PCRE2 wants each alternative at the top to have one length.
void Writer::lookbehind(const Node& node) {
  text_ += node.negative ? "(?<!" : "(?<=";
  const Width w = width(node.children[0]);
  if (w.min == w.max) {
    write(node.children[0]);
  } else {
    std::vector<Node> all;
    if (!shapes(node.children[0], all)) error_ = "the lookbehind has too many shapes";
    bool first = true;
    for (const Node& shape : all) {
      if (!std::exchange(first, false)) text_ += '|';
      write(shape);
    }
  }
  text_ += ')';
}

void Writer::write(const Node& node) {
  switch (node.kind) {
    case Kind::empty:
      break;
    case Kind::bytes:
      set(node.set);
      break;
    case Kind::concat:
      for (const Node& child : node.children) {
        if (child.kind == Kind::alternate)
          enclosed("(?:", child);
        else
          write(child);
      }
      break;
    case Kind::alternate:
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) text_ += '|';
        write(node.children[i]);
      }
      break;
    case Kind::repeat:
      repeat(node);
      break;
    case Kind::capture:
      enclosed(node.text.empty() ? "(" : "(?<" + node.text + ">", node.children[0]);
      break;
    case Kind::group:
      if (first_shared_ > 0)
        shared_group(node);
      else
        enclosed("(?:", node.children[0]);
      break;
    case Kind::branch_reset:
      enclosed("(?|", node.children[0]);
      break;
    case Kind::atomic:
      enclosed("(?>", node.children[0]);
      break;
    case Kind::look:
      if (node.behind)
        lookbehind(node);
      else
        enclosed(node.negative ? "(?!" : "(?=", node.children[0]);
      break;
    case Kind::text_start:
      text_ += "\\A";
      break;
    case Kind::line_start:
      text_ += "(?m:^)";
      break;
    case Kind::text_end:
      text_ += "\\z";
      break;
    case Kind::text_end_line:
      text_ += "\\Z";
      break;
    case Kind::line_end:
      text_ += "(?m:$)";
      break;
    case Kind::search_start:
      text_ += "\\G";
      break;
    case Kind::word_boundary:
      text_ += "\\b";
      break;
    case Kind::not_word_boundary:
      text_ += "\\B";
      break;
    case Kind::keep:
      text_ += "\\K";
      break;
    case Kind::line_break:
      text_ += "\\R";
      break;
    case Kind::grapheme:
      text_ += "\\X";
      break;
    case Kind::backreference: {
      const std::string to =
          node.text.empty() ? fmt::format("\\g{{{}}}", node.number) : "\\k{" + node.text + "}";
      text_ += node.fold == caseless_ ? to : (node.fold ? "(?i:" : "(?-i:") + to + ")";
      break;
    }
    case Kind::recurse:
      text_ += node.text.empty() ? fmt::format("(?{})", node.number) : "(?&" + node.text + ")";
      break;
    case Kind::conditional:
      text_ += "(?(";
      if (!node.text.empty()) {
        text_ += node.text + ")";
      } else {
        text_.pop_back();
        write(node.children[0]);
      }
      for (std::size_t i = 1; i < 3; ++i) {
        if (i == 2 && node.text == "DEFINE") break;
        if (i == 2) text_ += '|';
        if (node.children[i].kind == Kind::alternate)
          enclosed("(?:", node.children[i]);
        else
          write(node.children[i]);
      }
      text_ += ')';
      break;
    case Kind::verb:
      text_ += "(*" + node.text + ")";
      break;
  }
}

}  // namespace

std::string byte_text(unsigned char byte) {
  const char c = static_cast<char>(byte);
  if (ascii::is_alnum(c) || std::string_view(" _-,;:'\"<>=!@%&~/`").find(c) != std::string_view::npos)
    return {c};
  if (byte > 0x20 && byte < 0x7f) return {'\\', c};
  return hex(byte);
}

std::string class_text(const ByteSet& set) {
  if (set == ByteSet::all()) return ".";
  if (set == bytes::not_newline) return "[^\\n]";
  if (set == bytes::digit) return "\\d";
  if (set == bytes::word) return "\\w";
  if (set == bytes::space) return "\\s";
  if (set == ~bytes::digit) return "\\D";
  if (set == ~bytes::word) return "\\W";
  if (set == ~bytes::space) return "\\S";
  if (set.empty()) return "[^\\x00-\\xff]";
  if (set.size() == 1) return byte_text(set.first());
  const bool negated = set.size() > 128;
  const ByteSet shown = negated ? ~set : set;
  const auto member = [](unsigned b) {
    const auto byte = static_cast<unsigned char>(b);
    return ascii::is_alnum(static_cast<char>(byte)) ? std::string(1, static_cast<char>(byte)) : hex(byte);
  };
  std::string text = negated ? "[^" : "[";
  for (unsigned b = 0; b < 256; ++b) {
    if (!shown.has(static_cast<unsigned char>(b))) continue;
    unsigned last = b;
    while (last < 255 && shown.has(static_cast<unsigned char>(last + 1))) ++last;
    text += member(b);
    if (last > b + 1) text += '-';
    if (last > b) text += member(last);
    b = last;
  }
  return text + "]";
}

Result<Pcre2Expression> to_pcre2(const Pattern& pattern, bool share) {
  int folded = 0;
  int exact = 0;
  count_cases(pattern.root, folded, exact);
  Pcre2Expression out;
  out.caseless = folded > exact;
  Writer writer(out.caseless, share ? pattern.groups + 1 : 0);
  writer.write(pattern.root);
  if (!writer.error().empty()) return fail(writer.error());
  out.text = std::move(writer.text());
  if (!writer.shared().empty()) {
    out.text = "(?:" + out.text + ")(?(DEFINE)";
    for (const std::string& shared : writer.shared()) out.text += "(" + shared + ")";
    out.text += ')';
  }
  return out;
}

}  // namespace thresh::syntax
