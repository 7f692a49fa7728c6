// Building, from the end of the pattern to its start.
#include "engine/match/byte_automaton.h"

#include <algorithm>
#include <unordered_map>

namespace thresh {
namespace {

using syntax::Greed;
using syntax::Kind;
using syntax::Node;
using syntax::unlimited;

bool depends_on_search(const Node& node) {
  if (node.kind == Kind::search_start || (node.kind == Kind::verb && node.text != "FAIL")) return true;
  return std::ranges::any_of(node.children, depends_on_search);
}

// The one byte that a lookaround asks for; null when it asks for more.
const ByteSet* one_byte(const Node& node) {
  switch (node.kind) {
    case Kind::bytes:
      return &node.set;
    case Kind::capture:
    case Kind::group:
    case Kind::atomic:
      return one_byte(node.children[0]);
    default:
      return nullptr;
  }
}

class Builder {
 public:
  explicit Builder(bool loose) : loose_(loose) { out_.behind.push_back(bytes::word); }

  std::optional<ByteAutomaton> build(const Node& root) {
    const std::uint32_t accept = add(Kind_::accept, 0, 0, 0);
    out_.start = build(root, accept);
    if (full_) return std::nullopt;
    out_.anchored = begins_at_start(root);
    return std::move(out_);
  }

 private:
  using Kind_ = ByteAutomaton::Kind;
  // In the loose form counted repeats end after so many copies, or never.
  static constexpr std::uint32_t loose_copies = 3;

  std::uint32_t add(Kind_ kind, std::uint32_t next, std::uint32_t other, std::uint16_t set) {
    if (out_.states.size() >= ByteAutomaton::max_states) {
      full_ = true;
      return 0;
    }
    out_.states.push_back({kind, set, next, other});
    return static_cast<std::uint32_t>(out_.states.size() - 1);
  }
  std::uint32_t loosened(std::uint32_t state) {
    out_.exact = false;
    return state;
  }
  std::uint16_t number(const ByteSet& set) {
    const auto [at, fresh] = numbers_.try_emplace(set, static_cast<std::uint16_t>(out_.sets.size()));
    if (fresh) out_.sets.push_back(set);
    return at->second;
  }
  std::uint32_t of_set(const ByteSet& set, std::uint32_t next) {
    return add(Kind_::bytes, next, 0, number(set));
  }
  // Any bytes, at least `fewest` of them.
  std::uint32_t anything(std::uint32_t fewest, std::uint32_t next) {
    std::uint32_t entry = add(Kind_::split, 0, next, 0);
    const std::uint32_t inner = of_set(ByteSet::all(), entry);
    if (!full_) out_.states[entry].next = inner;
    for (std::uint32_t i = 0; i < std::min(fewest, loose_copies); ++i) entry = of_set(ByteSet::all(), entry);
    return loosened(entry);
  }
  std::uint32_t behind(const ByteSet& set, bool negative, std::uint32_t next) {
    const auto at = std::ranges::find(out_.behind, set);
    if (at == out_.behind.end() && out_.behind.size() == ByteAutomaton::max_behind) return loosened(next);
    const auto index = static_cast<std::uint16_t>(at - out_.behind.begin());
    if (at == out_.behind.end()) out_.behind.push_back(set);
    return add(negative ? Kind_::not_behind : Kind_::behind, next, 0, index);
  }
  // Where it stands before the end of the pattern, `$` is exact; elsewhere a newline that is not the last is
  // let through.
  std::uint32_t end_or_last_newline(std::uint32_t next) {
    const std::uint32_t at_end = add(Kind_::text_end, next, 0, 0);
    if (!full_ && out_.states[next].kind == Kind_::accept)
      return add(Kind_::split, at_end, of_set(bytes::newline, at_end), 0);
    return loosened(add(Kind_::split, at_end, add(Kind_::ahead, next, 0, number(bytes::newline)), 0));
  }

  std::uint32_t build(const Node& node, std::uint32_t next);
  std::uint32_t build_repeat(const Node& node, std::uint32_t next);
  std::uint32_t build_look(const Node& node, std::uint32_t next);

  static bool begins_at_start(const Node& node) {
    switch (node.kind) {
      case Kind::text_start:
        return true;
      case Kind::concat:
        for (const Node& child : node.children) {
          if (begins_at_start(child)) return true;
          if (syntax::width(child).max > 0) return false;
        }
        return false;
      case Kind::alternate:
        return std::ranges::all_of(node.children, begins_at_start);
      case Kind::capture:
      case Kind::group:
      case Kind::atomic:
        return begins_at_start(node.children[0]);
      default:
        return false;
    }
  }

  ByteAutomaton out_;
  std::unordered_map<ByteSet, std::uint16_t, ByteSetHash> numbers_;
  bool loose_;
  bool full_ = false;
};

std::uint32_t Builder::build_repeat(const Node& node, std::uint32_t next) {
  const Node& child = node.children[0];
  if (node.max == 0) return next;
  if (node.greed == Greed::possessive) out_.exact = false;
  const bool loosen =
      loose_ && (node.min > loose_copies || (node.max != unlimited && node.max > loose_copies));
  if (loosen) out_.exact = false;
  const std::uint32_t copies = loosen ? std::min(node.min, loose_copies) : node.min;
  std::uint32_t entry = next;
  if (node.max == unlimited || loosen) {
    const std::uint32_t loop = add(Kind_::split, 0, next, 0);
    const std::uint32_t inner = build(child, loop);
    if (full_) return 0;
    out_.states[loop].next = inner;
    entry = loop;
  } else {
    for (std::uint32_t i = copies; i < node.max && !full_; ++i)
      entry = add(Kind_::split, build(child, entry), next, 0);
  }
  for (std::uint32_t i = 0; i < copies && !full_; ++i) entry = build(child, entry);
  return entry;
}

std::uint32_t Builder::build_look(const Node& node, std::uint32_t next) {
  const ByteSet* set = one_byte(node.children[0]);
  if (set == nullptr) return loosened(next);
  if (node.behind) return behind(*set, node.negative, next);
  return add(node.negative ? Kind_::not_ahead : Kind_::ahead, next, 0, number(*set));
}

std::uint32_t Builder::build(const Node& node, std::uint32_t next) {
  if (full_) return 0;
  switch (node.kind) {
    case Kind::empty:
    case Kind::keep:
      return next;
    case Kind::bytes:
      return of_set(node.set, next);
    case Kind::concat: {
      std::uint32_t entry = next;
      for (std::size_t i = node.children.size(); i-- > 0;) entry = build(node.children[i], entry);
      return entry;
    }
    case Kind::alternate: {
      std::uint32_t entry = build(node.children.back(), next);
      for (std::size_t i = node.children.size() - 1; i-- > 0;)
        entry = add(Kind_::split, build(node.children[i], next), entry, 0);
      return entry;
    }
    case Kind::repeat:
      return build_repeat(node, next);
    case Kind::capture:
    case Kind::group:
    case Kind::branch_reset:
      return build(node.children[0], next);
    case Kind::atomic:
      return loosened(build(node.children[0], next));
    case Kind::look:
      return build_look(node, next);
    case Kind::text_start:
      return add(Kind_::text_start, next, 0, 0);
    case Kind::line_start: {
      // Not behind a newline that ends the text.
      const std::uint32_t within =
          behind(bytes::newline, false, add(Kind_::ahead, next, 0, number(ByteSet::all())));
      return add(Kind_::split, add(Kind_::text_start, next, 0, 0), within, 0);
    }
    case Kind::text_end:
      return add(Kind_::text_end, next, 0, 0);
    case Kind::text_end_line:
      return end_or_last_newline(next);
    case Kind::line_end:
      return add(Kind_::split, add(Kind_::text_end, next, 0, 0),
                 add(Kind_::ahead, next, 0, number(bytes::newline)), 0);
    case Kind::word_boundary:
      return add(Kind_::word_edge, next, 0, 0);
    case Kind::not_word_boundary:
      return add(Kind_::not_word_edge, next, 0, 0);
    case Kind::line_break: {
      // Perl does not give the line feed of a pair back.
      const std::uint32_t pair = of_set(ByteSet::of('\r'), of_set(bytes::newline, next));
      return loosened(add(Kind_::split, pair, of_set(bytes::vertical, next), 0));
    }
    case Kind::grapheme:
      return anything(1, next);
    case Kind::backreference:
    case Kind::recurse:
      return anything(0, next);
    case Kind::conditional: {
      if (node.text == "DEFINE") return next;
      const std::uint32_t yes = build(node.children[1], next);
      return loosened(add(Kind_::split, yes, build(node.children[2], next), 0));
    }
    case Kind::verb:  // (*FAIL)
      return of_set(ByteSet(), next);
    case Kind::search_start:
      return next;
  }
  return next;
}

}  // namespace

std::optional<ByteAutomaton> ByteAutomaton::make(const syntax::Pattern& pattern) {
  if (depends_on_search(pattern.root)) return std::nullopt;
  if (auto made = Builder(false).build(pattern.root)) return made;
  return Builder(true).build(pattern.root);
}

}  // namespace thresh
