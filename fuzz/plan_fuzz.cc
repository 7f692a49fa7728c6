// What the cache on disk may hold in place of a match plan: whatever the bytes, a plan that is taken makes a
// filter that stays within its text. Input: the body of a plan file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/match/filter.h"
#include "engine/match/plan_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  static const std::vector<PatternGroup> groups = [] {
    const auto spec = [](std::string_view source) {
      PatternSpec made;
      made.name = "R";
      made.pattern.source = source;
      return made;
    };
    return std::vector<PatternGroup>{{.name = "body", .patterns = {spec("viagra"), spec("[0-9]+ dollars")}},
                                     {.name = "uri", .patterns = {spec("x")}}};
  }();
  static const std::string text =
      std::string("cheap viagra for 17 dollars \xe4\xff") + std::string(Filter::padding, '\0');
  const auto plan = parse_plan({reinterpret_cast<const char*>(data), size}, groups);
  if (!plan) return 0;
  if (plan->groups.size() != groups.size()) std::abort();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (plan->groups[g].size() != groups[g].patterns.size()) std::abort();
    Filter filter;
    for (std::uint32_t i = 0; i < plan->groups[g].size(); ++i)
      if (const PatternPlan& pattern = plan->groups[g][i]; pattern && pattern->run_length == 0)
        filter.add(i, *pattern, plan->sets);
    filter.finish(HyperscanDatabase::deserialize(plan->databases[g]));
    const std::string_view shown(text.data(), text.size() - Filter::padding);
    HyperscanScratch scratch;
    std::vector<Filter::Hit> hits;
    filter.scan(shown, 0, shown.size(), scratch, hits);
    for (const Filter::Hit& hit : hits)
      if (hit.offset >= shown.size() || hit.pattern >= groups[g].patterns.size()) std::abort();
  }
  return 0;
}
