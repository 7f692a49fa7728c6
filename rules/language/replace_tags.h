// Mail::SpamAssassin::Plugin::ReplaceTags: <TAG> in the pattern of a rule stands for a piece of pattern.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace thresh {

struct ReplaceTags {
  std::string start = "<", end = ">";
  std::map<std::string, std::string, std::less<>> tags, pre, inter, post;

  // `pattern` with its tags replaced, in up to six passes, as replace_tags does them. Errors: it grew past
  // kMaxReplacedPattern.
  [[nodiscard]] Result<std::string> apply(std::string_view pattern) const;
};

// What replace_start and replace_end match, which SpamAssassin takes as patterns: escaped characters lose
// their backslash. Nothing when the pattern stands for more than one text.
[[nodiscard]] std::optional<std::string> plain_bracket(std::string_view pattern);

// The longest stock pattern has 19 KB after replacement; tags that contain each other grow without end.
inline constexpr std::size_t kMaxReplacedPattern = 4u << 20;

}  // namespace thresh
