#include "engine/evals/locales.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/base/ascii.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

struct LocaleCharsets {
  std::string_view locale;
  std::string_view charsets;  // between spaces
};

constexpr std::string_view cyrillic = " KOI8R KOI8U KOI8T ISOIR111 CP1251 GEORGIANPS CP1251 PT154 CP866 ";
constexpr std::array table = {
    LocaleCharsets{
        "ja",
        " EUCJP JISX020119760 JISX020819830 JISX020819900 JISX020819970 JISX021219900 JISX021320001 "
        "JISX021320002 SHIFT_JIS SHIFTJIS ISO2022JP SJIS JIS7 JISX0201 JISX0208 JISX0212 "},
    LocaleCharsets{"ko", " EUCKR KSC56011987 "},
    LocaleCharsets{"ru", cyrillic},
    LocaleCharsets{"ka", cyrillic},
    LocaleCharsets{"tg", cyrillic},
    LocaleCharsets{"be", cyrillic},
    LocaleCharsets{"uk", cyrillic},
    LocaleCharsets{"bg", cyrillic},
    LocaleCharsets{"th", " TIS620 "},
    LocaleCharsets{"zh", " GB1988 GB2312 GB231219800 GB18030 GBK BIG5HKSCS BIG5 EUCTW ISO2022CN "},
    LocaleCharsets{"zh.big5", " BIG5HKSCS BIG5 EUCTW "},
    LocaleCharsets{"zh.gb2312", " GB1988 GB2312 GB231219800 GB18030 GBK ISO2022CN "},
};

// What every locale reads.
bool is_roman(std::string_view charset) {
  constexpr std::array<std::string_view, 5> names = {"USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO"};
  constexpr std::array<std::string_view, 8> starts = {
      "ISO8859", "ISO10646", "UTF", "UCS", "CP125", "WINDOWS", "UNICODE11UTF7", "UNICODE11UTF8"};
  return std::ranges::find(names, charset) != names.end() ||
         std::ranges::any_of(starts, [&](std::string_view start) { return charset.starts_with(start); });
}

std::string normalized_charset(std::string_view charset) {
  std::string name;
  for (const char c : charset)
    if (ascii::is_alnum(c)) name += ascii::to_upper(c);
  if (name.starts_with("3D")) name.erase(0, 2);  // left over from quoted-printable
  return name;
}

}  // namespace

OkLocales OkLocales::from(const RuleSet& rules) {
  OkLocales made;
  const std::string_view setting = rules.setting("ok_locales", "all");
  for (const std::string_view name : split_words(setting)) made.names.emplace_back(name);
  for (const char* name : {"LC_ALL", "LANGUAGE", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0' || std::string_view(value) == "0") continue;
    made.names.emplace_back(value);
    break;
  }
  made.all = std::ranges::find(made.names, "all") != made.names.end();
  // zh_TW.UTF-8 counts as zh; so does zh.big5, as the table is read after the shortening.
  for (std::string& name : made.names)
    if (name.size() > 2 && ascii::is_lower(name[0]) && ascii::is_lower(name[1])) name.resize(2);
  return made;
}

bool OkLocales::takes(std::string_view charset) const {
  const std::string name = normalized_charset(charset);
  if (is_roman(name)) return true;
  return std::ranges::any_of(table, [&](const LocaleCharsets& row) {
    if (std::ranges::find(names, row.locale) == names.end()) return false;
    return row.charsets.find(" " + name + " ") != std::string_view::npos;
  });
}

}  // namespace thresh
