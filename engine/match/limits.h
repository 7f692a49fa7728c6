// Every bound of matching, with its reason. None of them changes an answer unless it says so: where one is
// reached, PCRE2 is asked more often.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thresh::limits {

// Of the search for what a pattern requires, one pattern at a time; all of the stock rules stay below those
// of the whole pattern.
struct SearchBounds {
  std::size_t max_paths = 256;         // windows from one point, about: more say little more about a text
  std::size_t few_paths = 4;           // the same for a first look, which is to be cheap
  std::size_t max_windows = 1024;      // of all alternatives: past that they are taken together
  std::size_t max_states = 400'000;    // of the automaton: 20 MB; what lies beyond counts as unknown
  std::uint32_t max_copies = 4;        // of what a quantifier repeats: nested ones multiply
  std::uint32_t max_byte_copies = 16;  // the same where that is one byte: two windows' length
  std::size_t max_points = 40;         // tried in one concatenation, from its end
  std::size_t max_looks = 4000;        // points tried in one pattern
  std::size_t max_work = 1'500'000;    // steps, a quarter of a second, before only first looks are taken
};

// Nodes of a repeated part that existence_form() may copy: nested repeats copy theirs again.
inline constexpr std::size_t copied_nodes = 4000;
// Alternatives that are counted without PCRE2: their numbers fit a byte.
inline constexpr std::size_t sequences = 200;

// Spellings, case apart, of the four bytes of a window that are looked for by hash.
inline constexpr std::size_t spellings = 48;
// Windows of one pattern that are looked for by masks, of those with a byte that is not ASCII, of the others,
// and where a false alarm is dear: neighbours are united until so few are left. A mask has a bit for each.
inline constexpr std::size_t high_masks = 8;
inline constexpr std::size_t masks = 6;
inline constexpr std::size_t dear_masks = 32;
// Different sets of bytes in a plan: their numbers have 16 bits. Patterns that need more are asked of PCRE2.
inline constexpr std::size_t byte_sets = 1 << 16;

// Windows that Hyperscan is given. Few and rare ones in long texts are its best case: 5.4 GB/s against 0.7
// for the 15 windows of the stock rules' `full` patterns. (With the 3,765 of their body patterns it makes
// 9 MB/s against 52, and compiles for 38 s.)
inline constexpr std::size_t hyperscan_windows = 64;

// States of a pattern's deterministic automaton. Texts that lead to more are not of a kind that pays.
inline constexpr std::size_t automaton_states = 3000;
// Bytes of its tables, about: states of large patterns are large, and vectors double.
inline constexpr std::size_t automaton_bytes = 4 << 20;
// Bytes of the tables of a thread's automata; past this they begin anew. With the one that is running then:
// at most automaton_bytes more.
inline constexpr std::size_t automata_bytes = 8 << 20;

// After so many looks for one pattern in one text its automaton reads the rest in one pass: PCRE2 may need
// time in proportion to the text for each of them.
inline constexpr std::uint32_t looks = 64;
// Looks of one pattern at one message that may run into PCRE2's match limit, about 20 ms each: a message of
// many paragraphs must not multiply that. Past this the pattern is not asked any more; the verdict names it.
inline constexpr std::uint32_t exhausted_looks = 8;
// Different values kept for one name that a rule captures: each is compared with those before it and becomes
// an alternative of other patterns. Past this no more are kept; the verdict says so.
inline constexpr std::size_t captured_values = 1000;

// Bytes of joined texts, and of places of windows, that a thread keeps for its next message.
inline constexpr std::size_t kept_bytes = 4 << 20;

// Bytes of a plan on disk; one for the stock rules takes half a megabyte.
inline constexpr std::size_t plan_file_bytes = std::size_t{256} << 20;

}  // namespace thresh::limits
