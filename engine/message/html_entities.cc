// Character references of HTML. The names are those of HTML 4 (what HTML::Entities knows, with &apos;); names
// of ISO 8859-1 need no semicolon. Numbers follow HTML::Parser: pairs of surrogates are joined, what Unicode
// forbids is U+FFFD, U+FFFE and U+FFFF stay as they are written.
#include "engine/message/html_entities.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>

#include "engine/base/ascii.h"

namespace thresh::html {
namespace {

struct Entity {
  std::string_view name;
  std::uint16_t value;
  bool needs_semicolon;
};

// Sorted by name.
// clang-format off
constexpr Entity kEntities[] = {
    {"AElig", 0xc6, false}, {"Aacute", 0xc1, false}, {"Acirc", 0xc2, false}, {"Agrave", 0xc0, false},
    {"Alpha", 0x391, true}, {"Aring", 0xc5, false}, {"Atilde", 0xc3, false}, {"Auml", 0xc4, false},
    {"Beta", 0x392, true}, {"Ccedil", 0xc7, false}, {"Chi", 0x3a7, true}, {"Dagger", 0x2021, true},
    {"Delta", 0x394, true}, {"ETH", 0xd0, false}, {"Eacute", 0xc9, false}, {"Ecirc", 0xca, false},
    {"Egrave", 0xc8, false}, {"Epsilon", 0x395, true}, {"Eta", 0x397, true}, {"Euml", 0xcb, false},
    {"Gamma", 0x393, true}, {"Iacute", 0xcd, false}, {"Icirc", 0xce, false}, {"Igrave", 0xcc, false},
    {"Iota", 0x399, true}, {"Iuml", 0xcf, false}, {"Kappa", 0x39a, true}, {"Lambda", 0x39b, true},
    {"Mu", 0x39c, true}, {"Ntilde", 0xd1, false}, {"Nu", 0x39d, true}, {"OElig", 0x152, true},
    {"Oacute", 0xd3, false}, {"Ocirc", 0xd4, false}, {"Ograve", 0xd2, false}, {"Omega", 0x3a9, true},
    {"Omicron", 0x39f, true}, {"Oslash", 0xd8, false}, {"Otilde", 0xd5, false}, {"Ouml", 0xd6, false},
    {"Phi", 0x3a6, true}, {"Pi", 0x3a0, true}, {"Prime", 0x2033, true}, {"Psi", 0x3a8, true}, {"Rho", 0x3a1, true},
    {"Scaron", 0x160, true}, {"Sigma", 0x3a3, true}, {"THORN", 0xde, false}, {"Tau", 0x3a4, true},
    {"Theta", 0x398, true}, {"Uacute", 0xda, false}, {"Ucirc", 0xdb, false}, {"Ugrave", 0xd9, false},
    {"Upsilon", 0x3a5, true}, {"Uuml", 0xdc, false}, {"Xi", 0x39e, true}, {"Yacute", 0xdd, false},
    {"Yuml", 0x178, true}, {"Zeta", 0x396, true}, {"aacute", 0xe1, false}, {"acirc", 0xe2, false},
    {"acute", 0xb4, false}, {"aelig", 0xe6, false}, {"agrave", 0xe0, false}, {"alefsym", 0x2135, true},
    {"alpha", 0x3b1, true}, {"amp", 0x26, false}, {"and", 0x2227, true}, {"ang", 0x2220, true}, {"apos", 0x27, false},
    {"aring", 0xe5, false}, {"asymp", 0x2248, true}, {"atilde", 0xe3, false}, {"auml", 0xe4, false},
    {"bdquo", 0x201e, true}, {"beta", 0x3b2, true}, {"brvbar", 0xa6, false}, {"bull", 0x2022, true},
    {"cap", 0x2229, true}, {"ccedil", 0xe7, false}, {"cedil", 0xb8, false}, {"cent", 0xa2, false},
    {"chi", 0x3c7, true}, {"circ", 0x2c6, true}, {"clubs", 0x2663, true}, {"cong", 0x2245, true},
    {"copy", 0xa9, false}, {"crarr", 0x21b5, true}, {"cup", 0x222a, true}, {"curren", 0xa4, false},
    {"dArr", 0x21d3, true}, {"dagger", 0x2020, true}, {"darr", 0x2193, true}, {"deg", 0xb0, false},
    {"delta", 0x3b4, true}, {"diams", 0x2666, true}, {"divide", 0xf7, false}, {"eacute", 0xe9, false},
    {"ecirc", 0xea, false}, {"egrave", 0xe8, false}, {"empty", 0x2205, true}, {"emsp", 0x2003, true},
    {"ensp", 0x2002, true}, {"epsilon", 0x3b5, true}, {"equiv", 0x2261, true}, {"eta", 0x3b7, true},
    {"eth", 0xf0, false}, {"euml", 0xeb, false}, {"euro", 0x20ac, true}, {"exist", 0x2203, true},
    {"fnof", 0x192, true}, {"forall", 0x2200, true}, {"frac12", 0xbd, false}, {"frac14", 0xbc, false},
    {"frac34", 0xbe, false}, {"frasl", 0x2044, true}, {"gamma", 0x3b3, true}, {"ge", 0x2265, true},
    {"gt", 0x3e, false}, {"hArr", 0x21d4, true}, {"harr", 0x2194, true}, {"hearts", 0x2665, true},
    {"hellip", 0x2026, true}, {"iacute", 0xed, false}, {"icirc", 0xee, false}, {"iexcl", 0xa1, false},
    {"igrave", 0xec, false}, {"image", 0x2111, true}, {"infin", 0x221e, true}, {"int", 0x222b, true},
    {"iota", 0x3b9, true}, {"iquest", 0xbf, false}, {"isin", 0x2208, true}, {"iuml", 0xef, false},
    {"kappa", 0x3ba, true}, {"lArr", 0x21d0, true}, {"lambda", 0x3bb, true}, {"lang", 0x2329, true},
    {"laquo", 0xab, false}, {"larr", 0x2190, true}, {"lceil", 0x2308, true}, {"ldquo", 0x201c, true},
    {"le", 0x2264, true}, {"lfloor", 0x230a, true}, {"lowast", 0x2217, true}, {"loz", 0x25ca, true},
    {"lrm", 0x200e, true}, {"lsaquo", 0x2039, true}, {"lsquo", 0x2018, true}, {"lt", 0x3c, false},
    {"macr", 0xaf, false}, {"mdash", 0x2014, true}, {"micro", 0xb5, false}, {"middot", 0xb7, false},
    {"minus", 0x2212, true}, {"mu", 0x3bc, true}, {"nabla", 0x2207, true}, {"nbsp", 0xa0, false},
    {"ndash", 0x2013, true}, {"ne", 0x2260, true}, {"ni", 0x220b, true}, {"not", 0xac, false},
    {"notin", 0x2209, true}, {"nsub", 0x2284, true}, {"ntilde", 0xf1, false}, {"nu", 0x3bd, true},
    {"oacute", 0xf3, false}, {"ocirc", 0xf4, false}, {"oelig", 0x153, true}, {"ograve", 0xf2, false},
    {"oline", 0x203e, true}, {"omega", 0x3c9, true}, {"omicron", 0x3bf, true}, {"oplus", 0x2295, true},
    {"or", 0x2228, true}, {"ordf", 0xaa, false}, {"ordm", 0xba, false}, {"oslash", 0xf8, false},
    {"otilde", 0xf5, false}, {"otimes", 0x2297, true}, {"ouml", 0xf6, false}, {"para", 0xb6, false},
    {"part", 0x2202, true}, {"permil", 0x2030, true}, {"perp", 0x22a5, true}, {"phi", 0x3c6, true},
    {"pi", 0x3c0, true}, {"piv", 0x3d6, true}, {"plusmn", 0xb1, false}, {"pound", 0xa3, false},
    {"prime", 0x2032, true}, {"prod", 0x220f, true}, {"prop", 0x221d, true}, {"psi", 0x3c8, true},
    {"quot", 0x22, false}, {"rArr", 0x21d2, true}, {"radic", 0x221a, true}, {"rang", 0x232a, true},
    {"raquo", 0xbb, false}, {"rarr", 0x2192, true}, {"rceil", 0x2309, true}, {"rdquo", 0x201d, true},
    {"real", 0x211c, true}, {"reg", 0xae, false}, {"rfloor", 0x230b, true}, {"rho", 0x3c1, true},
    {"rlm", 0x200f, true}, {"rsaquo", 0x203a, true}, {"rsquo", 0x2019, true}, {"sbquo", 0x201a, true},
    {"scaron", 0x161, true}, {"sdot", 0x22c5, true}, {"sect", 0xa7, false}, {"shy", 0xad, false},
    {"sigma", 0x3c3, true}, {"sigmaf", 0x3c2, true}, {"sim", 0x223c, true}, {"spades", 0x2660, true},
    {"sub", 0x2282, true}, {"sube", 0x2286, true}, {"sum", 0x2211, true}, {"sup", 0x2283, true},
    {"sup1", 0xb9, false}, {"sup2", 0xb2, false}, {"sup3", 0xb3, false}, {"supe", 0x2287, true},
    {"szlig", 0xdf, false}, {"tau", 0x3c4, true}, {"there4", 0x2234, true}, {"theta", 0x3b8, true},
    {"thetasym", 0x3d1, true}, {"thinsp", 0x2009, true}, {"thorn", 0xfe, false}, {"tilde", 0x2dc, true},
    {"times", 0xd7, false}, {"trade", 0x2122, true}, {"uArr", 0x21d1, true}, {"uacute", 0xfa, false},
    {"uarr", 0x2191, true}, {"ucirc", 0xfb, false}, {"ugrave", 0xf9, false}, {"uml", 0xa8, false},
    {"upsih", 0x3d2, true}, {"upsilon", 0x3c5, true}, {"uuml", 0xfc, false}, {"weierp", 0x2118, true},
    {"xi", 0x3be, true}, {"yacute", 0xfd, false}, {"yen", 0xa5, false}, {"yuml", 0xff, false}, {"zeta", 0x3b6, true},
    {"zwj", 0x200d, true}, {"zwnj", 0x200c, true},
};
// clang-format on

constexpr std::size_t utf8_size(char32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

constexpr std::size_t longest_name() {
  std::size_t longest = 0;
  for (const Entity& e : kEntities) longest = std::max(longest, e.name.size());
  return longest;
}
constexpr std::size_t kLongestName = longest_name();

// Replacing in place is possible because no reference is shorter than what it stands for.
static_assert(std::ranges::all_of(kEntities, [](const Entity& e) {
  return utf8_size(e.value) <= 1 + e.name.size() + (e.needs_semicolon ? 1 : 0);
}));
static_assert(std::ranges::is_sorted(kEntities, {}, &Entity::name));

// Where the names that begin with each letter start.
constexpr auto make_first() {
  std::array<std::uint16_t, 129> first{};
  for (std::size_t c = 0; c < first.size(); ++c) {
    std::size_t i = 0;
    while (i < std::size(kEntities) && static_cast<unsigned char>(kEntities[i].name[0]) < c) ++i;
    first[c] = static_cast<std::uint16_t>(i);
  }
  return first;
}
constexpr auto kFirst = make_first();

const Entity* find_entity(std::string_view name, bool semicolon) {
  if (name.empty() || name.size() > kLongestName || ascii::is_high(name[0])) return nullptr;
  const auto letter = static_cast<std::size_t>(name[0]);
  for (std::size_t i = kFirst[letter]; i < kFirst[letter + 1]; ++i)
    if (kEntities[i].name == name)
      return kEntities[i].needs_semicolon && !semicolon ? nullptr : &kEntities[i];
  return nullptr;
}

char* put_utf8(char* to, char32_t c) {
  if (c < 0x80) {
    *to++ = static_cast<char>(c);
    return to;
  }
  const std::size_t size = utf8_size(c);
  static constexpr unsigned char kLead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  *to++ = static_cast<char>(kLead[size] | (c >> (6 * (size - 1))));
  for (std::size_t i = size - 1; i-- > 0;) *to++ = static_cast<char>(0x80 | ((c >> (6 * i)) & 0x3F));
  return to;
}

// The number at `s` (after "&#"); `s` moves behind what was read of it. 0 when it is none or too large.
char32_t read_number(char*& s, const char* end) {
  constexpr char32_t kLast = 0x10FFFF;
  char32_t number = 0;
  bool read = false;
  const bool hexadecimal = s < end && (*s == 'x' || *s == 'X');
  if (hexadecimal) ++s;
  for (; s < end; ++s) {
    char32_t digit = 0;
    if (hexadecimal) {
      // A NUL counts as 0: the parser looks digits up with strchr, which finds the end of its table.
      if (*s != '\0' && !ascii::is_xdigit(*s)) break;
      digit = *s == '\0' ? 0 : static_cast<char32_t>(ascii::hex_value(*s));
    } else {
      if (!ascii::is_digit(*s)) break;
      digit = static_cast<char32_t>(*s - '0');
    }
    number = number * (hexadecimal ? 16 : 10) + digit;
    if (number > kLast) return 0;
    read = true;
  }
  return read ? number : 0;
}

}  // namespace

DecodedEntities decode_entities(char* begin, char* end, bool characters, bool by_prefix) {
  char* s = static_cast<char*>(std::memchr(begin, '&', static_cast<std::size_t>(end - begin)));
  if (s == nullptr) return {end, characters};
  char* t = s;
  char32_t high_surrogate = 0;
  char behind = '\0';

  while (s < end) {
    if ((*t++ = *s++) != '&') {
      // Up to the next reference nothing happens.
      const char* next = static_cast<const char*>(std::memchr(s, '&', static_cast<std::size_t>(end - s)));
      const std::size_t plain = static_cast<std::size_t>((next != nullptr ? next : end) - s);
      std::memmove(t, s, plain);
      t += plain;
      s += plain;
      continue;
    }
    char* const from = s;
    bool found = false;
    char32_t value = 0;
    bool wide = false;

    if (s < end && *s == '#') {
      ++s;
      value = read_number(s, end);
      if (value != 0 && !characters && value <= 0xFF) {
        found = true;
      } else if (value != 0 && value != 0xFFFE && value != 0xFFFF) {
        found = wide = true;
        if ((value & 0xFFFFFC00) == 0xDC00) {
          if (high_surrogate != 0) {
            // The U+FFFD that stood for the first half goes (three bytes back, whatever stands there by now).
            t -= 3;
            value = ((high_surrogate - 0xD800) << 10) + (value - 0xDC00) + 0x10000;
            high_surrogate = 0;
          } else {
            value = 0xFFFD;
          }
        } else if ((value & 0xFFFFFC00) == 0xD800) {
          high_surrogate = value;
          value = 0xFFFD;
        } else {
          high_surrogate = 0;
          if ((value >= 0xFDD0 && value <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE) value = 0xFFFD;
        }
      }
    } else {
      while (s < end && ascii::is_word(*s)) ++s;
      const std::string_view name(from, static_cast<std::size_t>(s - from));
      const Entity* entity = find_entity(name, (s < end ? *s : behind) == ';');
      if (entity == nullptr && by_prefix) {
        std::size_t length = std::min(name.size() - (name.empty() ? 0 : 1), kLongestName);
        for (; length > 0 && entity == nullptr; --length) entity = find_entity(name.substr(0, length), false);
        if (entity != nullptr) s = from + entity->name.size();
      }
      if (entity != nullptr) {
        found = true;
        value = entity->value;
        wide = value > 0xFF;
      }
      high_surrogate = 0;
    }

    if (found) {
      if (s < end && *s == ';') ++s;
      --t;  // the '&'
      // The first wide character makes Perl lay the string out anew, with what comes after it moved up to
      // make room. What stands behind the end from then on is a byte of the old string, and the parser looks
      // at it after a last name.
      if (wide && !characters) {
        const char* old = t + (end - s) + utf8_size(value);
        behind = old < end ? *old : '\0';
      }
      if (s >= end || *s != '&') high_surrogate = 0;
      characters = characters || wide;
      t = put_utf8(t, value);
    } else {
      const std::size_t kept = static_cast<std::size_t>(s - from);
      std::memmove(t, from, kept);
      t += kept;
    }
  }
  return {t, characters};
}

}  // namespace thresh::html
