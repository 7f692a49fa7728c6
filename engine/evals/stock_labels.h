// "Target price: 2.50": the labels of stock tips in a text (BodyEval::_check_stock_info).
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/regex/regex.h"

namespace thresh {

// How many different labels stand before a colon in `text` (characters, as UTF-8).
[[nodiscard]] std::size_t count_stock_labels(std::string_view text, Arena& arena, RegexScratch& scratch);

}  // namespace thresh
