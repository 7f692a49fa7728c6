// What a Content-Type value says, as Mail::SpamAssassin::Util::parse_content_type reads it: type, boundary,
// charset and name, with that function's tolerance for missing quotes, semicolons and types.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/arena.h"

namespace thresh {

struct ContentType {
  std::string_view type;  // lower case, inappropriate characters stripped; text/plain when there is none
  // nullopt: no such parameter; it may be there and empty. Quotes are gone from the boundary.
  std::optional<std::string_view> boundary, charset, name;
  bool missing = false;  // nothing usable was there, the type is a default
};

// `value`: the last Content-Type field, unfolded and decoded; empty when there is none. Views live in `value`
// or `arena`.
[[nodiscard]] ContentType parse_content_type(std::string_view value, Arena& arena);

// The attachment's name in a Content-Disposition value (Message::_parse_normal), nullopt when there is none.
[[nodiscard]] std::optional<std::string_view> disposition_name(std::string_view value);

}  // namespace thresh
