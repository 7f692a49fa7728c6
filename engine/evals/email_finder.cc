#include "engine/evals/email_finder.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace thresh {

bool EmailFinder::is_user_character(char c) {
  return ascii::is_alnum(c) || std::string_view("!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

bool EmailFinder::may_start(std::string_view text, std::size_t begin) {
  return is_user_character(text[begin]) && (begin == 0 || !is_user_character(text[begin - 1]));
}

std::size_t EmailFinder::user_reach(std::string_view text, std::size_t at, std::size_t from) {
  const std::size_t lowest = std::max(from, at > longest_user ? at - longest_user : 0);
  std::size_t begin = at;
  while (begin > lowest) {
    const char c = text[begin - 1];
    // A dot needs a user character behind it; the one in front is what the next step looks for.
    if (c == '.' ? begin == at || text[begin] == '.' : !is_user_character(c)) break;
    --begin;
  }
  return begin;
}

std::size_t EmailFinder::domain_end(std::string_view text, std::size_t at) const {
  std::size_t start = at + 1;
  for (int labels = 0;; ++labels) {
    std::size_t end = start;
    while (end < text.size() && (ascii::is_alnum(text[end]) || text[end] == '-')) ++end;
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && ascii::is_alnum(text[end + 1]);
    if (!goes_on) {
      const bool known = labels > 0 && end > start && registry_.is_tld(text.substr(start, end - start));
      return known ? end : std::string_view::npos;
    }
    if (labels == most_labels || end == start || end - start > longest_label ||
        !ascii::is_alnum(text[start]) || text[end - 1] == '-')
      return std::string_view::npos;
    start = end + 1;
  }
}

std::size_t EmailFinder::match_at(std::string_view text, std::size_t begin) const {
  const std::size_t at = text.find('@', begin);
  if (at == std::string_view::npos || begin >= at || user_reach(text, at, begin) != begin ||
      !may_start(text, begin))
    return std::string_view::npos;
  return domain_end(text, at);
}

}  // namespace thresh
