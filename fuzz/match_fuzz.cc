// Pattern parser, requirements, filter and trimmed forms: whatever the pattern and the texts, the matcher
// counts what PCRE2 over each text counts. Input: see pattern_input.h.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/match/matcher.h"
#include "fuzz/pattern_input.h"

namespace {

using namespace thresh;

constexpr std::uint32_t maxhits = 50;

struct Compiled {
  Regex regex;
  Matcher matcher;
  MatchScratch scratch;
};

std::optional<Compiled> compile(std::string_view source) {
  auto regex = Regex::compile(source);
  if (!regex) return std::nullopt;
  PatternSpec once;
  once.name = "once";
  once.pattern.source = source;
  PatternSpec all = once;
  all.name = "all";
  all.multiple = true;
  all.maxhits = maxhits;
  auto matcher = Matcher::compile({{"group", {once, all}}}, {.cache_dir = {}, .compile_threads = 1});
  if (!matcher) std::abort();
  MatchScratch scratch(*matcher);
  return Compiled{std::move(*regex), std::move(*matcher), std::move(scratch)};
}

// Nearly all the time would go into compiling, and inputs of a corpus have few patterns: each is compiled
// once. Nothing where the pattern is not one. libFuzzer looks for leaks whenever an input leaves more memory
// behind than it found, which here is most of the time at first: -detect_leaks=0 leaves that to the end.
Compiled* compiled(std::string_view source) {
  static std::map<std::string, std::optional<Compiled>, std::less<>> known;
  constexpr std::size_t enough = 2000;
  if (known.size() > enough) known.clear();
  auto at = known.find(source);
  if (at == known.end()) at = known.emplace(source, compile(source)).first;
  return at->second ? &*at->second : nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest_pattern = 80;
  constexpr std::size_t longest_input = 1000;
  const auto input = fuzz::PatternInput::read(data, size, longest_pattern, longest_input);
  if (!input) return 0;
  Compiled* const pattern = compiled(input->pattern);
  if (pattern == nullptr) return 0;
  pattern->scratch.begin_message();
  std::vector<PatternHit> hits;
  pattern->matcher.scan(0, input->texts, pattern->scratch, hits);
  std::uint32_t counts[2] = {};
  for (const PatternHit& hit : hits) counts[hit.pattern] = hit.count;

  static RegexScratch alone;
  const std::uint64_t limits_before = alone.limits_hit();
  std::uint32_t expected = 0;
  for (const std::string_view text : input->texts) {
    if (expected >= maxhits) break;
    pattern->regex.each(text, alone, [&](Span) { return ++expected < maxhits; });
  }
  // At a limit the two may stop at different places.
  if (alone.limits_hit() > limits_before || !pattern->scratch.limited().empty()) return 0;
  if (counts[0] != (expected > 0 ? 1U : 0U) || counts[1] != expected) std::abort();
  return 0;
}
