#include "engine/match/sequence_counter.h"

#include "engine/match/limits.h"

namespace thresh {

using syntax::Kind;
using syntax::Node;

std::optional<SequenceCounter> SequenceCounter::make(const syntax::Pattern& pattern) {
  const Node* root = &pattern.root;
  while (root->kind == Kind::group) root = &root->children[0];
  SequenceCounter counter;
  if (root->kind != Kind::alternate)
    return counter.add(*root) ? std::optional(std::move(counter)) : std::nullopt;
  for (const Node& alternative : root->children)
    if (!counter.add(alternative)) return std::nullopt;
  return counter;
}

bool SequenceCounter::add(const Node& alternative) {
  std::vector<ByteSet> sets;
  if (alternative.kind == Kind::bytes) {
    sets.push_back(alternative.set);
  } else if (alternative.kind == Kind::concat) {
    for (const Node& part : alternative.children) {
      if (part.kind != Kind::bytes) return false;
      sets.push_back(part.set);
    }
  }
  if (sets.empty() || rests_.size() == limits::sequences) return false;
  rests_.emplace_back(sets.begin() + 1, sets.end());
  for (unsigned b = 0; b < 256; ++b) {
    if (!sets.front().has(static_cast<unsigned char>(b))) continue;
    if (starting_[b] != 0) return false;
    starting_[b] = static_cast<std::uint8_t>(rests_.size());
  }
  return true;
}

std::uint32_t SequenceCounter::count(std::string_view text, std::uint32_t most) const {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < text.size() && n < most;) {
    const std::uint8_t which = starting_[static_cast<unsigned char>(text[i])];
    ++i;
    if (which == 0) continue;
    const std::vector<ByteSet>& rest = rests_[which - 1U];
    if (rest.size() > text.size() - i) continue;
    bool all = true;
    for (std::size_t j = 0; j < rest.size() && all; ++j)
      all = rest[j].has(static_cast<unsigned char>(text[i + j]));
    if (!all) continue;
    ++n;
    i += rest.size();
  }
  return n;
}

}  // namespace thresh
