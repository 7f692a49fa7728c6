// The last guess at a charset. SpamAssassin asks Encode::Detect, which is Mozilla's detector of 2004;
// libuchardet is that detector with many more languages. It is asked, and what Mozilla's could not have
// answered is left out: Mozilla's took such text for Windows-1252, which is also what is fallen back to.
#include <uchardet/uchardet.h>

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

// Later versions of the detector do not trust fewer than five frequent characters, Mozilla's first did. Its
// measures are shares of the text, so that reading a short text five times over makes the new one answer like
// the old one.
constexpr int readings = 5;
constexpr std::size_t long_text = 32 * 1024;

}  // namespace

std::string_view detect_charset(std::string_view bytes) {
  const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(), uchardet_delete);
  for (int i = 0; i < (bytes.size() <= long_text ? readings : 1); ++i)
    if (uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return {};
  uchardet_data_end(detector.get());
  const std::string_view found = uchardet_get_charset(detector.get());
  if (found == "UHC") return "EUC-KR";
  if (found == "MAC-CYRILLIC") return "x-mac-cyrillic";
  for (const std::string_view name : mozilla_charsets)
    if (ascii::iequals(name, found)) return name;
  return {};
}

}  // namespace thresh
