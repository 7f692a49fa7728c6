// find_first_of for a handful of characters known at compile time (the library's asks memchr about every
// byte).
#pragma once

#include <cstddef>
#include <string_view>

namespace thresh {

// First place at or after `from` (at most text.size()) of one of `Characters`; text.size() when there is
// none.
template <char... Characters>
[[nodiscard]] constexpr std::size_t find_any(std::string_view text, std::size_t from = 0) {
  while (from < text.size() && !((text[from] == Characters) || ...)) ++from;
  return from;
}

}  // namespace thresh
