// The redirector_pattern settings: user-written patterns whose first group is where a redirecting URI leads
// to. Each pattern is tried only where a URI has all letter pairs of some text that the pattern cannot match
// without.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/regex/regex.h"

namespace thresh {

class RedirectorPatterns {
 public:
  void push_back(Regex pattern);
  [[nodiscard]] std::size_t size() const { return patterns_.size(); }
  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  void clear() { patterns_.clear(); }

  // Group 1 of the first pattern that matches `uri` with a '.' in that group (as uri_list_canonicalize asks);
  // nullopt when none does. A match limit counts as no match. Safe from several threads.
  [[nodiscard]] std::optional<Span> target(std::string_view uri) const;

 private:
  struct Pattern {
    Regex regex;
    std::vector<std::uint16_t> pairs;  // of the required text, hashed; empty: always tried
  };
  std::vector<Pattern> patterns_;
};

// The longest text that every match of `pattern` (PCRE syntax) contains, letter case aside, as far as a look
// at its top level tells; empty when that does not.
[[nodiscard]] std::string required_text(std::string_view pattern);

}  // namespace thresh
