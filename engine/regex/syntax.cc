// Properties of syntax trees.
#include "engine/regex/syntax.h"

#include <algorithm>

namespace thresh::syntax {
namespace {

std::uint32_t add(std::uint32_t a, std::uint32_t b) {
  if (a == unlimited || b == unlimited) return unlimited;
  const std::uint64_t sum = std::uint64_t{a} + b;
  return sum >= unlimited ? unlimited : static_cast<std::uint32_t>(sum);
}

std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  if (a == 0 || b == 0) return 0;
  if (a == unlimited || b == unlimited) return unlimited;
  const std::uint64_t product = std::uint64_t{a} * b;
  return product >= unlimited ? unlimited : static_cast<std::uint32_t>(product);
}

}  // namespace

bool can_have_width(const Node& node) {
  switch (node.kind) {
    case Kind::bytes:
    case Kind::line_break:
    case Kind::grapheme:
    case Kind::backreference:
    case Kind::recurse:
      return true;
    case Kind::concat:
    case Kind::alternate:
    case Kind::capture:
    case Kind::group:
    case Kind::branch_reset:
    case Kind::atomic:
    case Kind::conditional:
      return std::ranges::any_of(node.children,
                                 [](const Node& c) { return c.kind != Kind::look && can_have_width(c); });
    case Kind::repeat:
      return node.max > 0 && can_have_width(node.children[0]);
    default:
      return false;
  }
}

Width width(const Node& node) {
  switch (node.kind) {
    case Kind::bytes:
      return {1, 1};
    case Kind::line_break:
      return {1, 2};
    case Kind::grapheme:
      return {1, unlimited};
    case Kind::backreference:
    case Kind::recurse:
    case Kind::verb:
      return {0, unlimited};
    case Kind::concat: {
      Width sum;
      for (const Node& child : node.children) {
        const Width w = width(child);
        sum = {add(sum.min, w.min), add(sum.max, w.max)};
      }
      return sum;
    }
    case Kind::alternate: {
      Width most{unlimited, 0};
      for (const Node& child : node.children) {
        const Width w = width(child);
        most = {std::min(most.min, w.min), std::max(most.max, w.max)};
      }
      return most;
    }
    case Kind::repeat: {
      const Width w = width(node.children[0]);
      return {times(w.min, node.min), times(w.max, node.max)};
    }
    case Kind::capture:
    case Kind::group:
    case Kind::branch_reset:
    case Kind::atomic:
      return width(node.children[0]);
    case Kind::conditional: {
      const Width yes = width(node.children[1]);
      const Width no = width(node.children[2]);
      return {std::min(yes.min, no.min), std::max(yes.max, no.max)};
    }
    default:
      return {};
  }
}

}  // namespace thresh::syntax
