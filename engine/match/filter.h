// Looks for the windows of all patterns of one group in one pass over a text. Windows of few spellings are
// found by a hash of four bytes, the others by bit masks, 64 or 256 windows at a time; those that need a byte
// that is not ASCII only where one is. Few windows in long texts are left to Hyperscan.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/match/hyperscan.h"
#include "engine/match/plan.h"

namespace thresh {

class Filter {
 public:
  struct Hit {
    std::uint32_t offset = 0;  // of the window in the text
    std::uint32_t pattern = 0;
    auto operator<=>(const Hit&) const = default;
  };
  // Bytes that must be readable behind a text given to scan(); what they are does not matter.
  static constexpr std::size_t padding = 32;

  // The windows report `pattern`; their sets are those of `sets`, which must live as long as the filter.
  void add(std::uint32_t pattern, const FilterPlan& plan, const std::vector<ByteSet>& sets);
  // After the last add(). `database`: one that reports the ends of the windows' first max_window bytes,
  // expression i for the i-th window added.
  void finish(std::optional<HyperscanDatabase> database = std::nullopt);

  // Replaces `hits` by every window that begins in [from, to), at most step() bytes, and stands in `text`, in
  // order.
  void scan(std::string_view text, std::size_t from, std::size_t to, HyperscanScratch& scratch,
            std::vector<Hit>& hits) const;
  [[nodiscard]] std::size_t step() const { return database_ ? database_step : max_scan; }

  [[nodiscard]] std::size_t windows() const { return checks_.size(); }
  [[nodiscard]] std::size_t bytes() const;

  // Where in the window its rarest four bytes of few spellings begin; npos when there are none.
  [[nodiscard]] static std::size_t gram_at(const Window& window);
  // Whether one place of the window is not ASCII.
  [[nodiscard]] static bool needs_high(const Window& window);

 private:
  static constexpr std::size_t max_scan = 4096;
  static constexpr std::size_t database_step = 1 << 17;
  struct Check {
    std::uint32_t pattern = 0;
    std::uint8_t size = 0;
    std::uint8_t gram = PlannedWindow::no_gram;
    std::array<std::uint16_t, max_checked> sets{};  // of them the lanes see the first max_window
  };
  struct Gram {
    std::uint32_t value = 0;  // four bytes, each with bit 5 set
    std::uint32_t check = 0;
    std::uint32_t back = 0;  // from the gram to the start of its window
  };
  static constexpr std::size_t wide = 4;
  struct Lane {
    std::size_t words = 1;                   // of a mask: 1 or `wide`
    bool high = false;                       // every window has a place that is not ASCII
    std::vector<std::uint32_t> first_check;  // of each slot in `checks`; one more at the end
    std::vector<std::uint32_t> checks;       // patterns share the windows they have in common
    // For each place in a window and each byte: the windows that may have it there. Rows of `words`, aligned
    // for `wide`.
    std::vector<std::uint64_t> storage;
    std::size_t first = 0;
    [[nodiscard]] const std::uint64_t* row(std::size_t place, unsigned char byte) const {
      return storage.data() + first + (place * 256 + byte) * words;
    }
  };

  [[nodiscard]] std::uint32_t hash(std::uint32_t gram) const { return (gram * 0x9e3779b1U) >> (32 - bits_); }
  // From the place `from` of the window on.
  [[nodiscard]] bool holds(const Check& check, const char* at, std::size_t from) const;
  void add_grams(std::uint32_t number);
  void finish_grams();
  // The windows of a lane to be, each with the checks that ask for it.
  struct Bin;
  void put(std::vector<Bin>& bins, std::uint32_t check) const;
  bool scan_database(std::string_view text, std::size_t from, std::size_t to, HyperscanScratch& scratch,
                     std::vector<Hit>& hits) const;
  void scan_lanes(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;
  void make_lanes(const std::vector<Bin>& bins, bool high);
  void scan_grams(std::string_view text, std::size_t from, std::size_t to, std::vector<Hit>& hits) const;
  // The places where the first four places of a window of the lane fit; `places` has room for all.
  std::size_t scan_narrow(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                          std::uint32_t* places) const;
  std::size_t scan_wide(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                        std::uint32_t* places) const;
  std::size_t scan_wide_avx2(const Lane& lane, std::string_view text, std::size_t from, std::size_t to,
                             std::uint32_t* places) const;
  void report(const Lane& lane, std::string_view text, std::size_t at, std::vector<Hit>& hits) const;

  const std::vector<ByteSet>* sets_ = nullptr;
  std::vector<Check> checks_;
  std::vector<Gram> grams_;  // sorted by hash
  unsigned bits_ = 0;
  std::vector<std::uint64_t> bitmap_;  // of hash values that occur
  std::vector<std::uint32_t> ranks_;   // bits set in the words before
  std::vector<std::uint32_t> starts_;  // by rank of the hash value: its first gram; one more at the end
  std::vector<Lane> lanes_;
  std::optional<HyperscanDatabase> database_;
};

}  // namespace thresh
