// Content-Transfer-Encoding as Mail::SpamAssassin::Util decodes it (base64_decode, qp_decode), for bodies and
// for encoded words. Nothing fails: what is not in the alphabet is skipped as SpamAssassin skips it.
#pragma once

#include <string_view>

#include "engine/base/arena.h"

namespace thresh {

[[nodiscard]] std::string_view decode_base64(std::string_view text, Arena& arena);

[[nodiscard]] std::string_view decode_quoted_printable(std::string_view text, Arena& arena);

// s/\015\012/\012/gs; a view of `text` itself when there is none.
[[nodiscard]] std::string_view crlf_to_lf(std::string_view text, Arena& arena);

}  // namespace thresh
