// A set of bytes: what one position of a byte pattern may be. Everything is total and constexpr; the classes
// are Perl's under /a (ASCII), the case folding is Perl's over Latin-1 (\xe4 and \xc4 are one letter; \xb5,
// \xdf, \xff, \xd7, \xf7 fold to themselves).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace thresh {

class ByteSet {
 public:
  constexpr ByteSet() = default;
  [[nodiscard]] static constexpr ByteSet of(unsigned char b) {
    ByteSet s;
    s.add(b);
    return s;
  }
  [[nodiscard]] static constexpr ByteSet range(unsigned from, unsigned to) {
    ByteSet s;
    for (unsigned b = from; b <= to && b < 256; ++b) s.add(static_cast<unsigned char>(b));
    return s;
  }
  [[nodiscard]] static constexpr ByteSet all() { return ~ByteSet(); }

  constexpr void add(unsigned char b) { words_[b >> 6] |= std::uint64_t{1} << (b & 63); }
  constexpr void remove(unsigned char b) { words_[b >> 6] &= ~(std::uint64_t{1} << (b & 63)); }
  [[nodiscard]] constexpr bool has(unsigned char b) const { return ((words_[b >> 6] >> (b & 63)) & 1) != 0; }
  [[nodiscard]] constexpr int size() const {
    int n = 0;
    for (auto w : words_) n += std::popcount(w);
    return n;
  }
  [[nodiscard]] constexpr bool empty() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }
  // The smallest member; the set must not be empty.
  [[nodiscard]] constexpr unsigned char first() const {
    unsigned base = 0;
    for (auto w : words_) {
      if (w != 0) return static_cast<unsigned char>(base + static_cast<unsigned>(std::countr_zero(w)));
      base += 64;
    }
    return 0;
  }
  [[nodiscard]] constexpr bool contains(const ByteSet& other) const { return (other & ~*this).empty(); }

  constexpr ByteSet operator~() const {
    ByteSet s;
    for (std::size_t i = 0; i < 4; ++i) s.words_[i] = ~words_[i];
    return s;
  }
  constexpr ByteSet operator|(const ByteSet& o) const {
    ByteSet s;
    for (std::size_t i = 0; i < 4; ++i) s.words_[i] = words_[i] | o.words_[i];
    return s;
  }
  constexpr ByteSet operator&(const ByteSet& o) const {
    ByteSet s;
    for (std::size_t i = 0; i < 4; ++i) s.words_[i] = words_[i] & o.words_[i];
    return s;
  }
  constexpr ByteSet& operator|=(const ByteSet& o) { return *this = *this | o; }
  constexpr ByteSet& operator&=(const ByteSet& o) { return *this = *this & o; }
  // With the other case of every letter (bytes::fold). Cases lie 32 apart, so within one word.
  [[nodiscard]] constexpr ByteSet folded(bool ascii_only) const {
    constexpr std::uint64_t ascii_upper = 0x7fffffe;    // A to Z in the word of 64 to 127
    constexpr std::uint64_t latin1_upper = 0x7f7fffff;  // \xc0 to \xde without \xd7 in that of 192 to 255
    ByteSet s = *this;
    s.words_[1] |= (words_[1] & ascii_upper) << 32 | (words_[1] >> 32 & ascii_upper);
    if (!ascii_only) s.words_[3] |= (words_[3] & latin1_upper) << 32 | (words_[3] >> 32 & latin1_upper);
    return s;
  }
  constexpr bool operator==(const ByteSet&) const = default;
  [[nodiscard]] constexpr std::size_t hash() const {
    std::uint64_t h = 0;
    for (auto w : words_) h = ((h ^ w) * 0x9e3779b97f4a7c15ULL) ^ (h >> 31);
    return static_cast<std::size_t>(h ^ (h >> 29));
  }

 private:
  std::array<std::uint64_t, 4> words_{};
};

struct ByteSetHash {
  std::size_t operator()(const ByteSet& set) const { return set.hash(); }
};

namespace bytes {

// The other case of a Latin-1 letter; the byte itself when it has none.
constexpr unsigned char other_case(unsigned char b) {
  if (b >= 'a' && b <= 'z') return static_cast<unsigned char>(b - 32);
  if (b >= 'A' && b <= 'Z') return static_cast<unsigned char>(b + 32);
  if (b >= 0xe0 && b <= 0xfe && b != 0xf7) return static_cast<unsigned char>(b - 32);
  if (b >= 0xc0 && b <= 0xde && b != 0xd7) return static_cast<unsigned char>(b + 32);
  return b;
}
// As other_case(), for ASCII letters alone (a pattern under /d).
constexpr unsigned char other_ascii_case(unsigned char b) {
  return b < 0x80 ? other_case(b) : b;
}

// The set with the other cases of its letters.
constexpr ByteSet fold(const ByteSet& set, bool ascii_only = false) {
  return set.folded(ascii_only);
}

inline constexpr ByteSet digit = ByteSet::range('0', '9');
inline constexpr ByteSet upper = ByteSet::range('A', 'Z');
inline constexpr ByteSet lower = ByteSet::range('a', 'z');
inline constexpr ByteSet alpha = upper | lower;
inline constexpr ByteSet alnum = alpha | digit;
inline constexpr ByteSet word = alnum | ByteSet::of('_');
inline constexpr ByteSet space = ByteSet::range('\t', '\r') | ByteSet::of(' ');
inline constexpr ByteSet horizontal = ByteSet::of('\t') | ByteSet::of(' ') | ByteSet::of(0xa0);
inline constexpr ByteSet vertical = ByteSet::range('\n', '\r') | ByteSet::of(0x85);
inline constexpr ByteSet newline = ByteSet::of('\n');
inline constexpr ByteSet not_newline = ~newline;

}  // namespace bytes
}  // namespace thresh
