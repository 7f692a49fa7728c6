// Building the tables of a Filter.
#include "engine/match/filter.h"

#include <algorithm>
#include <set>

namespace thresh {
namespace {

constexpr std::size_t gram_size = 4;
constexpr std::size_t max_spellings = 48;
// Of one pattern; a lane has 64.
constexpr std::size_t most_masks = 16;
constexpr unsigned char case_bit = 0x20;

// The bytes of `set` with the case bit on.
std::vector<unsigned char> folded_members(const ByteSet& set) {
  ByteSet folded;
  for (unsigned b = 0; b < 256; ++b)
    if (set.has(static_cast<unsigned char>(b))) folded.add(static_cast<unsigned char>(b | case_bit));
  std::vector<unsigned char> members;
  for (unsigned b = 0; b < 256; ++b)
    if (folded.has(static_cast<unsigned char>(b))) members.push_back(static_cast<unsigned char>(b));
  return members;
}

}  // namespace

std::uint16_t Filter::set_number(const ByteSet& set) {
  auto at = std::ranges::find(sets_, set);
  if (at == sets_.end()) at = sets_.insert(at, set);
  return static_cast<std::uint16_t>(at - sets_.begin());
}

std::size_t Filter::gram_at(const Window& window) {
  std::size_t best = std::string_view::npos;
  double best_frequency = 2;
  for (std::size_t at = 0; at + gram_size <= window.size(); ++at) {
    std::size_t spellings = 1;
    double f = 1;
    for (std::size_t j = 0; j < gram_size; ++j) {
      spellings *= folded_members(window[at + j]).size();
      f *= frequency(window[at + j]);
      if (spellings > max_spellings) break;
    }
    if (spellings > max_spellings || f >= best_frequency) continue;
    best = at;
    best_frequency = f;
  }
  return best;
}

void Filter::add_grams(const Window& window, std::size_t at, std::uint32_t check) {
  std::vector<std::uint32_t> values = {0};
  for (std::size_t j = 0; j < gram_size; ++j) {
    std::vector<std::uint32_t> longer;
    for (auto value : values)
      for (unsigned char b : folded_members(window[at + j])) {
        std::uint32_t next = value;
        reinterpret_cast<unsigned char*>(&next)[j] = b;
        longer.push_back(next);
      }
    values = std::move(longer);
  }
  for (auto value : values) grams_.push_back({value, check, static_cast<std::uint32_t>(at)});
  ++gram_windows_;
}

void Filter::new_lane() {
  lanes_.push_back(std::make_unique<Lane>());
  lanes_.back()->masks = {};
}

void Filter::add_mask(const Window& window, std::uint32_t check) {
  Lane& lane = *lanes_.back();
  const std::size_t slot = lane.used++;
  lane.checks[slot] = check;
  for (std::size_t j = 0; j < max_window; ++j)
    for (unsigned b = 0; b < 256; ++b)
      if (j >= window.size() || window[j].has(static_cast<unsigned char>(b)))
        lane.masks[j][b] |= std::uint64_t{1} << slot;
  ++mask_windows_;
}

void Filter::add(std::uint32_t pattern, const Requirement& requirement) {
  // All windows of one pattern are found the same way, in one pass, so that its hits come in order.
  const bool grams = std::ranges::all_of(
      requirement.any_of, [](const Window& w) { return gram_at(w) != std::string_view::npos; });
  const std::vector<Window> windows = grams ? requirement.any_of : united(requirement.any_of, most_masks);
  if (!grams && (lanes_.empty() || 64 - lanes_.back()->used < windows.size())) new_lane();
  for (const Window& window : windows) {
    Check check;
    check.pattern = pattern;
    check.size = static_cast<std::uint8_t>(window.size());
    for (std::size_t j = 0; j < window.size(); ++j) check.sets[j] = set_number(window[j]);
    checks_.push_back(check);
    const auto number = static_cast<std::uint32_t>(checks_.size() - 1);
    if (grams)
      add_grams(window, gram_at(window), number);
    else
      add_mask(window, number);
  }
}

void Filter::finish() {
  if (grams_.empty()) return;
  // About one bit in sixteen set.
  bits_ = 9;
  while ((std::size_t{1} << bits_) < 16 * grams_.size() && bits_ < 18) ++bits_;
  std::ranges::sort(
      grams_, [&](const Gram& a, const Gram& b) { return hash(a.value, bits_) < hash(b.value, bits_); });
  buckets_.assign((std::size_t{1} << bits_) + 1, 0);
  bitmap_.assign((std::size_t{1} << bits_) / 64, 0);
  for (const Gram& gram : grams_) {
    const std::uint32_t h = hash(gram.value, bits_);
    ++buckets_[h + 1];
    bitmap_[h >> 6] |= std::uint64_t{1} << (h & 63);
  }
  for (std::size_t h = 0; h + 1 < buckets_.size(); ++h) buckets_[h + 1] += buckets_[h];
}

std::size_t Filter::bytes() const {
  return sets_.size() * sizeof(ByteSet) + checks_.size() * sizeof(Check) + grams_.size() * sizeof(Gram) +
         buckets_.size() * sizeof(std::uint32_t) + bitmap_.size() * 8 + lanes_.size() * sizeof(Lane);
}

}  // namespace thresh
