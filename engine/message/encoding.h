// Charsets by name and their decoders, as Perl's Encode finds and runs them (Encode 3.17 with the modules
// that Perl ships): Encode::find_encoding with Encode::Alias, and decode with the treatment of malformed
// input that each module has. The tables are made from ICU's converters when first asked for. Safe from
// several threads.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/message/charset.h"

namespace thresh {

class CharTable;

enum class EncodingKind {
  utf8_strict,
  utf8,
  latin1,
  table,
  utf16,
  utf16be,
  utf16le,
  ucs2be,
  ucs2le,
  utf32,
  utf32be,
  utf32le,
  utf7,
  jis7,
  iso2022_kr,
  hz,
};

struct Encoding {
  std::string_view name;  // Encode's canonical name
  EncodingKind kind;
  int table = -1;  // for `table`: which one
};

// Encode::find_encoding; null when Perl has no such encoding (or Thresh no table for it: see
// encoding_names.cc).
[[nodiscard]] const Encoding* find_encoding(std::string_view name);

// $encoding->decode(bytes, FB_CROAK | LEAVE_SRC) when `strict`: nullopt where it croaks. Otherwise malformed
// input becomes U+FFFD. A character that the end cuts off is dropped silently by most decoders, also when
// strict.
[[nodiscard]] std::optional<DecodedText> decode(const Encoding& encoding, std::string_view bytes, bool strict,
                                                Arena& arena);

// Encode::Detect::Detector::detect: the name of the charset; empty when it has no idea.
[[nodiscard]] std::string_view detect_charset(std::string_view bytes);

}  // namespace thresh
