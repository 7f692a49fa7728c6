// Charsets whose characters are one to three bytes, decoded by table: which ICU converter has Perl's mapping,
// and what Perl's has differently. A table is made when its charset is first met.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace thresh {

// For each lead byte how many bytes its characters take (0: leads none), and what they are. 0 marks "no such
// character" except at byte 0 itself.
class CharTable {
 public:
  std::array<std::uint8_t, 256> length{};
  std::array<char32_t, 256> single{};
  std::vector<char32_t> pairs;    // [lead * 256 + trail], empty when there are no pairs
  std::vector<char32_t> triples;  // after the one lead of length 3: [second * 256 + third]
  bool ascii_compatible = true;   // 0 to 0x7f are themselves
};

[[nodiscard]] std::size_t table_count();
// Encode's canonical name of table `index`; 0 is "ascii".
[[nodiscard]] std::string_view table_name(int index);
[[nodiscard]] const CharTable& table_at(int index);
[[nodiscard]] int table_index(std::string_view name);

}  // namespace thresh
