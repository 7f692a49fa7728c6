// The syntax tree of a Perl pattern over bytes (perlre, as Perl 5.36 reads it). Case, character classes and
// the modifiers are resolved while parsing: every position that takes one byte is a ByteSet, so whoever walks
// the tree (translation to PCRE2 or Hyperscan, analysis for prefilters) need not know about /i, /s, /x or
// /aa.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/regex/byte_set.h"

namespace thresh::syntax {

enum class Kind : std::uint8_t {
  empty,          // matches the empty string
  bytes,          // one byte of `set`; an empty set never matches
  concat,         // children in order
  alternate,      // children as alternatives
  repeat,         // child 0, `min` to `max` times
  capture,        // child 0 as group `number` (`name` when it has one)
  group,          // child 0, grouped only: its alternatives and a quantifier bind to it
  branch_reset,   // (?|...): child 0
  atomic,         // child 0
  look,           // child 0: lookahead or lookbehind
  text_start,     // \A and ^ without /m
  line_start,     // ^ under /m
  text_end,       // \z
  text_end_line,  // \Z and $ without /m: at the end or before a final newline
  line_end,       // $ under /m
  search_start,   // \G
  word_boundary,  // \b
  not_word_boundary,
  keep,           // \K
  line_break,     // \R
  grapheme,       // \X
  backreference,  // to `number`, or to the groups called `name`
  recurse,        // into group `number` (0: the whole), or `name`
  conditional,    // child 0: condition (a look, or none and `text` holds it), child 1 yes, child 2 no
  verb,           // (*TEXT)
};

enum class Greed : std::uint8_t { greedy, lazy, possessive };

inline constexpr std::uint32_t unlimited = 0xffffffff;

struct Node {
  Kind kind = Kind::empty;
  Greed greed = Greed::greedy;
  bool behind = false;    // look
  bool negative = false;  // look
  bool fold = false;      // backreference under /i
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::uint32_t number = 0;
  // Not from the parser: the node stands for the first of so many copies, of which each one ends in what
  // matches it.
  std::uint32_t copies = 1;
  ByteSet set;
  std::string text;  // group name, verb, or condition
  std::vector<Node> children;
};

struct Pattern {
  Node root;
  std::uint32_t groups = 0;  // capture groups
  std::vector<std::pair<std::string, unsigned>> names;
};

// What Perl refuses, or warns about while SpamAssassin treats warnings as errors (Util::compile_regexp), is
// an error here too; so is what bytes under /aa cannot express. The charset is /aa unless the pattern says
// otherwise inside.
[[nodiscard]] Result<Pattern> parse(std::string_view source, std::string_view modifiers);

// True when the node can only match at least one byte (Perl's HASWIDTH, seen from below).
[[nodiscard]] bool can_have_width(const Node& node);

// Fewest and most bytes the node consumes; `max` is `unlimited` where there is no bound.
struct Width {
  std::uint32_t min = 0;
  std::uint32_t max = 0;
};
[[nodiscard]] Width width(const Node& node);

}  // namespace thresh::syntax
