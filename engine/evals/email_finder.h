// Addresses in running text as FreeMail's email_regex finds them: at most 64 characters before the @, no dot
// at either end nor two in a row, up to four labels, and a known top-level domain that nothing continues.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/message/registry_boundaries.h"

namespace thresh {

struct FoundEmail {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

class EmailFinder {
 public:
  explicit EmailFinder(const RegistryBoundaries& registry) : registry_(registry) {}

  // The leftmost address in `text` that starts at or after `from` and that `accept(FoundEmail)` takes; false:
  // none.
  template <typename Accept>
  bool find(std::string_view text, std::size_t from, FoundEmail& found, Accept&& accept) const;
  bool find(std::string_view text, std::size_t from, FoundEmail& found) const {
    return find(text, from, found, [](const FoundEmail&) { return true; });
  }
  // The end of an address that starts just at `begin`; npos when none does.
  [[nodiscard]] std::size_t match_at(std::string_view text, std::size_t begin) const;

 private:
  static constexpr std::size_t longest_user = 64;
  static constexpr std::size_t longest_label = 61;
  static constexpr std::size_t most_labels = 4;

  [[nodiscard]] static bool is_user_character(char c);
  // True when an address with its @ at `at` may start at `begin`: no user character in front of it.
  [[nodiscard]] static bool may_start(std::string_view text, std::size_t begin);
  // The lowest place from which the text up to the @ has the form of a user part.
  [[nodiscard]] static std::size_t user_reach(std::string_view text, std::size_t at, std::size_t from);
  // The end of the domain behind the @; npos when it is none.
  [[nodiscard]] std::size_t domain_end(std::string_view text, std::size_t at) const;

  const RegistryBoundaries& registry_;
};

template <typename Accept>
bool EmailFinder::find(std::string_view text, std::size_t from, FoundEmail& found, Accept&& accept) const {
  for (std::size_t at = text.find('@', from); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = user_reach(text, at, from);
    if (begin == at) continue;
    const std::size_t end = domain_end(text, at);
    if (end == std::string_view::npos) continue;
    for (; begin < at; ++begin) {
      if (!may_start(text, begin)) continue;
      const FoundEmail candidate{begin, end};
      if (!accept(candidate)) continue;
      found = candidate;
      return true;
    }
  }
  return false;
}

}  // namespace thresh
