// What is matched of a message that is too long to be matched whole: header fields and the first part.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/message/settings.h"

namespace thresh {

// `raw` shortened to its header fields and, of a multipart, the first part and the closing delimiter (so that
// nothing looks cut off); of other messages, to the first `most` bytes. At most `most` bytes and a delimiter
// are kept in any case. The result is a view of `raw` or lives in the arena.
[[nodiscard]] std::string_view first_part_of(std::string_view raw, std::size_t most,
                                             const MessageSettings& settings, Arena& arena);

}  // namespace thresh
