// Attached pictures of a given size: their headers and no more, which is all that rules read.
#pragma once

#include <string>

#include "tests/generate/draft.h"

namespace thresh::generate {

// `type`: "png", "gif" or "jpeg".
[[nodiscard]] Attachment image(const std::string& type, unsigned width, unsigned height);

}  // namespace thresh::generate
