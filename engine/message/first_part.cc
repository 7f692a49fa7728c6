#include "engine/message/first_part.h"

#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/content_type.h"
#include "engine/message/message.h"

namespace thresh {
namespace {

using sv = std::string_view;

// ^--\Q$b\E(--)?\s*$ (Message.pm parse_body); `line` with its line ending.
bool is_delimiter(sv line, sv boundary) {
  if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) return false;
  line.remove_prefix(2 + boundary.size());
  if (line.starts_with("--")) line.remove_prefix(2);
  while (!line.empty() && ascii::is_space(line.back())) line.remove_suffix(1);
  return line.empty();
}

}  // namespace

sv first_part_of(sv raw, std::size_t most, const MessageSettings& settings, Arena& arena) {
  raw = raw.substr(0, most);
  sv boundary;
  {
    const Message message(raw, settings, arena);
    if (message.root().is_leaf()) return raw;
    boundary = parse_content_type(message.root().header("content-type"), arena).boundary.value_or(sv());
  }
  if (boundary.empty()) return raw;

  // The end of the first part is the second delimiter; without one, the first part is all that there is.
  std::size_t delimiters = 0, at = 0;
  sv ending = "\n";
  while (at < raw.size()) {
    const std::size_t newline = raw.find('\n', at);
    const std::size_t next = newline == sv::npos ? raw.size() : newline + 1;
    const sv line = raw.substr(at, next - at);
    if (is_delimiter(line, boundary)) {
      if (line.ends_with("\r\n")) ending = "\r\n";
      if (++delimiters == 2) break;
    }
    at = next;
  }
  if (delimiters == 0) return raw;
  const bool cut_in_line = at == raw.size() && !raw.ends_with('\n');
  const std::size_t closing = (cut_in_line ? ending.size() : 0) + 2 + boundary.size() + 2 + ending.size();
  char* const copy = arena.bytes(at + closing);
  char* to = copy;
  const auto put = [&](sv text) {
    std::memcpy(to, text.data(), text.size());
    to += text.size();
  };
  put(raw.substr(0, at));
  if (cut_in_line) put(ending);
  put("--");
  put(boundary);
  put("--");
  put(ending);
  return {copy, at + closing};
}

}  // namespace thresh
