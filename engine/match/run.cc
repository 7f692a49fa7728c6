// Rows of bytes of one set: what patterns of long words or long lines require.
#include <algorithm>
#include <cmath>

#include "engine/match/requirement.h"

namespace thresh {
namespace {

using syntax::Kind;
using syntax::Node;

// Shorter ones are better looked for as windows.
constexpr std::uint32_t shortest = 40;
constexpr std::uint32_t longest = 4096;

// The bytes the node may consume; false when that is not known.
bool consumes(const Node& node, ByteSet& set) {
  switch (node.kind) {
    case Kind::bytes:
      set |= node.set;
      return true;
    case Kind::line_break:
      set |= bytes::vertical;
      return true;
    case Kind::grapheme:
    case Kind::backreference:
    case Kind::recurse:
    case Kind::conditional:
    case Kind::verb:
    case Kind::search_start:
      return false;
    case Kind::look:
      return true;
    default:
      return std::ranges::all_of(node.children, [&](const Node& child) { return consumes(child, set); });
  }
}

void consider(const Node& node, std::optional<Run>& best) {
  const std::uint32_t length = std::min(width(node).min, longest);
  if (length < shortest) return;
  Run run{{}, length};
  if (consumes(node, run.set) && (!best || run.cost(1) < best->cost(1))) best = run;
  // Parts that every match passes.
  switch (node.kind) {
    case Kind::concat:
      for (const Node& child : node.children) consider(child, best);
      break;
    case Kind::capture:
    case Kind::group:
    case Kind::atomic:
      consider(node.children[0], best);
      break;
    case Kind::repeat:
      if (node.min > 0) consider(node.children[0], best);
      break;
    default:
      break;
  }
}

bool depends_on_search(const Node& node) {
  if (node.kind == Kind::search_start || node.kind == Kind::verb) return true;
  return std::ranges::any_of(node.children, depends_on_search);
}

}  // namespace

double Run::cost(double price) const {
  constexpr double step = 0.001;  // of the search, in microseconds
  constexpr double text_size = 300;
  constexpr double confirmation = 0.5;  // as in Requirement::cost()
  // Of two bytes of the set in a row, and so on.
  const double one = frequency(set);
  const double two = frequency(Window{set, set});
  const double chance = one > 0 ? one * std::pow(std::min(0.99, two / one), length - 1) : 0;
  const double steps = std::min(1.0, 30.0 / length);
  return step * steps + confirmation * price * std::min(1.0, chance * text_size) / text_size;
}

std::optional<Run> find_run(const syntax::Pattern& pattern) {
  std::optional<Run> best;
  if (!depends_on_search(pattern.root)) consider(pattern.root, best);
  return best;
}

bool has_run(std::string_view text, const ByteSet& set, std::size_t length) {
  // Bytes [begin, known) are of the set; what ends at begin + length decides how far to jump.
  std::size_t begin = 0;
  std::size_t known = 0;
  while (begin + length <= text.size()) {
    std::size_t at = begin + length;
    while (at > known && set.has(static_cast<unsigned char>(text[at - 1]))) --at;
    if (at <= known) return true;
    // text[at - 1] is not of the set, and all behind it up to begin + length are.
    known = begin + length;
    begin = at;
  }
  return false;
}

}  // namespace thresh
