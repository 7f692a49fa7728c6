// Short texts that stand in nearly every mail, with their shares of the bytes, by what rules look at.
#pragma once

#include <span>
#include <string_view>

#include "engine/match/text_kind.h"

namespace thresh {

struct CommonText {
  std::string_view text;
  double frequency;  // how many of them begin at a byte
};

[[nodiscard]] std::span<const CommonText> common_texts(TextKind kind);

}  // namespace thresh
