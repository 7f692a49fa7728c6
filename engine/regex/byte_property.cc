// Sets of bytes by name. General categories and scripts are PCRE2's tables, asked byte by byte; Perl's own
// names are spelled out.
#include "engine/regex/byte_property.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

struct NamedSet {
  std::string_view name;
  ByteSet set;
};

constexpr ByteSet ascii_set = ByteSet::range(0, 127);
constexpr ByteSet graph = ByteSet::range(0x21, 0x7e);
constexpr ByteSet punct = graph & ~bytes::alnum;

constexpr NamedSet posix_sets[] = {
    {"alpha", bytes::alpha},
    {"digit", bytes::digit},
    {"alnum", bytes::alnum},
    {"upper", bytes::upper},
    {"lower", bytes::lower},
    {"space", bytes::space},
    {"blank", ByteSet::of(' ') | ByteSet::of('\t')},
    {"cntrl", ByteSet::range(0, 31) | ByteSet::of(127)},
    {"punct", punct},
    {"graph", graph},
    {"print", graph | ByteSet::of(' ')},
    {"word", bytes::word},
    {"ascii", ascii_set},
    {"xdigit", bytes::digit | ByteSet::range('a', 'f') | ByteSet::range('A', 'F')},
};

// The set PCRE2 gives to \p{NAME}.
std::optional<ByteSet> from_pcre2(std::string_view name) {
  const std::string pattern = "\\p{" + std::string(name) + "}";
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), 0, &error,
                                   &offset, nullptr);
  if (code == nullptr) return std::nullopt;
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  ByteSet set;
  for (unsigned b = 0; b < 256; ++b) {
    const auto c = static_cast<unsigned char>(b);
    if (data != nullptr && pcre2_match(code, &c, 1, 0, 0, data, nullptr) > 0) set.add(c);
  }
  pcre2_match_data_free(data);
  pcre2_code_free(code);
  return set;
}

}  // namespace

std::optional<ByteSet> posix_set(std::string_view name) {
  for (const NamedSet& entry : posix_sets)
    if (entry.name == name) return entry.set;
  return std::nullopt;
}

std::optional<ByteSet> byte_property(std::string_view name) {
  std::string key;
  for (char c : name)
    if (c != ' ' && c != '_' && c != '-') key += ascii::to_lower(c);
  if (key.starts_with("is")) key.erase(0, 2);
  if (key.starts_with("posix")) return posix_set(std::string_view(key).substr(5));
  if (key.starts_with("xposix")) key.erase(0, 6);
  const ByteSet letters = *from_pcre2("L");
  if (key == "any" || key == "unicode" || key == "all" || key == "assigned") return ByteSet::all();
  if (key == "ascii") return ascii_set;
  if (key == "alpha" || key == "alphabetic") return letters;
  if (key == "digit") return bytes::digit;
  if (key == "alnum") return letters | bytes::digit;
  if (key == "word" || key == "w" || key == "perlword")
    return key == "perlword" ? bytes::word : letters | bytes::word;
  if (key == "upper" || key == "uppercase") return from_pcre2("Lu");
  if (key == "lower" || key == "lowercase") return *from_pcre2("Ll") | ByteSet::of(0xaa) | ByteSet::of(0xba);
  if (key == "space" || key == "spaceperl" || key == "whitespace")
    return bytes::space | ByteSet::of(0x85) | ByteSet::of(0xa0);
  if (key == "perlspace") return bytes::space;
  if (key == "blank" || key == "horizspace") return bytes::horizontal;
  if (key == "vertspace") return bytes::vertical;
  if (key == "cntrl" || key == "control") return from_pcre2("Cc");
  if (key == "punct") return name.starts_with("XPosix") ? *from_pcre2("P") | punct : *from_pcre2("P");
  if (key == "punctuation") return from_pcre2("P");
  if (key == "xdigit" || key == "hex" || key == "hexdigit" || key == "ahex") return posix_set("xdigit");
  if (key == "graph") return graph | ByteSet::range(0xa1, 0xff);
  if (key == "print") return graph | ByteSet::of(' ') | ByteSet::range(0xa0, 0xff);
  if (key == "letter") return letters;
  if (key == "l&" || key == "lc" || key == "casedletter") return from_pcre2("L&");
  for (std::string_view prefix :
       {"script=", "sc=", "scx=", "scriptextensions=", "gc=", "category=", "generalcategory="})
    if (key.starts_with(prefix)) {
      key.erase(0, prefix.size());
      break;
    }
  // Categories are "L", "Lu"; scripts "Latin", "Old Italic".
  if (key.size() <= 2 && !key.empty()) key[0] = ascii::to_upper(key[0]);
  if (auto found = from_pcre2(key)) return found;
  // Blocks ("InLatin1") and the long names of categories are not known to PCRE2.
  return std::nullopt;
}

}  // namespace thresh
