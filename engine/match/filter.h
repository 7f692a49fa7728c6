// Looks for the windows of all requirements of one pattern group in one pass over a text. Windows of few
// spellings are found by a hash of four bytes, the others by bit masks, 64 windows at a time; those that need
// a byte that is not ASCII only where one is.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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
  static constexpr std::size_t padding = 32;

  // The windows of `requirement` report `pattern`.
  void add(std::uint32_t pattern, const Requirement& requirement);
  // After the last add().
  void finish();

  // Replaces `hits` by every window that begins in [from, to) and stands in `text`, by offset.
  void scan(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;

  [[nodiscard]] std::size_t gram_windows() const { return gram_windows_; }
  [[nodiscard]] std::size_t mask_windows() const { return mask_windows_; }
  [[nodiscard]] std::size_t high_windows() const { return high_windows_; }
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
  static constexpr std::size_t lane_words = 4;
  static constexpr std::size_t lane_windows = lane_words * 64;
  using Mask = std::array<std::uint64_t, lane_words>;
  struct alignas(32) Lane {
    // For each place in a window and each byte: the windows that may have it there.
    std::array<std::array<Mask, 256>, max_window> masks;
    std::array<std::uint32_t, lane_windows> checks;
    std::size_t used = 0;
    bool high = false;  // every window has a position that is not ASCII
  };

  static constexpr std::uint32_t case_bits = 0x20202020;
  static std::uint32_t hash(std::uint32_t gram, unsigned bits) { return (gram * 0x9e3779b1U) >> (32 - bits); }
  [[nodiscard]] bool holds(const Check& check, const char* at) const {
    for (std::size_t j = 0; j < check.size; ++j)
      if (!sets_[check.sets[j]].has(static_cast<unsigned char>(at[j]))) return false;
    return true;
  }
  std::uint16_t set_number(const ByteSet& set);
  // Where in the window the best gram starts; npos when it would have too many spellings.
  static std::size_t gram_at(const Window& window);
  void add_grams(const Window& window, std::size_t at, std::uint32_t check);
  Lane& lane_with(bool high, std::size_t room);
  static void add_mask(Lane& lane, const Window& window, std::uint32_t check);
  void scan_grams(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;
  void scan_lane(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                 std::vector<Hit>& hits) const;
  void scan_lane_avx2(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                      std::vector<Hit>& hits) const;
  void report(const Lane& lane, const Mask& first, std::string_view text, std::size_t at,
              std::vector<Hit>& hits) const;

  std::vector<ByteSet> sets_;
  std::vector<Check> checks_;
  std::vector<Gram> grams_;             // sorted by hash
  std::vector<std::uint32_t> buckets_;  // first gram of each hash value; one more at the end
  std::vector<std::uint64_t> bitmap_;
  unsigned bits_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t gram_windows_ = 0;
  std::size_t mask_windows_ = 0;
  std::size_t high_windows_ = 0;
};

}  // namespace thresh
