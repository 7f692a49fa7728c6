// Building the tables of a Filter.
#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/match/filter.h"
#include "engine/match/limits.h"

namespace thresh {
namespace {

constexpr std::size_t gram_size = 4;
constexpr unsigned char case_bit = 0x20;

// The bytes of `set` with the case bit on.
ByteSet folded(const ByteSet& set) {
  ByteSet out;
  for (unsigned b = 0; b < 256; ++b)
    if (set.has(static_cast<unsigned char>(b))) out.add(static_cast<unsigned char>(b | case_bit));
  return out;
}

}  // namespace

std::size_t Filter::gram_at(const Window& window) {
  std::size_t best = std::string_view::npos;
  double best_frequency = 2;
  for (std::size_t at = 0; at + gram_size <= std::min(window.size(), max_window); ++at) {
    std::size_t spellings = 1;
    for (std::size_t j = 0; j < gram_size && spellings <= limits::spellings; ++j)
      spellings *= static_cast<std::size_t>(folded(window[at + j]).size());
    if (spellings > limits::spellings) continue;
    const auto first = window.begin() + static_cast<std::ptrdiff_t>(at);
    const double f = frequency(Window(first, first + gram_size));
    if (f >= best_frequency) continue;
    best = at;
    best_frequency = f;
  }
  return best;
}

bool Filter::needs_high(const Window& window) {
  return std::ranges::any_of(looked_for(window),
                             [](const ByteSet& set) { return ByteSet::range(128, 255).contains(set); });
}

void Filter::add(std::uint32_t pattern, const FilterPlan& plan, const std::vector<ByteSet>& sets) {
  sets_ = &sets;
  for (const PlannedWindow& planned : plan.windows)
    checks_.push_back({pattern, planned.size, planned.gram, planned.sets});
}

void Filter::add_grams(std::uint32_t number) {
  const Check& check = checks_[number];
  std::vector<std::uint32_t> values = {0};
  for (std::size_t j = 0; j < gram_size; ++j) {
    const ByteSet members = folded((*sets_)[check.sets[check.gram + j]]);
    std::vector<std::uint32_t> longer;
    for (const std::uint32_t value : values)
      for (unsigned b = case_bit; b < 256; ++b) {
        if (!members.has(static_cast<unsigned char>(b))) continue;
        unsigned char bytes[gram_size];
        std::memcpy(bytes, &value, sizeof bytes);
        bytes[j] = static_cast<unsigned char>(b);
        std::memcpy(&longer.emplace_back(), bytes, sizeof bytes);
      }
    values = std::move(longer);
  }
  for (const std::uint32_t value : values) grams_.push_back({value, number, check.gram});
}

struct Filter::Bin {
  static constexpr std::size_t room = wide * 64;
  struct Slot {
    std::vector<std::uint32_t> checks;
  };
  std::vector<Slot> slots;

  [[nodiscard]] Slot* slot_of(const Filter& filter, const Check& check) {
    for (Slot& slot : slots) {
      const Check& other = filter.checks_[slot.checks.front()];
      if (std::min<std::size_t>(other.size, max_window) == std::min<std::size_t>(check.size, max_window) &&
          std::equal(other.sets.begin(), other.sets.begin() + max_window, check.sets.begin()))
        return &slot;
    }
    return nullptr;
  }
};

void Filter::put(std::vector<Bin>& bins, std::uint32_t check) const {
  for (Bin& bin : bins)
    if (Bin::Slot* slot = bin.slot_of(*this, checks_[check])) {
      slot->checks.push_back(check);
      return;
    }
  if (bins.empty() || bins.back().slots.size() == Bin::room) bins.emplace_back();
  bins.back().slots.push_back({{check}});
}

void Filter::make_lanes(const std::vector<Bin>& bins, bool high) {
  for (const Bin& bin : bins) {
    Lane& lane = lanes_.emplace_back();
    lane.high = high;
    lane.words = bin.slots.size() > 64 ? wide : 1;
    for (const Bin::Slot& slot : bin.slots) {
      lane.first_check.push_back(static_cast<std::uint32_t>(lane.checks.size()));
      lane.checks.insert(lane.checks.end(), slot.checks.begin(), slot.checks.end());
    }
    lane.first_check.push_back(static_cast<std::uint32_t>(lane.checks.size()));
    constexpr std::size_t alignment = 64;
    lane.storage.resize(max_window * 256 * lane.words + alignment / sizeof(std::uint64_t));
    const auto address = reinterpret_cast<std::uintptr_t>(lane.storage.data());
    lane.first = (alignment - address % alignment) % alignment / sizeof(std::uint64_t);
    for (std::size_t slot = 0; slot < bin.slots.size(); ++slot) {
      const Check& check = checks_[bin.slots[slot].checks.front()];
      const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
      for (std::size_t j = 0; j < max_window; ++j) {
        const ByteSet set = j < check.size ? (*sets_)[check.sets[j]] : ByteSet::all();
        std::uint64_t* row = lane.storage.data() + lane.first + j * 256 * lane.words + slot / 64;
        for (unsigned b = 0; b < 256; ++b)
          if (set.has(static_cast<unsigned char>(b))) row[b * lane.words] |= bit;
      }
    }
  }
}

void Filter::finish(std::optional<HyperscanDatabase> database) {
  database_ = std::move(database);
  // Windows that could be found by hash join the others where a lane has room for all of them: that saves a
  // pass.
  const bool few = checks_.size() <= 64;
  std::vector<Bin> high;
  std::vector<Bin> rest;
  for (std::uint32_t number = 0; number < checks_.size(); ++number) {
    const Check& check = checks_[number];
    if (!few && check.gram != PlannedWindow::no_gram) {
      add_grams(number);
      continue;
    }
    Window window;
    for (std::size_t j = 0; j < check.size; ++j) window.push_back((*sets_)[check.sets[j]]);
    put(!few && needs_high(window) ? high : rest, number);
  }
  make_lanes(rest, false);
  make_lanes(high, true);
  if (!grams_.empty()) finish_grams();
}

void Filter::finish_grams() {
  // About one bit in sixteen set, in at most 32 KiB.
  constexpr unsigned least_bits = 9;
  constexpr unsigned most_bits = 18;
  bits_ = least_bits;
  while ((std::size_t{1} << bits_) < 16 * grams_.size() && bits_ < most_bits) ++bits_;
  std::ranges::sort(grams_, {}, [&](const Gram& gram) { return hash(gram.value); });
  bitmap_.assign((std::size_t{1} << bits_) / 64, 0);
  std::uint32_t last = 0;
  for (std::uint32_t g = 0; g < grams_.size(); ++g) {
    const std::uint32_t h = hash(grams_[g].value);
    if (g == 0 || h != last) starts_.push_back(g);
    last = h;
    bitmap_[h >> 6] |= std::uint64_t{1} << (h & 63);
  }
  starts_.push_back(static_cast<std::uint32_t>(grams_.size()));
  std::uint32_t rank = 0;
  for (const std::uint64_t word : bitmap_) {
    ranks_.push_back(rank);
    rank += static_cast<std::uint32_t>(std::popcount(word));
  }
}

}  // namespace thresh
