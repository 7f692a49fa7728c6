// What starts with "(": groups, assertions, flags, recursion, conditions, verbs.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/regex/parser.h"

namespace thresh::syntax {
namespace {

Node with_child(Kind kind, Node child) {
  Node node;
  node.kind = kind;
  node.children.push_back(std::move(child));
  return node;
}

}  // namespace

void Parser::close() {
  if (!take(')')) fail("Unmatched (");
}

// Letters of (?letters) or after the delimiter, with '-' and '^'. False after an error.
bool Parser::modifiers(std::string_view letters) {
  bool off = false;
  bool charset_seen = false;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const char c = letters[i];
    const bool doubled = i + 1 < letters.size() && letters[i + 1] == c;
    switch (c) {
      case '^':
        if (i != 0) break;
        flags_ = Flags{.charset = Charset::depends};
        continue;
      case '-':
        if (off || letters.front() == '^') break;
        off = true;
        continue;
      case 'i':
        flags_.fold = !off;
        continue;
      case 'm':
        flags_.multiline = !off;
        continue;
      case 's':
        flags_.dot_all = !off;
        continue;
      case 'n':
        flags_.no_capture = !off;
        continue;
      case 'x':
        flags_.extended = !off;
        flags_.extended_more = !off && doubled;
        if (doubled) ++i;
        continue;
      case 'p':
        if (off) break;
        continue;
      case 'a':
        if (off || (charset_seen && flags_.charset != Charset::ascii)) break;
        flags_.charset = Charset::ascii;
        charset_seen = true;
        if (doubled) ++i;
        continue;
      case 'u':
      case 'd':
      case 'l':
        if (off || charset_seen) break;
        // The C locale, which SpamAssassin runs in, classifies as /d does.
        flags_.charset = c == 'u' ? Charset::unicode : Charset::depends;
        charset_seen = true;
        continue;
      default:
        break;
    }
    fail(fmt::format("Regexp modifier \"{}\" is unknown or useless here", c));
    return false;
  }
  return true;
}

// Up to `end`, which is taken.
std::string Parser::group_name(char end) {
  while (end == '}' && ascii::is_blank(peek())) ++at_;
  if (done() || !(ascii::is_alpha(peek()) || peek() == '_')) {
    fail("Group name must start with a non-digit word character");
    return {};
  }
  std::string name;
  while (!done() && ascii::is_word(peek())) name += text_[at_++];
  while (end == '}' && ascii::is_blank(peek())) ++at_;
  if (!take(end)) fail("Group name is not terminated");
  if (name.size() > 32) fail("Group names of more than 32 characters are not supported");
  return name;
}

Node Parser::capture(int depth, std::string name) {
  const std::uint32_t number = next_group_++;
  if (!name.empty()) pattern_.names.emplace_back(name, number);
  Node node = wrap(Kind::capture, depth);
  node.number = number;
  node.text = std::move(name);
  return node;
}

// The alternatives up to ")", under flags of their own.
Node Parser::wrap(Kind kind, int depth) {
  const Flags outer = flags_;
  Node node = with_child(kind, alternatives(depth + 1));
  flags_ = outer;
  close();
  return node;
}

Node Parser::look(int depth, bool behind, bool negative) {
  const bool outer = std::exchange(behind_allows_keep_, false);
  const std::uint32_t first_group = next_group_;
  Node node = wrap(Kind::look, depth);
  behind_allows_keep_ = outer;
  node.behind = behind;
  node.negative = negative;
  if (behind && error_.empty()) {
    const Width w = width(node.children[0]);
    constexpr std::uint32_t perl_bound = 255;
    if (w.max > perl_bound) fail("Lookbehind longer than 255 not implemented");
    // Perl calls it experimental, and a warning refuses the rule.
    else if (w.min != w.max && next_group_ != first_group)
      fail("Variable length lookbehind with capturing is experimental");
  }
  return node;
}

// (?|...): every alternative numbers its groups from the same start.
Node Parser::branch_reset(int depth) {
  const Flags outer = flags_;
  const std::uint32_t first = next_group_;
  std::uint32_t most = first;
  Node alternate;
  alternate.kind = Kind::alternate;
  do {
    next_group_ = first;
    alternate.children.push_back(branch(depth + 1));
    most = std::max(most, next_group_);
  } while (take('|'));
  next_group_ = most;
  flags_ = outer;
  close();
  return with_child(Kind::branch_reset, std::move(alternate));
}

Node Parser::recursion(std::uint32_t number) {
  if (number > 0) numbered_uses_.emplace_back(number, at_);
  close();
  Node node;
  node.kind = Kind::recurse;
  node.number = number;
  return node;
}

// After "(?(" when it is no lookaround: up to ")", which is taken.
std::string Parser::condition_in_text() {
  const std::size_t end = text_.find(')', at_);
  if (end == std::string_view::npos) {
    fail("Switch (?(condition)... not terminated");
    return {};
  }
  const std::string_view inside = text_.substr(at_, end - at_);
  const auto all_digits = [](std::string_view s) {
    return !s.empty() && std::ranges::all_of(s, ascii::is_digit);
  };
  const auto name_in = [](std::string_view s) {
    return s.size() > 2 && ((s.front() == '<' && s.back() == '>') || (s.front() == '\'' && s.back() == '\''));
  };
  std::string text(inside);
  if (all_digits(inside) && inside.size() < 7) {
    numbered_uses_.emplace_back(static_cast<std::uint32_t>(std::stoul(text)), at_);
  } else if (name_in(inside)) {
    text = text.substr(1, text.size() - 2);
    named_uses_.emplace_back(text, at_);
    text = "<" + text + ">";
  } else if (inside != "DEFINE" && inside != "R" && !inside.starts_with("R&") &&
             !(inside.starts_with('R') && all_digits(inside.substr(1)))) {
    fail("Unknown switch condition (?(...))");
    return {};
  }
  at_ = end + 1;
  return text;
}

// After "(?(".
Node Parser::conditional(int depth) {
  Node node;
  node.kind = Kind::conditional;
  node.children.resize(3);
  if (peek() == '?' || peek() == '*') {
    bool repeatable = true;
    std::optional<Node> condition = peek() == '?' ? extension(depth + 1, repeatable) : star(depth + 1);
    if (!error_.empty()) return node;
    if (!condition || condition->kind != Kind::look) {
      fail("Unknown switch condition (?(...))");
      return node;
    }
    node.children[0] = std::move(*condition);
  } else {
    node.text = condition_in_text();
  }
  const Flags outer = flags_;
  node.children[1] = branch(depth + 1);
  if (take('|')) {
    if (node.text == "DEFINE") fail("(?(DEFINE)....) does not allow branches");
    node.children[2] = branch(depth + 1);
  }
  if (peek() == '|' && !done()) fail("Switch (?(condition)... contains too many branches");
  flags_ = outer;
  close();
  return node;
}

// After "(".
std::optional<Node> Parser::parenthesis(int depth, bool& repeatable) {
  if (peek() == '?') return extension(depth, repeatable);
  if (peek() == '*') return star(depth);
  if (flags_.extended && ascii::is_space(peek())) {
    const std::size_t from = at_;
    skip_ignored();
    if (peek() == '?') fail("In '(?...)', the '(' and '?' must be adjacent");
    at_ = error_.empty() ? from : at_;
  }
  return flags_.no_capture ? wrap(Kind::group, depth) : capture(depth, {});
}

// At the "?" after "(".
std::optional<Node> Parser::extension(int depth, bool& repeatable) {
  ++at_;
  if (take('#')) {
    const std::size_t end = text_.find(')', at_);
    if (end == std::string_view::npos)
      fail("Sequence (?#... not terminated");
    else
      at_ = end + 1;
    repeatable = false;
    return std::nullopt;
  }
  if (take(':')) return wrap(Kind::group, depth);
  if (take('>')) return wrap(Kind::atomic, depth);
  if (take('|')) return branch_reset(depth);
  if (take('=')) return look(depth, false, false);
  if (take('!')) return look(depth, false, true);
  if (take("<=")) return look(depth, true, false);
  if (take("<!")) return look(depth, true, true);
  if (take('<')) return capture(depth, group_name('>'));
  if (take('\'')) return capture(depth, group_name('\''));
  if (take("P<")) return capture(depth, group_name('>'));
  if (take("P=")) return named_reference(group_name(')'));
  if (take('&') || take("P>")) {
    Node node;
    node.kind = Kind::recurse;
    node.text = group_name(')');
    if (error_.empty()) named_uses_.emplace_back(node.text, at_);
    return node;
  }
  if (take('(')) return conditional(depth);
  if (take('R')) return recursion(0);
  const bool plus = peek() == '+';
  if (ascii::is_digit(peek()) || ((plus || peek() == '-') && ascii::is_digit(peek(1)))) {
    const bool minus = peek() == '-';
    if (plus || minus) ++at_;
    std::uint32_t number = 0;
    for (; ascii::is_digit(peek()); ++at_)
      number = std::min<std::uint32_t>(number * 10 + static_cast<std::uint32_t>(peek() - '0'), 1000000);
    if (minus && number >= next_group_) {
      fail("Reference to nonexistent group");
      return std::nullopt;
    }
    return recursion(minus ? next_group_ - number : plus ? next_group_ + number - 1 : number);
  }
  if (peek() == '{' || (peek() == '?' && peek(1) == '{')) {
    fail("eval (?{}) found");
    return std::nullopt;
  }
  if (peek() == '[') {
    fail("(?[...]) is not supported");
    return std::nullopt;
  }
  const std::size_t end = text_.find_first_of(":)", at_);
  if (end == std::string_view::npos) {
    fail("Sequence (?... not terminated");
    return std::nullopt;
  }
  const Flags outer = flags_;
  const std::string_view letters = text_.substr(at_, end - at_);
  if (letters.starts_with("^-") || !modifiers(letters)) {
    fail("Sequence (?... not recognized");
    return std::nullopt;
  }
  at_ = end + 1;
  if (text_[end] == ')') {  // holds to the end of the group around it
    repeatable = false;
    return std::nullopt;
  }
  Node node = wrap(Kind::group, depth);
  flags_ = outer;
  return node;
}

// At the "*" after "(": verbs and the alphabetic assertions.
std::optional<Node> Parser::star(int depth) {
  ++at_;
  std::size_t end = at_;
  while (end < text_.size() && (ascii::is_word(text_[end]))) ++end;
  const std::string_view word = text_.substr(at_, end - at_);
  const char after = end < text_.size() ? text_[end] : '\0';
  struct Assertion {
    std::string_view name, long_name;
    bool behind, negative;
  };
  constexpr Assertion assertions[] = {{"pla", "positive_lookahead", false, false},
                                      {"nla", "negative_lookahead", false, true},
                                      {"plb", "positive_lookbehind", true, false},
                                      {"nlb", "negative_lookbehind", true, true}};
  if (after == ':') {
    for (const Assertion& a : assertions) {
      if (word != a.name && word != a.long_name) continue;
      at_ = end + 1;
      return look(depth, a.behind, a.negative);
    }
    if (word == "atomic") {
      at_ = end + 1;
      return wrap(Kind::atomic, depth);
    }
  }
  constexpr std::string_view verbs[] = {"FAIL", "F", "ACCEPT", "COMMIT", "PRUNE", "SKIP", "THEN", "MARK", ""};
  if ((after == ':' || after == ')') && std::ranges::find(verbs, word) != std::end(verbs)) {
    const std::size_t close_at = text_.find(')', end);
    if (close_at != std::string_view::npos &&
        (after == ')' ? !word.empty() && word != "MARK" : close_at > end + 1)) {
      Node node;
      if (word == "F" || word == "FAIL") {
        node.kind = Kind::verb;
        node.text = "FAIL";
      } else {
        node.kind = Kind::verb;
        node.text = std::string(text_.substr(at_, close_at - at_));
      }
      at_ = close_at + 1;
      return node;
    }
  }
  fail(fmt::format("Unknown '(*...)' construct '{}'", word));
  return std::nullopt;
}

}  // namespace thresh::syntax
