// The last guess at a charset. SpamAssassin asks Encode::Detect, which is Mozilla's detector of 2004;
// libuchardet is that detector with many more languages and changed thresholds. It is asked, in a way that
// makes it answer like its ancestor.
#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "engine/base/ascii.h"
#include "engine/message/charset_validity.h"
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
// shares of the text, so that reading a short text five times over makes up for that. (Longer texts than 300
// bytes gain nothing by it, shorter bounds and fewer readings lose.)
constexpr int readings = 5;
constexpr std::size_t short_text = 300;

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

// One of mozilla_charsets; empty when the detector has no idea or an idea that the old one could not have.
std::string_view ask(std::string_view excluding, std::string_view words) {
  thread_local const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(),
                                                                              uchardet_delete);
  uchardet_reset(detector.get());
  if (!excluding.empty() && uchardet_handle_data(detector.get(), excluding.data(), excluding.size()) != 0)
    return {};
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

// The new detector takes for single-byte text, Greek above all, what the old one had no idea of: double-byte
// text that it may not call so, and for parts of ISO 8859 text with bytes that those leave to control
// characters.
bool is_mistaken(std::string_view charset, std::string_view bytes, bool is_first_idea) {
  if (!is_first_idea && exclusion(charset).empty()) return true;
  return charset.starts_with("ISO-8859-") && std::any_of(bytes.begin(), bytes.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x80 && byte <= 0x9f;
         });
}

// What a byte order mark says. Four bytes are needed before anything is believed but UTF-8's. Byte orders
// 3412 and 2143 are known to the detector and to no decoder.
std::string_view marked_charset(std::string_view bytes) {
  using std::operator""sv;
  if (bytes.starts_with("\xef\xbb\xbf")) return "UTF-8";
  if (bytes.size() < 4) return {};
  if (bytes.starts_with("\xfe\xff\0\0"sv)) return "X-ISO-10646-UCS-4-3412";
  if (bytes.starts_with("\xfe\xff")) return "UTF-16BE";
  if (bytes.starts_with("\0\0\xfe\xff"sv)) return "UTF-32BE";
  if (bytes.starts_with("\0\0\xff\xfe"sv)) return "X-ISO-10646-UCS-4-2143";
  if (bytes.starts_with("\xff\xfe\0\0"sv)) return "UTF-32LE";
  if (bytes.starts_with("\xff\xfe")) return "UTF-16LE";
  return {};
}

}  // namespace

std::string_view detect_charset(std::string_view bytes) {
  if (const std::string_view marked = marked_charset(bytes); !marked.empty()) return marked;
  const std::string words = telling_words(bytes);
  // What the text cannot be is excluded, until something is left that it may be.
  std::string excluding;
  for (std::size_t asked = 0; asked < mozilla_charsets.size(); ++asked) {
    const std::string_view found = ask(excluding, words);
    if (is_well_formed(found, bytes))
      return is_mistaken(found, bytes, excluding.empty()) ? std::string_view() : found;
    excluding += exclusion(found);
  }
  return {};
}

}  // namespace thresh
