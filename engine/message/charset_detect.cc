// The last guess at a charset. SpamAssassin asks Encode::Detect, which is Mozilla's detector of 2004;
// libuchardet is that detector with many more languages. It is asked, and what Mozilla's could not have
// answered is left out: Mozilla's took such text for Windows-1252, which is also what is fallen back to.
#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <memory>

#include "engine/base/ascii.h"
#include "engine/message/encoding.h"

namespace thresh {
namespace {

// Names as Encode::Detect gives them.
constexpr std::array<std::string_view, 18> mozilla_charsets{
    "UTF-8",    "Big5",         "gb18030",      "EUC-KR",     "EUC-JP",         "Shift_JIS",
    "x-euc-tw", "windows-1251", "KOI8-R",       "ISO-8859-5", "x-mac-cyrillic", "IBM866",
    "IBM855",   "ISO-8859-7",   "windows-1253", "ISO-8859-8", "windows-1255",   "windows-1252"};

// Only pairs from rows 1, 4 and 5 (symbols and kana): Mozilla's statistics of EUC-JP know them, those of the
// other charsets that have such pairs begin with later rows.
bool is_japanese_symbols(std::string_view bytes) {
  bool any = false;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!ascii::is_high(bytes[at])) continue;
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const auto trail = static_cast<unsigned char>(at + 1 < bytes.size() ? bytes[at + 1] : 0);
    if ((lead != 0xa1 && lead != 0xa4 && lead != 0xa5) || trail < 0xa1 || trail == 0xff) return false;
    any = true;
    ++at;
  }
  return any;
}

}  // namespace

std::string_view detect_charset(std::string_view bytes) {
  const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(), uchardet_delete);
  if (uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return {};
  uchardet_data_end(detector.get());
  const std::string_view found = uchardet_get_charset(detector.get());
  if (found == "UHC") return "EUC-KR";
  if (found == "MAC-CYRILLIC") return "x-mac-cyrillic";
  for (const std::string_view name : mozilla_charsets)
    if (ascii::iequals(name, found)) return name;
  return is_japanese_symbols(bytes) ? std::string_view("EUC-JP") : std::string_view();
}

}  // namespace thresh
