// Bytes in whatever charset to UTF-8, as Message::Node::_normalize decides (normalize_charset on): strict
// UTF-8 first, then the declared charset (ISO-8859-1 means Windows-1252), then its list of fallbacks, then
// Mozilla's detector, then 1252. Conversion by tables made with ICU. Safe from several threads.
#pragma once

#include <string_view>

#include "engine/base/arena.h"

namespace thresh {

// UTF-8 of `bytes`; a view of `bytes` itself when nothing had to change. `declared` may be empty. Never
// fails.
[[nodiscard]] std::string_view normalize_charset(std::string_view bytes, std::string_view declared,
                                                 Arena& arena);

// The same, and whether Perl would hold the text as characters. Without that mark every character is below
// 256, and where Perl writes the text out it writes those bytes.
struct DecodedText {
  std::string_view utf8;
  bool characters = false;
};
// `normalize` false: as Node::rendered does with normalize_charset off.
[[nodiscard]] DecodedText decode_text(std::string_view bytes, std::string_view declared, bool normalize,
                                      Arena& arena);

// Node::_decode_header: RFC 2047 words of an unfolded value to UTF-8. `name` (any case) decides whether it is
// decoded at all: Received, Message-ID, Date, References, List-* and their kin are not.
[[nodiscard]] std::string_view decode_header(std::string_view value, std::string_view name, Arena& arena);

}  // namespace thresh
