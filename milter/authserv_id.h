// Whose Authentication-Results a header field is (RFC 8601 2.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace thresh::milter {

// The authserv-id of an Authentication-Results value, in lower case: comments (nested, with quoted pairs),
// folds, quotes and a version are looked through. nullopt: the value does not begin like such a field.
[[nodiscard]] std::optional<std::string> authserv_id_of(std::string_view value);

}  // namespace thresh::milter
