// Scanning of a Filter.
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
constexpr std::uint32_t case_bits = 0x20202020;

bool ascii_for_16(const unsigned char* at) {
  std::uint64_t words[2];
  std::memcpy(words, at, sizeof words);
  return ((words[0] | words[1]) & 0x8080808080808080ULL) == 0;
}

// The next place at or after `i` from which a window of a high lane can begin: none can in eight places of
// ASCII with seven more behind them.
std::size_t skip_ascii(const unsigned char* data, std::size_t i, std::size_t to) {
  while (i < to && ascii_for_16(data + i)) i += 8;
  return i;
}

// Without the instruction for it, which not every machine that runs the build has.
std::uint32_t count_bits(std::uint64_t x) {
  x -= (x >> 1) & 0x5555555555555555ULL;
  x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
  return static_cast<std::uint32_t>((x * 0x0101010101010101ULL) >> 56);
}

bool has_avx2() {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
#else
  return false;
#endif
}

}  // namespace

bool Filter::holds(const Check& check, const char* at, std::size_t from) const {
  const ByteSet* const sets = sets_->data();
  for (std::size_t j = from; j < check.size; ++j)
    if (!sets[check.sets[j]].has(static_cast<unsigned char>(at[j]))) return false;
  return true;
}

// The loops over bytes only note where something may stand, without a branch: what they find is too irregular
// to be predicted.

void Filter::scan_grams(std::string_view text, std::size_t from, std::size_t to,
                        std::vector<Hit>& hits) const {
  const char* const data = text.data();
  const std::uint64_t* const bitmap = bitmap_.data();
  std::uint32_t places[max_scan + gram_size + 1];
  std::size_t n = 0;
  const auto gram_of = [&](std::size_t i) {
    std::uint32_t gram;
    std::memcpy(&gram, data + i, sizeof gram);
    return gram | case_bits;
  };
  // A gram stands up to four bytes into its window.
  for (std::size_t i = from, end = std::min(to + gram_size, text.size()); i < end; ++i) {
    const std::uint32_t h = hash(gram_of(i));
    places[n] = static_cast<std::uint32_t>(i);
    n += (bitmap[h >> 6] >> (h & 63)) & 1;
  }
  for (std::size_t p = 0; p < n; ++p) {
    const std::size_t i = places[p];
    const std::uint32_t gram = gram_of(i);
    const std::uint32_t h = hash(gram);
    const std::uint32_t rank =
        ranks_[h >> 6] + count_bits(bitmap[h >> 6] & ((std::uint64_t{1} << (h & 63)) - 1));
    for (std::uint32_t g = starts_[rank]; g < starts_[rank + 1]; ++g) {
      if (grams_[g].value != gram || grams_[g].back > i) continue;
      const Check& check = checks_[grams_[g].check];
      const std::size_t at = i - grams_[g].back;
      if (at < from || at >= to || at + check.size > text.size() || !holds(check, data + at, 0)) continue;
      hits.push_back({static_cast<std::uint32_t>(at), check.pattern});
    }
  }
}

void Filter::report(const Lane& lane, std::string_view text, std::size_t at, std::vector<Hit>& hits) const {
  const auto* const p = reinterpret_cast<const unsigned char*>(text.data()) + at;
  for (std::size_t word = 0; word < lane.words; ++word) {
    std::uint64_t set = ~std::uint64_t{0};
    for (std::size_t j = 0; j < max_window && set != 0; ++j) set &= lane.row(j, p[j])[word];
    for (; set != 0; set &= set - 1) {
      const std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(set));
      for (std::uint32_t c = lane.first_check[slot]; c < lane.first_check[slot + 1]; ++c) {
        const Check& check = checks_[lane.checks[c]];
        if (at + check.size <= text.size() && holds(check, text.data() + at, max_window))
          hits.push_back({static_cast<std::uint32_t>(at), check.pattern});
      }
    }
  }
}

std::size_t Filter::scan_narrow(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                                std::uint32_t* places) const {
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  const std::uint64_t* const m = lane.row(0, 0);
  std::size_t n = 0;
  for (std::size_t i = from; i < to; ++i) {
    if (lane.high && (i = skip_ascii(data, i, to)) >= to) break;
    const unsigned char* p = data + i;
    places[n] = static_cast<std::uint32_t>(i);
    n += (m[p[0]] & m[256 + p[1]] & m[512 + p[2]] & m[768 + p[3]]) != 0;
  }
  return n;
}

std::size_t Filter::scan_wide(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                              std::uint32_t* places) const {
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t n = 0;
  for (std::size_t i = from; i < to; ++i) {
    if (lane.high && (i = skip_ascii(data, i, to)) >= to) break;
    const unsigned char* p = data + i;
    const std::uint64_t* const rows[] = {lane.row(0, p[0]), lane.row(1, p[1]), lane.row(2, p[2]),
                                         lane.row(3, p[3])};
    std::uint64_t any = 0;
    for (std::size_t w = 0; w < wide; ++w) any |= rows[0][w] & rows[1][w] & rows[2][w] & rows[3][w];
    places[n] = static_cast<std::uint32_t>(i);
    n += any != 0;
  }
  return n;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) std::size_t Filter::scan_wide_avx2(const Lane& lane, std::string_view text,
                                                                   std::size_t from, std::size_t to,
                                                                   std::uint32_t* places) const {
  static_assert(wide == 4);
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const m = reinterpret_cast<const __m256i*>(lane.row(0, 0));
  std::size_t n = 0;
  for (std::size_t i = from; i < to; ++i) {
    if (lane.high && (i = skip_ascii(data, i, to)) >= to) break;
    const unsigned char* p = data + i;
    const __m256i low = _mm256_and_si256(_mm256_load_si256(m + p[0]), _mm256_load_si256(m + 256 + p[1]));
    const __m256i rest =
        _mm256_and_si256(_mm256_load_si256(m + 512 + p[2]), _mm256_load_si256(m + 768 + p[3]));
    places[n] = static_cast<std::uint32_t>(i);
    n += _mm256_testz_si256(low, rest) == 0;
  }
  return n;
}
#else
std::size_t Filter::scan_wide_avx2(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                                   std::uint32_t* places) const {
  return scan_wide(lane, text, from, to, places);
}
#endif

void Filter::scan_lanes(std::string_view text, std::size_t from, std::size_t to,
                        std::vector<Hit>& hits) const {
  for (const Lane& lane : lanes_) {
    std::uint32_t places[max_scan + 1];
    const std::size_t n = lane.words == 1 ? scan_narrow(lane, text, from, to, places)
                          : has_avx2()    ? scan_wide_avx2(lane, text, from, to, places)
                                          : scan_wide(lane, text, from, to, places);
    for (std::size_t i = 0; i < n; ++i) report(lane, text, places[i], hits);
  }
  if (!grams_.empty()) scan_grams(text, from, to, hits);
}

bool Filter::scan_database(std::string_view text, std::size_t from, std::size_t to, HyperscanScratch& scratch,
                           std::vector<Hit>& hits) const {
  const std::string_view piece = text.substr(from, to - from + max_window - 1);
  return database_->scan(piece, scratch, [&](std::uint32_t id, std::size_t end) {
    // The database may come from a file.
    if (id >= checks_.size()) return;
    const Check& check = checks_[id];
    const std::size_t size = std::min<std::size_t>(check.size, max_window);
    if (end < size) return;
    const std::size_t at = from + end - size;
    if (at < to && at + check.size <= text.size() && holds(check, text.data() + at, max_window))
      hits.push_back({static_cast<std::uint32_t>(at), check.pattern});
  });
}

void Filter::scan(std::string_view text, std::size_t from, std::size_t to, HyperscanScratch& scratch,
                  std::vector<Hit>& hits) const {
  hits.clear();
  if (!database_ || !scan_database(text, from, to, scratch, hits)) {
    hits.clear();
    for (std::size_t begin = from; begin < to; begin += max_scan)
      scan_lanes(text, begin, std::min(begin + max_scan, to), hits);
  }
  if (hits.size() < 2) return;
  std::ranges::sort(hits);
  hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
}

std::size_t Filter::bytes() const {
  std::size_t sum = checks_.size() * sizeof(Check) + grams_.size() * sizeof(Gram) +
                    starts_.size() * sizeof(std::uint32_t) + ranks_.size() * sizeof(std::uint32_t) +
                    bitmap_.size() * sizeof(std::uint64_t);
  for (const Lane& lane : lanes_)
    sum += lane.storage.size() * sizeof(std::uint64_t) +
           (lane.checks.size() + lane.first_check.size()) * sizeof(std::uint32_t);
  return sum;
}

}  // namespace thresh
