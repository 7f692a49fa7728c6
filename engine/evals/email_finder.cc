#include "engine/evals/email_finder.h"

#include <algorithm>
#include <array>

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
  std::array<std::size_t, most_labels> behind;  // where the text goes on behind each label and its dot
  std::size_t labels = 0;
  for (std::size_t start = at + 1; labels < most_labels; start = behind[labels++]) {
    std::size_t end = start;
    while (end < text.size() && (ascii::is_alnum(text[end]) || text[end] == '-')) ++end;
    if (end == start || end - start > longest_label || text[start] == '-' || text[end - 1] == '-' ||
        end == text.size() || text[end] != '.')
      break;
    behind[labels] = end + 1;
  }
  std::size_t found = std::string_view::npos;
  const auto take = [&found](std::size_t end) {
    found = end;
    return true;
  };
  while (labels > 0)
    if (registry_.each_tld_end(text, behind[--labels], take)) break;
  return found;
}

std::size_t EmailFinder::match_at(std::string_view text, std::size_t begin) const {
  const std::size_t at = text.find('@', begin);
  if (at == std::string_view::npos || begin >= at || user_reach(text, at, begin) != begin ||
      !may_start(text, begin))
    return std::string_view::npos;
  return domain_end(text, at);
}

}  // namespace thresh
