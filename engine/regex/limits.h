// Every bound of one pattern, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thresh::limits {

// Bytes of a pattern; longer ones are refused.
inline constexpr std::size_t pattern_bytes = 1 << 20;
// Groups in each other: as deep as the parser and all that walks its trees recurse.
inline constexpr int pattern_nesting = 200;
// Alternatives of fixed length for one lookbehind; with more a pattern is refused: PCRE2 tries them one by
// one at every place.
inline constexpr std::size_t lookbehind_shapes = 2000;

// Of one run of PCRE2 from one beginning (pcre2api); past one of these the answer is MatchStatus::limit.
// Backtracks. Patterns of the stock rules stay far below; one that reaches it costs about 20 ms.
inline constexpr std::uint32_t backtracks = 1'000'000;
// Backtracks in each other, in the interpreter.
inline constexpr std::uint32_t backtrack_depth = 100'000;
// KiB of the interpreter's heap, per thread: what many groups times such depth would take.
inline constexpr std::uint32_t match_heap_kib = 32 * 1024;
// Bytes of machine code's own stack, per thread; where it overflows the interpreter takes over.
inline constexpr std::size_t jit_stack_start = 32 * 1024;
inline constexpr std::size_t jit_stack = 1024 * 1024;

}  // namespace thresh::limits
