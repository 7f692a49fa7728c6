// What SpamAssassin does to HTML before it is parsed.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "engine/base/arena.h"

namespace thresh::html {

// A copy of `html` in which &nbsp; is a space, <br/> is <br>, and typographic double quotes are plain ones.
// One byte before it and HtmlTokenizer::kSlack NULs behind it belong to it.
[[nodiscard]] std::span<char> prepare_html(std::string_view html, bool characters, Arena& arena);

}  // namespace thresh::html
