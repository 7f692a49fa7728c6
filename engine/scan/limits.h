// Bounds of what a verdict says.
#pragma once

#include <cstddef>

namespace thresh::limits {

// Bytes of matched text kept for one hit: enough to recognise it, and a hostile message must not multiply
// itself in logs.
inline constexpr std::size_t verdict_text = 256;
// Bytes of context shown around a match by --explain, on either side.
inline constexpr std::size_t verdict_context = 60;

}  // namespace thresh::limits
