// How each pattern of a matcher is looked for. Finding that out is the slow part of compiling (seconds for
// the stock rules), so plans are what the cache on disk keeps.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/match/matcher.h"
#include "engine/match/requirement.h"

namespace thresh {

// A window as the filter looks for it.
struct PlannedWindow {
  static constexpr std::uint8_t no_gram = 0xff;
  std::uint8_t size = 0;
  std::uint8_t gram = no_gram;  // where its rarest four bytes of few spellings begin; none: by masks
  std::array<std::uint16_t, max_checked> sets{};  // in MatchPlan::sets
};

struct FilterPlan {
  // As in Requirement.
  std::uint32_t least_before = 0;
  std::uint32_t most_before = 0;
  std::uint32_t times = 1;
  std::vector<PlannedWindow> windows;
  // Instead of windows: so many bytes in a row, all of this set (in MatchPlan::sets).
  std::uint32_t run_length = 0;
  std::uint16_t run_set = 0;
};

// Nothing: PCRE2 looks at every text.
using PatternPlan = std::optional<FilterPlan>;

struct MatchPlan {
  std::vector<ByteSet> sets;
  std::vector<std::vector<PatternPlan>> groups;
  // By group: the serialized Hyperscan database that finds its windows; empty where the filter's own passes
  // do. Expression i is the group's window i.
  std::vector<std::string> databases;
};

// Checks every pattern and plans for it, on `threads` threads (0: as many as cores). Errors name the rule and
// what is wrong with its pattern.
[[nodiscard]] Result<MatchPlan> make_plan(std::span<const PatternGroup> groups, unsigned threads);

}  // namespace thresh
