// Encode::find_encoding: canonical names first, then the aliases of Encode::Alias, the latest definition
// first, each of which may lead to another alias.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/message/encoding.h"
#include "engine/message/encoding_tables.h"

namespace thresh {
namespace {

using ascii::iends_with;
using ascii::iequals;
using ascii::is_digit;
using ascii::is_word;
using ascii::istarts_with;

constexpr std::array fixed_encodings{
    Encoding{"ascii", EncodingKind::table, 0},
    Encoding{"utf-8-strict", EncodingKind::utf8_strict},
    Encoding{"utf8", EncodingKind::utf8},
    Encoding{"iso-8859-1", EncodingKind::latin1},
    Encoding{"UTF-16", EncodingKind::utf16},
    Encoding{"UTF-16BE", EncodingKind::utf16be},
    Encoding{"UTF-16LE", EncodingKind::utf16le},
    Encoding{"UCS-2BE", EncodingKind::ucs2be},
    Encoding{"UCS-2LE", EncodingKind::ucs2le},
    Encoding{"UTF-32", EncodingKind::utf32},
    Encoding{"UTF-32BE", EncodingKind::utf32be},
    Encoding{"UTF-32LE", EncodingKind::utf32le},
    Encoding{"UTF-7", EncodingKind::utf7},
    Encoding{"7bit-jis", EncodingKind::jis7},
    Encoding{"iso-2022-jp", EncodingKind::jis7},
    Encoding{"iso-2022-jp-1", EncodingKind::jis7},
    Encoding{"iso-2022-kr", EncodingKind::iso2022_kr},
    Encoding{"hz", EncodingKind::hz},
};

const std::vector<Encoding>& all_encodings() {
  static const std::vector<Encoding> all = [] {
    std::vector<Encoding> list(fixed_encodings.begin() + 1, fixed_encodings.end());
    for (int i = 0; i < static_cast<int>(table_count()); ++i)
      list.push_back({table_name(i), EncodingKind::table, i});
    return list;
  }();
  return all;
}

const Encoding* canonical(std::string_view name) {
  for (const Encoding& encoding : all_encodings())
    if (encoding.name == name) return &encoding;
  return nullptr;
}

// Where `suffix` begins when `name` ends with it, at a word boundary; npos otherwise. (/\bSUFFIX$/i)
std::size_t word_suffix(std::string_view name, std::string_view suffix) {
  if (!iends_with(name, suffix)) return std::string_view::npos;
  const std::size_t at = name.size() - suffix.size();
  return at > 0 && is_word(name[at - 1]) ? std::string_view::npos : at;
}
bool ends_with_word(std::string_view name, std::string_view suffix) {
  return word_suffix(name, suffix) != std::string_view::npos;
}

// /\bHEAD.*TAIL$/i
bool word_then_tail(std::string_view name, std::string_view head, std::string_view tail) {
  if (!iends_with(name, tail)) return false;
  const std::string_view front = name.substr(0, name.size() - tail.size());
  for (std::size_t at = ascii::ifind(front, head); at != std::string_view::npos;
       at = ascii::ifind(front, head, at + 1))
    if (at == 0 || !is_word(front[at - 1])) return true;
  return false;
}

// Takes the digits off the end of `name`.
std::string_view take_digits(std::string_view& name) {
  std::size_t at = name.size();
  while (at > 0 && is_digit(name[at - 1])) --at;
  const std::string_view digits = name.substr(at);
  name = name.substr(0, at);
  return digits;
}
bool take_one_of(std::string_view& name, std::string_view characters) {
  if (name.empty() || characters.find(name.back()) == std::string_view::npos) return false;
  name.remove_suffix(1);
  return true;
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view other) { return iequals(name, other); });
}
bool ends_with_any_word(std::string_view name, std::initializer_list<std::string_view> suffixes) {
  return std::any_of(suffixes.begin(), suffixes.end(),
                     [&](std::string_view s) { return ends_with_word(name, s); });
}

constexpr std::array<int, 11> latin_to_iso{0, 1, 2, 3, 4, 9, 10, 13, 14, 15, 16};

// /\b(?:iso[-_]?)?latin[-_]?(\d+)$/i
std::string latin_alias(std::string_view name) {
  const std::string_view digits = take_digits(name);
  if (digits.empty() || digits.size() > 3) return {};
  std::string_view bare = name;
  if (!iends_with(bare, "latin")) take_one_of(bare, "-_");
  if (!iends_with(bare, "latin")) return {};
  bare.remove_suffix(5);
  if (!bare.empty() && is_word(bare.back())) {
    take_one_of(bare, "_");
    if (!ends_with_word(bare, "iso")) return {};
  }
  const auto number = static_cast<std::size_t>(std::stoi(std::string(digits)));
  return number < latin_to_iso.size() ? "iso-8859-" + std::to_string(latin_to_iso[number]) : std::string();
}

// /\b(?:cp|ibm|ms|windows)[-_ ]?(\d{2,4})$/i
std::string code_page_alias(std::string_view name) {
  const std::string_view digits = take_digits(name);
  if (digits.size() < 2 || digits.size() > 4) return {};
  std::string_view bare = name;
  take_one_of(bare, "-_ ");
  return ends_with_any_word(bare, {"cp", "ibm", "ms", "windows"}) ? "cp" + std::string(digits)
                                                                  : std::string();
}

// /\biso[-_]?(\d+)[-_](\d+)$/i and, with nothing between, /\biso8859(\d+)$/i
std::string iso_alias(std::string_view name) {
  const std::string_view second = take_digits(name);
  if (second.empty() || !take_one_of(name, "-_")) return {};
  const std::string_view first = take_digits(name);
  if (first.empty()) return {};
  if (!ends_with_word(name, "iso")) take_one_of(name, "-_");
  if (!ends_with_word(name, "iso")) return {};
  return "iso-" + std::string(first) + "-" + std::string(second);
}
std::string iso8859_alias(std::string_view name) {
  for (std::size_t at = ascii::ifind(name, "iso8859"); at != std::string_view::npos;
       at = ascii::ifind(name, "iso8859", at + 1)) {
    if (at > 0 && is_word(name[at - 1])) continue;
    const std::string_view digits = name.substr(at + 7);
    if (!digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit))
      return "iso-8859-" + std::string(digits);
  }
  return {};
}

// /\bwin(latin[12]|cyrillic|...)$/i
std::string win_alias(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> pages{{{"winlatin1", "cp1252"},
                                                                                {"winlatin2", "cp1250"},
                                                                                {"wincyrillic", "cp1251"},
                                                                                {"wingreek", "cp1253"},
                                                                                {"winturkish", "cp1254"},
                                                                                {"winhebrew", "cp1255"},
                                                                                {"winarabic", "cp1256"},
                                                                                {"winbaltic", "cp1257"},
                                                                                {"winvietnamese", "cp1258"}}};
  for (const auto& [suffix, page] : pages)
    if (ends_with_word(name, suffix)) return std::string(page);
  return {};
}

// /\bGB[-_ ]?2312(?!-?raw)/i
bool is_gb2312(std::string_view name) {
  for (std::size_t at = ascii::ifind(name, "gb"); at != std::string_view::npos;
       at = ascii::ifind(name, "gb", at + 1)) {
    if (at > 0 && is_word(name[at - 1])) continue;
    std::string_view rest = name.substr(at + 2);
    if (!rest.empty() && (rest[0] == '-' || rest[0] == '_' || rest[0] == ' ')) rest.remove_prefix(1);
    if (!rest.starts_with("2312")) continue;
    rest.remove_prefix(4);
    if (!istarts_with(rest, "raw") && !istarts_with(rest, "-raw")) return true;
  }
  return false;
}

// /\btis-?620\b/i
bool is_tis620(std::string_view name) {
  for (const std::string_view word : {"tis620", "tis-620"})
    for (std::size_t at = ascii::ifind(name, word); at != std::string_view::npos;
         at = ascii::ifind(name, word, at + 1))
      if ((at == 0 || !is_word(name[at - 1])) &&
          (at + word.size() == name.size() || !is_word(name[at + word.size()])))
        return true;
  return false;
}

// /^UTF-?(16|32)-?(BE|LE)?$/i, /^UCS-?([24])-?(BE|LE)?$/i
std::string unicode_alias(std::string_view name) {
  const bool ucs = istarts_with(name, "ucs");
  if (!ucs && !istarts_with(name, "utf")) return {};
  std::string_view rest = name.substr(3);
  if (rest.starts_with('-')) rest.remove_prefix(1);
  std::string_view bits = rest.substr(0, ucs ? 1 : 2);
  rest.remove_prefix(bits.size());
  const bool dash = rest.starts_with('-');
  if (dash) rest.remove_prefix(1);
  if (!rest.empty() && !is_any(rest, {"be", "le"})) return {};
  if (rest.empty() && dash && !ucs) return {};
  const std::string order = ascii::upper(rest);
  if (ucs && bits == "2") return order == "LE" ? "UCS-2LE" : "UCS-2BE";
  if (ucs && bits == "4") return "UTF-32" + order;
  if (!ucs && (bits == "16" || bits == "32")) return "UTF-" + std::string(bits) + order;
  return {};
}

// /\b(?:ISO[-_]?)?646(?:[-_]?US)?$/i
bool is_iso646(std::string_view name) {
  if (iends_with(name, "us")) {
    name.remove_suffix(2);
    take_one_of(name, "-_");
  }
  if (!name.ends_with("646")) return false;
  if (ends_with_word(name, "646")) return true;
  name.remove_suffix(3);
  if (ends_with_word(name, "iso")) return true;
  return take_one_of(name, "-_") && ends_with_word(name, "iso");
}

class Search {
 public:
  const Encoding* find(std::string name) {
    std::erase_if(name, ascii::is_space);
    if (const Encoding* const found = canonical(name)) return found;
    const std::string lower = ascii::lower(name);
    if (const Encoding* const found = canonical(lower)) return found;
    if (const Encoding* const found = find_alias(name)) return found;
    return lower == name ? nullptr : find_alias(lower);
  }

 private:
  const Encoding* find_alias(const std::string& name) {
    // Encode guards against aliases that lead back to themselves in the same way.
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return nullptr;
    seen_.push_back(name);
    const Encoding* found = nullptr;
    const auto leads_to = [&](const std::string& target) {
      if (!target.empty() && target != name) found = find(target);
      return found != nullptr;
    };
    const auto when = [&](bool condition, const char* target) { return condition && leads_to(target); };
    const std::string_view n = name;
    if (leads_to(dashed(n)) || when(ends_with_word(n, "utf-8"), "utf-8-strict") ||
        when(ascii::ifind(n, "cp65001") != n.npos, "utf-8-strict") ||
        when(ascii::ifind(n, "cp65000") != n.npos, "UTF-7") ||
        when(ends_with_any_word(n, {"hkbig5", "hk-big5", "hk_big5", "hkscsbig5", "hkscs-big5", "hkscs_big5",
                                    "big5hk", "big5-hk", "big5hkscs", "big5-hkscs"}),
             "big5-hkscs") ||
        when(ends_with_any_word(n, {"tcabig5", "tca-big5", "tca_big5", "big5et", "big5-et", "big5eten",
                                    "big5-eten", "big5", "big-5"}),
             "big5-eten") ||
        when(ends_with_word(n, "ks_c_5601-1987") || iends_with(n, "windows-949") || iends_with(n, "uhc"),
             "cp949") ||
        when(word_then_tail(n, "kr", "euc") || word_then_tail(n, "euc", "kr"), "euc-kr") ||
        when(ends_with_word(n, "windows-31j"), "cp932") ||
        when(ends_with_word(n, "sjis") || word_then_tail(n, "shift", "jis"), "shiftjis") ||
        when(ends_with_word(n, "ujis") || word_then_tail(n, "jp", "euc") || word_then_tail(n, "euc", "jp"),
             "euc-jp") ||
        when(ends_with_word(n, "jis"), "7bit-jis") || when(is_gb2312(n), "euc-cn") ||
        when(iequals(n, "gbk"), "cp936") ||
        when(word_then_tail(n, "cn", "euc") || word_then_tail(n, "euc", "cn"), "euc-cn") ||
        leads_to(koi8(n)) || when(iequals(n, "macce"), "MacCentralEurRoman") ||
        when(iequals(n, "macintosh"), "MacRoman") || leads_to(mac(n)) || leads_to(code_page_alias(n)) ||
        when(is_tis620(n), "iso-8859-11") || when(iequals(n, "thai"), "iso-8859-11") ||
        when(iequals(n, "hebrew"), "iso-8859-8") || when(iequals(n, "greek"), "iso-8859-7") ||
        when(iequals(n, "arabic"), "iso-8859-6") || when(iequals(n, "cyrillic"), "iso-8859-5") ||
        leads_to(win_alias(n)) || leads_to(latin_alias(n)) || leads_to(euro(n)) ||
        when(ends_with_any_word(
                 n, {"ansix3.41968", "ansi-x3.41968", "ansi_x3.41968", "ansix3.4-1968", "ansi-x3.4-1968",
                     "ansi_x3.4-1968", "ansix3.4_1968", "ansi-x3.4_1968", "ansi_x3.4_1968"}),
             "ascii") ||
        leads_to(iso8859_alias(n)) || leads_to(iso_alias(n)) || when(is_iso646(n), "ascii") ||
        when(iequals(n, "c"), "ascii") || when(is_any(n, {"usascii", "us-ascii"}), "ascii") ||
        when(iequals(n, "iso-10646-1"), "UCS-2BE") || leads_to(unicode_alias(n)) ||
        when(is_any(n, {"utf7", "utf-7", "unicode-1-1-utf7", "unicode-1-1-utf-7"}), "UTF-7") ||
        leads_to(ascii::lower(n)))
      return found;
    for (const Encoding& encoding : all_encodings())
      if (iequals(encoding.name, n)) return &encoding;
    return nullptr;
  }

  // /^([^\s_]+)[\s_]+([^\s_]*)$/: white space is gone already.
  static std::string dashed(std::string_view name) {
    const std::size_t at = name.find('_');
    if (at == std::string_view::npos || at == 0) return {};
    const std::size_t end = name.find_first_not_of('_', at);
    const std::string_view rest = end == std::string_view::npos ? std::string_view() : name.substr(end);
    if (rest.find('_') != std::string_view::npos) return {};
    return std::string(name.substr(0, at)) + "-" + std::string(rest);
  }
  // /\bkoi8[\s\-_]*([ru])$/i
  static std::string koi8(std::string_view name) {
    if (name.empty() || ascii::ifind("ru", name.substr(name.size() - 1)) == std::string_view::npos) return {};
    const char last = name.back();
    name.remove_suffix(1);
    while (take_one_of(name, "-_")) {
    }
    return ends_with_word(name, "koi8") ? std::string("koi8-") + last : std::string();
  }
  // /^(?:x[_-])?mac[_-](.*)$/i
  static std::string mac(std::string_view name) {
    if (istarts_with(name, "x-") || istarts_with(name, "x_")) name.remove_prefix(2);
    if (!istarts_with(name, "mac-") && !istarts_with(name, "mac_")) return {};
    return "mac" + std::string(name.substr(4));
  }
  static std::string euro(std::string_view name) {
    return iends_with(name, "@euro") && name.size() > 5 ? std::string(name.substr(0, name.size() - 5))
                                                        : std::string();
  }

  std::vector<std::string> seen_;
};

}  // namespace

const Encoding* find_encoding(std::string_view name) {
  return Search().find(std::string(name));
}

}  // namespace thresh
