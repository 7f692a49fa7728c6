// How often windows of bytes occur in mail, roughly: English letters, the punctuation of headers and HTML,
// runs of the same kind, and words that every mail has.
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "engine/match/common_texts.h"
#include "engine/match/requirement.h"

namespace thresh {
namespace {

enum ByteKind : std::uint8_t { lower, upper, digit, blank, line_end, punctuation, high, control, kinds };

constexpr ByteKind kind_of(unsigned b) {
  if (b >= 'a' && b <= 'z') return lower;
  if (b >= 'A' && b <= 'Z') return upper;
  if (b >= '0' && b <= '9') return digit;
  if (b == ' ' || b == '\t') return blank;
  if (b == '\n' || b == '\r') return line_end;
  if (b >= 0x80) return high;
  return b > 0x20 && b < 0x7f ? punctuation : control;
}

constexpr std::array<double, 256> make_frequencies() {
  std::array<double, 256> f{};
  for (unsigned b = 0; b < 256; ++b) f[b] = b >= 0x80 ? 2e-4 : b < 0x20 ? 1e-5 : 2e-3;
  constexpr std::string_view letters = "etaoinsrhldcumpfgwybvkxjqz";
  constexpr std::array<double, 26> shares = {.085, .063, .056, .056, .052, .051, .047, .044, .033,
                                             .029, .026, .022, .020, .018, .015, .014, .014, .012,
                                             .012, .010, .007, .005, .002, .002, .001, .001};
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const auto c = static_cast<unsigned char>(letters[i]);
    f[c] = shares[i];
    f[c - 32] = shares[i] * 0.06 + 0.001;
  }
  for (unsigned d = '0'; d <= '9'; ++d) f[d] = 0.005;
  f[' '] = 0.15;
  f['\t'] = 0.002;
  f['\n'] = 0.02;
  f['.'] = f['-'] = 0.012;
  f['/'] = f[','] = f[':'] = 0.008;
  f['='] = f['<'] = f['>'] = 0.006;
  f['_'] = f['"'] = 0.004;
  return f;
}

constexpr std::array<double, 256> frequencies = make_frequencies();

constexpr std::array<double, kinds> make_kind_shares() {
  std::array<double, kinds> shares{};
  for (unsigned b = 0; b < 256; ++b) shares[kind_of(b)] += frequencies[b];
  return shares;
}

constexpr std::array<double, kinds> kind_shares = make_kind_shares();

// From a byte of one kind to the next byte's kind.
constexpr double follows[kinds][kinds] = {
    {.80, .005, .005, .120, .015, .050, .003, .0005},  // lower
    {.48, .330, .030, .060, .020, .070, .005, .0005},  // upper
    {.06, .040, .520, .100, .050, .220, .003, .0005},  // digit
    {.48, .110, .050, .240, .020, .090, .010, .0005},  // blank
    {.20, .240, .060, .150, .180, .160, .010, .0005},  // line_end
    {.33, .080, .100, .190, .090, .200, .005, .0005},  // punctuation
    {.06, .010, .010, .060, .010, .050, .800, .0005},  // high
    {.10, .100, .100, .100, .100, .100, .100, .3000},  // control
};

using Shares = std::array<double, kinds>;

// The part of each kind's bytes that is in `set`. Remembered: the same sets come again and again.
const Shares& shares_of(const ByteSet& set) {
  thread_local std::unordered_map<ByteSet, Shares, ByteSetHash> known;
  constexpr std::size_t enough = 100'000;
  if (known.size() > enough) known.clear();
  const auto [entry, fresh] = known.try_emplace(set);
  if (fresh) {
    for (unsigned b = 0; b < 256; ++b)
      if (set.has(static_cast<unsigned char>(b))) entry->second[kind_of(b)] += frequencies[b];
    for (std::size_t k = 0; k < kinds; ++k)
      entry->second[k] = std::min(1.0, entry->second[k] / kind_shares[k]);
  }
  return entry->second;
}

double product(const Window& window) {
  std::array<double, kinds> before = kind_shares;
  bool first = true;
  double sum = 1;
  for (const ByteSet& set : window) {
    const Shares& share = shares_of(set);
    std::array<double, kinds> after{};
    sum = 0;
    for (std::size_t k = 0; k < kinds; ++k) {
      double arrives = 0;
      if (first)
        arrives = kind_shares[k];
      else
        for (std::size_t j = 0; j < kinds; ++j) arrives += before[j] * follows[j][k];
      after[k] = arrives * share[k];
      sum += after[k];
    }
    before = after;
    first = false;
  }
  return std::min(sum, 1.0);
}

bool holds_at(const ByteSet& set, char c) {
  return set.has(static_cast<unsigned char>(c));
}

}  // namespace

double frequency(const ByteSet& set) {
  return product({set});
}

double rough_frequency(const Window& window) {
  return product(window);
}

double frequency(const Window& window, TextKind kind) {
  double f = product(window);
  const auto n = static_cast<std::ptrdiff_t>(window.size());
  for (const CommonText& common : common_texts(kind)) {
    const auto m = static_cast<std::ptrdiff_t>(common.text.size());
    // However the two overlap by a few bytes.
    constexpr std::ptrdiff_t few = 2;
    for (std::ptrdiff_t shift = few - m; shift <= n - few; ++shift) {
      // window[i] faces text[i - shift].
      const std::ptrdiff_t from = std::max<std::ptrdiff_t>(0, shift);
      const std::ptrdiff_t to = std::min(n, m + shift);
      if (to - from < few) continue;
      bool all = true;
      for (std::ptrdiff_t i = from; i < to && all; ++i)
        all = holds_at(window[static_cast<std::size_t>(i)], common.text[static_cast<std::size_t>(i - shift)]);
      if (!all) continue;
      const Window before(window.begin(), window.begin() + from);
      const Window after(window.begin() + to, window.end());
      f = std::max(f, common.frequency * product(before) * product(after));
    }
  }
  return f;
}

}  // namespace thresh
