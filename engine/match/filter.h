// Looks for the windows of all requirements of one pattern group in one pass over a text. Windows of few
// spellings are found by a hash of four bytes, the others by bit masks, 64 windows at a time. Finds every
// place where a window stands, and only those.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/match/requirement.h"

namespace thresh {

class Filter {
 public:
  struct Hit {
    std::uint32_t pattern = 0;
    std::uint32_t offset = 0;  // of the window in the text
  };
  // Bytes that must be readable behind a text given to scan(); what they are does not matter.
  static constexpr std::size_t padding = 16;

  // The windows of `requirement` report `pattern`.
  void add(std::uint32_t pattern, const Requirement& requirement);
  // After the last add().
  void finish();

  // Offsets that scan() reports for one pattern may step back by so much, where add() said that they are
  // ordered.
  static constexpr std::size_t disorder = 4;

  // Calls `found(Hit)` for every window in `text`.
  template <typename Found>
  void scan(std::string_view text, Found&& found) const;

  [[nodiscard]] std::size_t gram_windows() const { return gram_windows_; }
  [[nodiscard]] std::size_t mask_windows() const { return mask_windows_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Check {
    std::uint32_t pattern = 0;
    std::uint8_t size = 0;
    std::array<std::uint16_t, max_window> sets{};  // in sets_
  };
  struct Gram {
    std::uint32_t value = 0;  // four bytes, each with bit 5 set
    std::uint32_t check = 0;
    std::uint32_t back = 0;  // from the gram to the start of its window
  };
  struct Lane {
    std::array<std::array<std::uint64_t, 256>, max_window> masks;
    std::array<std::uint32_t, 64> checks;
    std::size_t used = 0;
  };

  static constexpr std::uint32_t case_bits = 0x20202020;
  static std::uint32_t hash(std::uint32_t gram, unsigned bits) { return (gram * 0x9e3779b1U) >> (32 - bits); }
  static std::uint32_t load(const char* at) {
    std::uint32_t value;
    __builtin_memcpy(&value, at, 4);
    return value;
  }
  [[nodiscard]] bool holds(const Check& check, const char* at) const {
    for (std::size_t j = 0; j < check.size; ++j)
      if (!sets_[check.sets[j]].has(static_cast<unsigned char>(at[j]))) return false;
    return true;
  }
  std::uint16_t set_number(const ByteSet& set);
  // Where in the window the best gram starts; npos when it would have too many spellings.
  static std::size_t gram_at(const Window& window);
  void add_grams(const Window& window, std::size_t at, std::uint32_t check);
  void new_lane();
  void add_mask(const Window& window, std::uint32_t check);

  std::vector<ByteSet> sets_;
  std::vector<Check> checks_;
  std::vector<Gram> grams_;             // sorted by hash
  std::vector<std::uint32_t> buckets_;  // first gram of each hash value; one more at the end
  std::vector<std::uint64_t> bitmap_;
  unsigned bits_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t gram_windows_ = 0;
  std::size_t mask_windows_ = 0;
};

template <typename Found>
void Filter::scan(std::string_view text, Found&& found) const {
  const char* const data = text.data();
  const std::size_t size = text.size();
  if (!grams_.empty()) {
    const std::uint64_t* const bitmap = bitmap_.data();
    const unsigned bits = bits_;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t gram = load(data + i) | case_bits;
      const std::uint32_t h = hash(gram, bits);
      if (((bitmap[h >> 6] >> (h & 63)) & 1) == 0) [[likely]]
        continue;
      for (std::uint32_t g = buckets_[h]; g < buckets_[h + 1]; ++g) {
        if (grams_[g].value != gram || grams_[g].back > i) continue;
        const Check& check = checks_[grams_[g].check];
        const std::size_t at = i - grams_[g].back;
        if (at + check.size <= size && holds(check, data + at))
          found(Hit{check.pattern, static_cast<std::uint32_t>(at)});
      }
    }
  }
  for (const auto& lane : lanes_) {
    const auto& m = lane->masks;
    const auto* p = reinterpret_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i, ++p) {
      std::uint64_t set = m[0][p[0]] & m[1][p[1]] & m[2][p[2]] & m[3][p[3]];
      if (set == 0) [[likely]]
        continue;
      set &= m[4][p[4]] & m[5][p[5]] & m[6][p[6]] & m[7][p[7]];
      for (; set != 0; set &= set - 1) {
        const Check& check = checks_[lane->checks[static_cast<std::size_t>(__builtin_ctzll(set))]];
        if (i + check.size <= size) found(Hit{check.pattern, static_cast<std::uint32_t>(i)});
      }
    }
  }
}

}  // namespace thresh
