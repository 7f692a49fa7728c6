// The last guess at a charset. SpamAssassin asks Encode::Detect, which is Mozilla's detector of 2004;
// libuchardet is that detector with many more languages and changed thresholds. It is asked, in a way that
// makes it answer like its ancestor.
#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "engine/base/ascii.h"
#include "engine/message/encoding.h"
#include "engine/message/limits.h"

namespace thresh {
namespace {

// What Mozilla's detector knew, named as Encode::Detect names it. It took everything else for Windows-1252,
// which is also what is fallen back to.
constexpr std::array<std::string_view, 18> mozilla_charsets{
    "UTF-8",        "Big5",         "gb18030",      "EUC-KR",     "EUC-JP",         "Shift_JIS",
    "x-euc-tw",     "windows-1251", "KOI8-R",       "IBM866",     "IBM855",         "ISO-8859-5",
    "windows-1253", "ISO-8859-8",   "windows-1255", "ISO-8859-7", "x-mac-cyrillic", "windows-1252"};

// The new detector does not trust fewer than five frequent characters, the old one did. Its measures are
// shares of the text, so that reading a short text five times over makes up for that.
constexpr int readings = 5;
constexpr std::size_t short_text = 100;

// The words that are not pure ASCII: the others tell the old detector nothing, and the new one the wrong
// things.
std::string telling_words(std::string_view bytes) {
  std::string words;
  for (std::size_t at = 0; at < bytes.size() && words.size() < limits::detected_bytes;) {
    std::size_t end = at;
    bool telling = false;
    for (; end < bytes.size() && !ascii::is_space(bytes[end]); ++end)
      telling = telling || ascii::is_high(bytes[end]);
    if (telling) words.append(bytes.substr(at, std::min(end - at, limits::detected_bytes))) += ' ';
    at = end + 1;
  }
  words.resize(std::min(words.size(), limits::detected_bytes));
  return words;
}

}  // namespace

std::string_view detect_charset(std::string_view bytes) {
  thread_local const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(),
                                                                              uchardet_delete);
  const std::string words = telling_words(bytes);
  uchardet_reset(detector.get());
  for (int i = 0; i < (words.size() <= short_text ? readings : 1); ++i)
    if (uchardet_handle_data(detector.get(), words.data(), words.size()) != 0) return {};
  uchardet_data_end(detector.get());
  const std::string_view found = uchardet_get_charset(detector.get());
  if (found == "UHC") return "EUC-KR";
  if (found == "EUC-TW") return "x-euc-tw";
  if (found == "MAC-CYRILLIC") return "x-mac-cyrillic";
  for (const std::string_view name : mozilla_charsets)
    if (ascii::iequals(name, found)) return name;
  return {};
}

}  // namespace thresh
