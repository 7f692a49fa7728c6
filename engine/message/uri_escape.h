// Percent-encoding as Util::url_encode normalises it, and the character references that hide letters in URIs.
#pragma once

#include <string_view>

#include "engine/base/arena.h"

namespace thresh {

// /%[0-9a-fA-F]{2}/
[[nodiscard]] bool has_escape(std::string_view text);

// Util::url_encode: %21 to %7E are decoded, whatever they stand for; controls, space, " % < > and bytes from
// 0x7F on are encoded with lower-case digits. `characters`: `text` is UTF-8 of characters, of which those
// above U+00FF stay.
[[nodiscard]] std::string_view url_encode(std::string_view text, Arena& arena, bool characters = false);

// &#65; &#x41; for printable ASCII, then the references to the other full stops of Unicode, each in a pass of
// its own as uri_list_canonicalize does.
[[nodiscard]] std::string_view decode_references(std::string_view text, Arena& arena,
                                                 bool characters = false);

}  // namespace thresh
