// The passes of ReplaceTags::finish_parsing_end. `start` and `end` are plain text.
#include "rules/language/replace_tags.h"

#include <algorithm>
#include <vector>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

constexpr int kPasses = 6;

struct Found {
  std::size_t begin = std::string::npos, end = 0;  // of start ... end
  std::string_view inside;
};

// START PREFIX (.+?) END from `from` on: at least one byte inside, no newline.
Found find_tag(std::string_view text, std::string_view start, std::string_view prefix, std::string_view end,
               std::size_t from = 0) {
  const std::string opening = std::string(start) + std::string(prefix);
  for (std::size_t at = text.find(opening, from); at != std::string_view::npos;
       at = text.find(opening, at + 1)) {
    const std::size_t inside = at + opening.size();
    if (inside >= text.size()) break;
    const std::size_t close = text.find(end, inside + 1);
    if (close == std::string_view::npos) break;
    if (text.substr(inside, close - inside).find('\n') != std::string_view::npos) continue;
    return {at, close + end.size(), text.substr(inside, close - inside)};
  }
  return {};
}

// s/START KEYWORD (.+?)END//: takes the first such tag out and gives its name.
std::string take_out(std::string& pattern, std::string_view start, std::string_view keyword,
                     std::string_view end) {
  const Found found = find_tag(pattern, start, keyword, end);
  if (found.begin == std::string::npos) return {};
  std::string name(found.inside);
  pattern.erase(found.begin, found.end - found.begin);
  return name;
}

// split(/(<[^<>]+>)/): text and tags by turns, no empty text at the end.
std::vector<std::string> split_at_tags(std::string_view pattern) {
  std::vector<std::string> pieces;
  std::size_t text = 0;
  for (std::size_t open = pattern.find('<'); open != std::string_view::npos;) {
    const std::size_t close = pattern.find_first_of("<>", open + 1);
    if (close == std::string_view::npos) break;
    if (pattern[close] == '<' || close == open + 1) {
      open = pattern[close] == '<' ? close : pattern.find('<', close);
      continue;
    }
    pieces.emplace_back(pattern.substr(text, open - text));
    pieces.emplace_back(pattern.substr(open, close + 1 - open));
    text = close + 1;
    open = pattern.find('<', text);
  }
  pieces.emplace_back(pattern.substr(text));
  while (!pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

// A value Perl takes for true.
bool is_true(std::string_view text) {
  return !text.empty() && text != "0";
}

std::string_view find_value(const std::map<std::string, std::string, std::less<>>& values,
                            std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string_view() : std::string_view(found->second);
}

// /<[^>]+>/
bool contains_tag(std::string_view text) {
  for (std::size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<', open + 1)) {
    const std::size_t close = text.find('>', open + 1);
    if (close == std::string_view::npos) return false;
    if (close > open + 1) return true;
  }
  return false;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::optional<std::string> plain_bracket(std::string_view pattern) {
  std::string plain;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size() && !ascii::is_word(pattern[i + 1])) {
      plain += pattern[++i];
    } else if (std::string_view(".^$*+?()[|\\").contains(pattern[i])) {
      return {};
    } else {
      plain += pattern[i];
    }
  }
  return plain;
}

Result<std::string> ReplaceTags::apply(std::string_view pattern) const {
  // SpamAssassin works on the compiled pattern as text, so that no tag ever stands at its very beginning.
  constexpr std::string_view kBefore = "(?aa)";
  std::string result = std::string(kBefore) + std::string(pattern);
  for (int pass = 0; pass < kPasses; ++pass) {
    bool again = false;
    const std::string pre_name = take_out(result, start, "pre ", end);
    const std::string post_name = take_out(result, start, "post ", end);
    const std::string inter_name = take_out(result, start, "inter ", end);
    std::vector<std::string> pieces = split_at_tags(result);

    if (const auto before = find_value(pre, pre_name); is_true(pre_name) && is_true(before)) {
      for (std::string& piece : pieces)
        if (const Found tag = find_tag(piece, start, "", end); tag.begin != std::string::npos)
          piece.insert(tag.begin, before);
    }
    if (const auto after = find_value(post, post_name); is_true(post_name) && is_true(after)) {
      for (std::string& piece : pieces) {
        for (Found tag = find_tag(piece, start, "", end); tag.begin != std::string::npos;
             tag = find_tag(piece, start, "", end, tag.end + after.size()))
          piece.insert(tag.end, after);
      }
    }
    if (const auto between = find_value(inter, inter_name); is_true(inter_name) && is_true(between)) {
      for (std::string& piece : pieces)
        if (piece.empty()) piece = between;
    }

    result.clear();
    for (std::string& piece : pieces) {
      if (const Found tag = find_tag(piece, start, "", end); tag.begin != std::string::npos) {
        const std::string name(tag.inside);
        if (const auto replacement = find_value(tags, name); is_true(name) && is_true(replacement)) {
          replace_all(piece, start + name + end, replacement);
          again = again || contains_tag(replacement);
        }
      }
      result += piece;
      if (result.size() > kMaxReplacedPattern)
        return fail("its pattern grows past " + std::to_string(kMaxReplacedPattern) +
                        " bytes when its tags are replaced",
                    {}, "a replace_tag must not contain itself");
    }
    if (!again) break;
  }
  return result.substr(kBefore.size());
}

}  // namespace thresh
