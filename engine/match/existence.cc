// Trimming a syntax tree at both ends. Sound because any match of X{n,m}Y contains a match of X{n}Y, and of
// X?Y one of Y, and the other way round (greed only orders the attempts; possessive and atomic parts are left
// alone).
#include "engine/match/existence.h"

#include <algorithm>

#include "engine/match/limits.h"

namespace thresh {
namespace {

using syntax::Greed;
using syntax::Kind;
using syntax::Node;

bool is_plain(const Node& node) {
  switch (node.kind) {
    case Kind::backreference:
    case Kind::recurse:
    case Kind::conditional:
    case Kind::verb:
    case Kind::keep:
    case Kind::branch_reset:
    case Kind::search_start:
      return false;
    default:
      return std::ranges::all_of(node.children, is_plain);
  }
}

// Copies of a group would change the numbers of the others.
void forget_captures(Node& node) {
  if (node.kind == Kind::capture) node.kind = Kind::group;
  for (Node& child : node.children) forget_captures(child);
}

Node concat(Node left, Node right, bool at_front) {
  Node both;
  both.kind = Kind::concat;
  if (!at_front) std::swap(left, right);
  both.children.push_back(std::move(left));
  both.children.push_back(std::move(right));
  return both;
}

Node grouped(Node node) {
  if (node.kind != Kind::alternate && node.kind != Kind::concat) return node;
  Node group;
  group.kind = Kind::group;
  group.children.push_back(std::move(node));
  return group;
}

std::size_t size_of(const Node& node) {
  std::size_t n = 1;
  for (const Node& child : node.children) n += size_of(child);
  return n;
}

// `at_front`: trims what the node may begin with, otherwise what it may end with.
Node trimmed(Node node, bool at_front) {
  switch (node.kind) {
    case Kind::group: {
      Node inner = trimmed(std::move(node.children[0]), at_front);
      return grouped(std::move(inner));
    }
    case Kind::alternate: {
      for (Node& child : node.children) child = trimmed(std::move(child), at_front);
      return node;
    }
    case Kind::concat: {
      auto& parts = node.children;
      while (!parts.empty()) {
        Node& end = at_front ? parts.front() : parts.back();
        end = grouped(trimmed(std::move(end), at_front));
        if (end.kind != Kind::empty) break;
        parts.erase(at_front ? parts.begin() : parts.end() - 1);
      }
      if (parts.empty()) return {};
      return node;
    }
    case Kind::repeat: {
      if (node.greed == Greed::possessive) return node;
      if (node.min == 0) return {};
      node.max = node.min;
      if (node.min == 1) return grouped(trimmed(std::move(node.children[0]), at_front));
      if (size_of(node.children[0]) > limits::copied_nodes) return node;
      Node end = grouped(trimmed(node.children[0], at_front));
      if (at_front) end.copies = node.min;
      --node.min;
      --node.max;
      if (node.min == 1) {
        Node one = grouped(std::move(node.children[0]));
        return concat(std::move(end), std::move(one), at_front);
      }
      return concat(std::move(end), std::move(node), at_front);
    }
    default:
      return node;
  }
}

}  // namespace

syntax::Pattern existence_form(const syntax::Pattern& pattern) {
  syntax::Pattern form = pattern;
  if (!is_plain(form.root)) return form;
  forget_captures(form.root);
  form.groups = 0;
  form.names.clear();
  form.root = trimmed(std::move(form.root), true);
  form.root = trimmed(std::move(form.root), false);
  return form;
}

}  // namespace thresh
