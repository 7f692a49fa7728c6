// Pattern structure: alternatives, branches, quantifiers. What Perl 5.36 refuses or warns about is refused
// here with its words.
#include "engine/regex/parser.h"

#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "engine/regex/limits.h"

namespace thresh::syntax {

Result<Pattern> parse(std::string_view source, std::string_view modifiers) {
  if (source.size() > limits::pattern_bytes) return thresh::fail("the pattern is longer than 1 MiB");
  // The first pass only counts the groups: \12 is a reference where there are so many.
  Parser counting(source, unlimited);
  if (!counting.run(modifiers))
    return thresh::fail(fmt::format("{} at offset {} of the pattern", counting.error(), counting.error_at()));
  Parser parser(source, counting.pattern().groups);
  if (!parser.run(modifiers))
    return thresh::fail(fmt::format("{} at offset {} of the pattern", parser.error(), parser.error_at()));
  return std::move(parser.pattern());
}

bool Parser::take(char c) {
  if (done() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool Parser::take(std::string_view word) {
  if (!text_.substr(std::min(at_, text_.size())).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void Parser::fail(std::string what) {
  if (error_.empty()) {
    error_ = std::move(what);
    error_at_ = std::min(at_, text_.size());
  }
  at_ = text_.size();
}

bool Parser::run(std::string_view letters) {
  if (letters.find('-') != std::string_view::npos || letters.find('^') != std::string_view::npos ||
      !modifiers(letters)) {
    if (error_.empty()) fail(fmt::format("unknown modifiers \"{}\"", letters));
    return false;
  }
  pattern_.root = alternatives(0);
  if (error_.empty() && !done()) fail("Unmatched )");
  pattern_.groups = next_group_ - 1;
  if (!error_.empty()) return false;
  if (total_groups_ == unlimited) return true;
  for (const auto& [number, at] : numbered_uses_) {
    if (number > pattern_.groups) {
      at_ = at;
      fail("Reference to nonexistent group");
      return false;
    }
  }
  for (const auto& [name, at] : named_uses_) {
    bool known = false;
    for (const auto& entry : pattern_.names) known = known || entry.first == name;
    if (!known) {
      at_ = at;
      fail("Reference to nonexistent named group");
      return false;
    }
  }
  return true;
}

Node Parser::alternatives(int depth) {
  if (depth > limits::pattern_nesting) {
    fail("Too many nested open parens");
    return {};
  }
  Node first = branch(depth);
  if (peek() != '|' || done()) return first;
  Node node;
  node.kind = Kind::alternate;
  node.children.push_back(std::move(first));
  while (take('|')) node.children.push_back(branch(depth));
  return node;
}

Node Parser::branch(int depth) {
  Node node;
  node.kind = Kind::concat;
  at_branch_start_ = true;
  for (;;) {
    if (flags_.extended) skip_ignored();
    if (done() || peek() == '|' || peek() == ')') break;
    bool repeatable = true;
    std::optional<Node> part = atom(depth, repeatable);
    if (!part) {
      if (!error_.empty()) break;
      // A comment or a change of flags: no quantifier may follow, and what Perl allows at the start of a
      // branch still may.
      std::uint32_t min = 0;
      std::uint32_t max = 0;
      std::size_t length = 0;
      if (quantifier_ahead(min, max, length) && peek() != '{') fail("Quantifier follows nothing");
      continue;
    }
    const bool zero_width_anchor = part->kind == Kind::text_start || part->kind == Kind::line_start;
    Node whole = quantified(std::move(*part), repeatable);
    at_branch_start_ = zero_width_anchor || whole.kind == Kind::repeat;
    node.children.push_back(std::move(whole));
  }
  if (node.children.empty()) return {};
  if (node.children.size() == 1) {
    Node only = std::move(node.children.front());
    return only;
  }
  return node;
}

// Under /x: white space and comments to the end of the line. A comment group is skipped everywhere by atom().
void Parser::skip_ignored() {
  while (!done()) {
    const char c = peek();
    if (ascii::is_space(c) || static_cast<unsigned char>(c) == 0x85) {
      ++at_;
    } else if (c == '#') {
      while (!done() && peek() != '\n') ++at_;
    } else {
      return;
    }
  }
}

std::optional<Node> Parser::atom(int depth, bool& repeatable) {
  const char c = peek();
  Node node;
  switch (c) {
    case '(':
      ++at_;
      return parenthesis(depth, repeatable);
    case '[':
      ++at_;
      return class_in_brackets();
    case '.':
      ++at_;
      return bytes(flags_.dot_all ? ByteSet::all() : bytes::not_newline);
    case '^':
      ++at_;
      node.kind = flags_.multiline ? Kind::line_start : Kind::text_start;
      return node;
    case '$':
      ++at_;
      node.kind = flags_.multiline ? Kind::line_end : Kind::text_end_line;
      return node;
    case '\\':
      ++at_;
      return escape();
    case '*':
    case '+':
    case '?':
      fail("Quantifier follows nothing");
      return std::nullopt;
    case '{': {
      if (!at_branch_start_) {
        fail("Unescaped left brace in regex is passed through");
        return std::nullopt;
      }
      break;
    }
    default:
      break;
  }
  ++at_;
  return code_point(static_cast<unsigned char>(c));
}

namespace {

// "12" → 12; nothing for leading zeros (Perl: invalid quantifier). Values past the bound stay past it.
std::optional<std::uint32_t> count(std::string_view digits) {
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::uint32_t value = 0;
  for (char d : digits)
    value = std::min<std::uint32_t>(value * 10 + static_cast<std::uint32_t>(d - '0'), 1000000);
  return value;
}

}  // namespace

// *, +, ?, {n}, {n,}, {n,m}, {,m}, with blanks inside the braces. `length` is what to skip.
bool Parser::quantifier_ahead(std::uint32_t& min, std::uint32_t& max, std::size_t& length) {
  if (done()) return false;
  length = 1;
  switch (peek()) {
    case '*':
      min = 0;
      max = unlimited;
      return true;
    case '+':
      min = 1;
      max = unlimited;
      return true;
    case '?':
      min = 0;
      max = 1;
      return true;
    case '{':
      break;
    default:
      return false;
  }
  std::size_t i = at_ + 1;
  const auto blanks = [&] {
    while (i < text_.size() && ascii::is_blank(text_[i])) ++i;
  };
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text_.size() && ascii::is_digit(text_[i])) ++i;
    return text_.substr(from, i - from);
  };
  blanks();
  const std::string_view low = digits();
  blanks();
  bool comma = false;
  std::string_view high;
  if (i < text_.size() && text_[i] == ',') {
    comma = true;
    ++i;
    blanks();
    high = digits();
    blanks();
  }
  if (i >= text_.size() || text_[i] != '}' || (low.empty() && high.empty())) return false;
  length = i + 1 - at_;
  const auto from = count(low);
  const auto to = count(high);
  if (!from || !to) {
    fail("Invalid quantifier in {,}");
    return false;
  }
  min = *from;
  max = !comma ? *from : high.empty() ? unlimited : *to;
  constexpr std::uint32_t perl_bound = 65534;
  if (min > perl_bound || (max != unlimited && max > perl_bound)) {
    fail("Quantifier in {,} bigger than 65534");
    return false;
  }
  return true;
}

Node Parser::quantified(Node node, bool repeatable) {
  if (flags_.extended) skip_ignored();
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::size_t length = 0;
  if (!quantifier_ahead(min, max, length)) return node;
  if (!repeatable) {
    fail("Quantifier follows nothing");
    return node;
  }
  if (min > max) {
    fail("Quantifier {n,m} with n > m can't match");
    return node;
  }
  if (!can_have_width(node) && (max == unlimited || min > 1 || node.kind == Kind::keep)) {
    fail("Quantifier matches null string many times");
    return node;
  }
  at_ += length;
  Node repeat;
  repeat.kind = Kind::repeat;
  repeat.min = min;
  repeat.max = max;
  if (flags_.extended) skip_ignored();
  if (take('?'))
    repeat.greed = Greed::lazy;
  else if (take('+'))
    repeat.greed = Greed::possessive;
  repeat.children.push_back(std::move(node));
  if (flags_.extended) skip_ignored();
  if (quantifier_ahead(min, max, length)) fail("Nested quantifiers");
  return repeat;
}

}  // namespace thresh::syntax
