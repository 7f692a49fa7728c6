// The parser behind syntax::parse(): recursive descent over one pattern, flags scoped as Perl scopes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/regex/syntax.h"

namespace thresh::syntax {

class Parser {
 public:
  // `total_groups`: capture groups of the whole pattern where known, for telling \12 the reference from \12
  // the octal number.
  Parser(std::string_view source, std::uint32_t total_groups) : text_(source), total_groups_(total_groups) {}

  // False when the modifiers or the pattern are refused; error() says why.
  bool run(std::string_view modifiers);
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::size_t error_at() const { return error_at_; }
  [[nodiscard]] Pattern& pattern() { return pattern_; }

 private:
  enum class Charset : std::uint8_t { ascii, unicode, depends };
  struct Flags {
    bool fold = false, multiline = false, dot_all = false, extended = false, extended_more = false,
         no_capture = false;
    Charset charset = Charset::ascii;
  };
  // One member or class of a bracketed class, or an escape outside.
  struct Atom {
    ByteSet set;
    bool is_class = false;         // \w and the like: no end of a range
    std::uint32_t code_point = 0;  // when !is_class
  };

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c);
  bool take(std::string_view word);
  // Records the first error and moves to the end, so that every loop stops.
  void fail(std::string what);

  Node alternatives(int depth);
  Node branch(int depth);
  // Nothing when the branch is over; `repeatable` false for what takes no quantifier.
  std::optional<Node> atom(int depth, bool& repeatable);
  Node quantified(Node node, bool repeatable);
  bool quantifier_ahead(std::uint32_t& min, std::uint32_t& max, std::size_t& length);
  void skip_ignored();

  // parser_group.cc
  std::optional<Node> parenthesis(int depth, bool& repeatable);
  std::optional<Node> extension(int depth, bool& repeatable);
  std::optional<Node> star(int depth);
  Node capture(int depth, std::string name);
  Node look(int depth, bool behind, bool negative);
  Node wrap(Kind kind, int depth);
  Node branch_reset(int depth);
  Node conditional(int depth);
  std::string condition_in_text();
  std::string group_name(char end);
  bool modifiers(std::string_view letters);
  Node recursion(std::uint32_t number);
  void close();

  // parser_escape.cc
  std::optional<Node> escape();
  Node backreference_g();
  Node numbered_reference(std::uint32_t number);
  Node named_reference(std::string name);
  std::optional<Atom> common_escape(bool in_class);
  std::optional<std::uint32_t> hexadecimal();
  std::optional<std::uint32_t> braced_octal();
  std::uint32_t octal(std::size_t most_digits);
  ByteSet property(bool negated);
  Node class_in_brackets();
  bool posix_class(ByteSet& into);
  std::optional<Atom> class_member();
  Node bytes(const ByteSet& set);
  Node code_point(std::uint32_t c);
  ByteSet set_of(std::uint32_t from, std::uint32_t to) const;
  ByteSet folded(const ByteSet& set) const;
  Node boundary(bool negated);
  [[nodiscard]] bool latin1() const { return flags_.charset == Charset::unicode; }

  std::string_view text_;
  std::size_t at_ = 0;
  Flags flags_;
  Pattern pattern_;
  std::uint32_t next_group_ = 1;
  std::uint32_t total_groups_;
  bool behind_allows_keep_ = true;
  bool at_branch_start_ = true;
  std::vector<std::pair<std::string, std::size_t>> named_uses_;
  std::vector<std::pair<std::uint32_t, std::size_t>> numbered_uses_;
  std::string error_;
  std::size_t error_at_ = 0;
};

}  // namespace thresh::syntax
