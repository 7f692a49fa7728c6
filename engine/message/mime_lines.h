// The few questions that the MIME parser asks of a line. A line includes its newline.
#pragma once

#include <cstring>
#include <string_view>

#include "engine/base/ascii.h"

namespace thresh::mime {

// The line of `text` that begins at `at`, with its newline.
inline std::string_view line_at(std::string_view text, std::size_t at) {
  const char* const begin = text.data() + at;
  const void* const newline = std::memchr(begin, '\n', text.size() - at);
  if (newline == nullptr) return text.substr(at);
  return {begin, static_cast<std::size_t>(static_cast<const char*>(newline) - begin) + 1};
}

inline bool is_blank(std::string_view line) {
  for (const char c : line)
    if (!ascii::is_space(c)) return false;
  return true;
}

// /^[\041-\071\073-\176]+[ \t]*:/, without the white space when `strict`.
inline bool is_header_line(std::string_view line, bool strict = false) {
  std::size_t at = 0;
  while (at < line.size() && line[at] > 0x20 && line[at] < 0x7f && line[at] != ':') ++at;
  if (at == 0) return false;
  if (!strict)
    while (at < line.size() && ascii::is_blank(line[at])) ++at;
  return at < line.size() && line[at] == ':';
}

enum class Delimiter { none, start, end };

// /^--BOUNDARY(--)?\s*$/
inline Delimiter delimiter(std::string_view line, std::string_view boundary) {
  if (!line.starts_with("--")) return Delimiter::none;
  line.remove_prefix(2);
  if (!line.starts_with(boundary)) return Delimiter::none;
  line.remove_prefix(boundary.size());
  if (line.starts_with("--")) return is_blank(line.substr(2)) ? Delimiter::end : Delimiter::none;
  return is_blank(line) ? Delimiter::start : Delimiter::none;
}

}  // namespace thresh::mime
