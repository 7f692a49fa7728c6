// Building the tables of a Filter.
#include "engine/match/filter.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace thresh {
namespace {

constexpr std::size_t gram_size = 4;
constexpr std::size_t max_spellings = 48;
// Of one pattern.
constexpr std::size_t most_masks = 16;
constexpr std::size_t most_high_masks = 8;
constexpr unsigned char case_bit = 0x20;

constexpr ByteSet high_bytes = ByteSet::range(128, 255);

bool ascii_for_16(const unsigned char* at) {
  std::uint64_t words[2];
  std::memcpy(words, at, sizeof words);
  return ((words[0] | words[1]) & 0x8080808080808080ULL) == 0;
}

bool has_avx2() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
#else
  return false;
#endif
}

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
    for (std::size_t j = 0; j < gram_size && spellings <= max_spellings; ++j)
      spellings *= folded_members(window[at + j]).size();
    if (spellings > max_spellings) continue;
    const auto first = window.begin() + static_cast<std::ptrdiff_t>(at);
    const double f = frequency(Window(first, first + gram_size));
    if (f >= best_frequency) continue;
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
}

Filter::Lane& Filter::lane_with(bool high, std::size_t room) {
  const auto at = std::ranges::find_if(
      lanes_, [&](const auto& lane) { return lane->high == high && lane->used + room <= lane_windows; });
  if (at != lanes_.end()) return **at;
  Lane& lane = *lanes_.emplace_back(std::make_unique<Lane>());
  lane.masks = {};
  lane.high = high;
  return lane;
}

void Filter::add_mask(Lane& lane, const Window& window, std::uint32_t check) {
  const std::size_t slot = lane.used++;
  lane.checks[slot] = check;
  for (std::size_t j = 0; j < max_window; ++j)
    for (unsigned b = 0; b < 256; ++b)
      if (j >= window.size() || window[j].has(static_cast<unsigned char>(b)))
        lane.masks[j][b][slot / 64] |= std::uint64_t{1} << (slot % 64);
}

void Filter::add(std::uint32_t pattern, const Requirement& requirement) {
  const auto check_of = [&](const Window& window) {
    Check check;
    check.pattern = pattern;
    check.size = static_cast<std::uint8_t>(window.size());
    for (std::size_t j = 0; j < window.size(); ++j) check.sets[j] = set_number(window[j]);
    checks_.push_back(check);
    return static_cast<std::uint32_t>(checks_.size() - 1);
  };
  std::vector<Window> high;
  std::vector<Window> rest;
  for (const Window& window : requirement.any_of) {
    const std::size_t at = gram_at(window);
    if (at != std::string_view::npos)
      add_grams(window, at, check_of(window));
    else if (std::ranges::any_of(window, [&](const ByteSet& s) { return high_bytes.contains(s); }))
      high.push_back(window);
    else
      rest.push_back(window);
  }
  gram_windows_ += requirement.any_of.size() - high.size() - rest.size();
  for (auto* windows : {&high, &rest}) {
    if (windows->empty()) continue;
    const std::vector<Window> fewer =
        united(std::move(*windows), windows == &high ? most_high_masks : most_masks);
    Lane& lane = lane_with(windows == &high, fewer.size());
    for (const Window& window : fewer) add_mask(lane, window, check_of(window));
    (windows == &high ? high_windows_ : mask_windows_) += fewer.size();
  }
}

void Filter::scan_grams(std::string_view text, std::size_t from, std::size_t to,
                        std::vector<Hit>& hits) const {
  const char* const data = text.data();
  const std::uint64_t* const bitmap = bitmap_.data();
  const unsigned bits = bits_;
  // A gram stands up to four bytes into its window.
  for (std::size_t i = from, end = std::min(to + gram_size, text.size()); i < end; ++i) {
    std::uint32_t gram;
    std::memcpy(&gram, data + i, sizeof gram);
    gram |= case_bits;
    const std::uint32_t h = hash(gram, bits);
    if (((bitmap[h >> 6] >> (h & 63)) & 1) == 0) [[likely]]
      continue;
    for (std::uint32_t g = buckets_[h]; g < buckets_[h + 1]; ++g) {
      if (grams_[g].value != gram || grams_[g].back > i) continue;
      const Check& check = checks_[grams_[g].check];
      const std::size_t at = i - grams_[g].back;
      if (at < from || at >= to || at + check.size > text.size() || !holds(check, data + at)) continue;
      hits.push_back({check.pattern, static_cast<std::uint32_t>(at)});
    }
  }
}

// `first` says which windows of the lane have their first four places at `at`.
void Filter::report(const Lane& lane, const Mask& first, std::string_view text, std::size_t at,
                    std::vector<Hit>& hits) const {
  const auto* const p = reinterpret_cast<const unsigned char*>(text.data()) + at;
  for (std::size_t word = 0; word < lane_words; ++word) {
    std::uint64_t set = first[word];
    for (std::size_t j = gram_size; j < max_window && set != 0; ++j) set &= lane.masks[j][p[j]][word];
    for (; set != 0; set &= set - 1) {
      const Check& check = checks_[lane.checks[word * 64 + static_cast<std::size_t>(std::countr_zero(set))]];
      if (at + check.size <= text.size()) hits.push_back({check.pattern, static_cast<std::uint32_t>(at)});
    }
  }
}

void Filter::scan_lane(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                       std::vector<Hit>& hits) const {
  const auto& m = lane.masks;
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  for (std::size_t i = from; i < to; ++i) {
    if (lane.high) {
      // None of the next eight windows has a byte that is not ASCII.
      while (i < to && ascii_for_16(data + i)) i += 8;
      if (i >= to) break;
    }
    const unsigned char* p = data + i;
    Mask set;
    std::uint64_t any = 0;
    for (std::size_t w = 0; w < lane_words; ++w) {
      set[w] = m[0][p[0]][w] & m[1][p[1]][w] & m[2][p[2]][w] & m[3][p[3]][w];
      any |= set[w];
    }
    if (any != 0) report(lane, set, text, i, hits);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void Filter::scan_lane_avx2(const Lane& lane, std::string_view text,
                                                            std::size_t from, std::size_t to,
                                                            std::vector<Hit>& hits) const {
  const auto& m = lane.masks;
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  for (std::size_t i = from; i < to; ++i) {
    if (lane.high) {
      while (i < to && ascii_for_16(data + i)) i += 8;
      if (i >= to) break;
    }
    const unsigned char* p = data + i;
    const auto* const row0 = reinterpret_cast<const __m256i*>(m[0][p[0]].data());
    const auto* const row1 = reinterpret_cast<const __m256i*>(m[1][p[1]].data());
    const auto* const row2 = reinterpret_cast<const __m256i*>(m[2][p[2]].data());
    const auto* const row3 = reinterpret_cast<const __m256i*>(m[3][p[3]].data());
    const __m256i low = _mm256_and_si256(_mm256_load_si256(row0), _mm256_load_si256(row1));
    const __m256i rest = _mm256_and_si256(_mm256_load_si256(row2), _mm256_load_si256(row3));
    if (_mm256_testz_si256(low, rest) != 0) [[likely]]
      continue;
    Mask set;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(set.data()), _mm256_and_si256(low, rest));
    report(lane, set, text, i, hits);
  }
}
#else
void Filter::scan_lane_avx2(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                            std::vector<Hit>& hits) const {
  scan_lane(lane, text, from, to, hits);
}
#endif

void Filter::scan(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const {
  hits.clear();
  if (!grams_.empty()) scan_grams(text, from, to, hits);
  for (const auto& lane : lanes_) {
    if (has_avx2())
      scan_lane_avx2(*lane, text, from, to, hits);
    else
      scan_lane(*lane, text, from, to, hits);
  }
  std::ranges::sort(hits, {}, [](const Hit& hit) { return std::uint64_t{hit.offset} << 32 | hit.pattern; });
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
