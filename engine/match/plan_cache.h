// Match plans on disk. One file a matcher, named after the SHA-256 of everything the plan depends on: format
// version, the platform, Hyperscan's and PCRE2's versions, and each pattern with its modifiers and what is
// asked of it, in order. Written aside and renamed, so that processes can share a directory; checked when
// read; a directory that others can write is refused.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/match/limits.h"
#include "engine/match/plan.h"

namespace thresh {

using PlanKey = std::array<std::uint8_t, 32>;

[[nodiscard]] PlanKey plan_key(std::span<const PatternGroup> groups);

// Nothing when there is no plan for the key, or none that can be trusted; a file of more than `most_bytes` is
// not read.
[[nodiscard]] std::optional<MatchPlan> read_plan(const std::filesystem::path& directory, const PlanKey& key,
                                                 std::span<const PatternGroup> groups,
                                                 std::size_t most_bytes = limits::plan_file_bytes);
// The same from what follows a file's head, which is not trusted: whatever the bytes, what comes back is safe
// to build a Filter of.
[[nodiscard]] std::optional<MatchPlan> parse_plan(std::string_view body,
                                                  std::span<const PatternGroup> groups);
// Makes the directory where it is missing. Errors: the directory is not ours alone, the file cannot be
// written or would be larger than read_plan() takes.
[[nodiscard]] Result<void> write_plan(const std::filesystem::path& directory, const PlanKey& key,
                                      const MatchPlan& plan,
                                      std::size_t most_bytes = limits::plan_file_bytes);

}  // namespace thresh
