// Pattern parser, requirements, filter and trimmed forms: whatever the pattern and the texts, the matcher
// counts what PCRE2 over each text counts. Input: the pattern up to the first newline, then texts, each up to
// a byte 0xff.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "engine/match/matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  constexpr std::size_t longest_pattern = 80;
  constexpr std::size_t longest_text = 3000;
  constexpr std::uint32_t maxhits = 50;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end > longest_pattern || size > longest_text) return 0;
  const std::string_view source = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  const auto regex = Regex::compile(source);
  if (!regex) return 0;
  std::vector<std::string_view> texts;
  while (!rest.empty()) {
    const std::size_t at = std::min(rest.find('\xff'), rest.size());
    texts.push_back(rest.substr(0, at));
    rest.remove_prefix(std::min(at + 1, rest.size()));
  }
  PatternSpec once;
  once.name = "once";
  once.pattern.source = source;
  PatternSpec all = once;
  all.name = "all";
  all.multiple = true;
  all.maxhits = maxhits;
  const auto matcher = Matcher::compile({{"group", {once, all}}}, {.cache_dir = {}, .compile_threads = 1});
  if (!matcher) std::abort();
  MatchScratch scratch(*matcher);
  std::vector<PatternHit> hits;
  matcher->scan(0, texts, scratch, hits);
  std::uint32_t counts[2] = {};
  for (const PatternHit& hit : hits) counts[hit.pattern] = hit.count;

  RegexScratch alone;
  std::uint32_t expected = 0;
  for (const std::string_view text : texts) {
    if (expected >= maxhits) break;
    regex->each(text, alone, [&](Span) { return ++expected < maxhits; });
  }
  // At a limit the two may stop at different places.
  if (alone.limits_hit() > 0 || !scratch.limited().empty()) return 0;
  if (counts[0] != (expected > 0 ? 1U : 0U) || counts[1] != expected) std::abort();
  return 0;
}
