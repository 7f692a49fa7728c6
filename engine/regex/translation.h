// Writes a syntax tree as a PCRE2 expression that means the same over bytes (PCRE2's 8-bit library without
// UTF or UCP, under DOTALL and the tables of tables.h).
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/regex/syntax.h"

namespace thresh::syntax {

struct Pcre2Expression {
  std::string text;
  bool caseless = false;  // to be compiled under PCRE2_CASELESS
};

// `share`: groups are written once and called where they stand, for patterns that would be too large; slower
// to match. Errors: a lookbehind with more shapes than PCRE2 can be given.
[[nodiscard]] Result<Pcre2Expression> to_pcre2(const Pattern& pattern, bool share = false);

// A bracketed class (or an escape, or a plain byte) for `set`, in a syntax that PCRE2 and Hyperscan both
// read, case sensitive.
[[nodiscard]] std::string class_text(const ByteSet& set);
// One byte outside of brackets.
[[nodiscard]] std::string byte_text(unsigned char byte);

}  // namespace thresh::syntax
