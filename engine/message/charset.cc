// Mail::SpamAssassin::Message::Node::_normalize and _decode_header.
#include "engine/message/charset.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/message/encoding.h"
#include "engine/message/encoding_tables.h"
#include "engine/message/transfer_encoding.h"
#include "engine/message/utf8.h"

namespace thresh {
namespace {

using ascii::iequals;
using ascii::is_digit;
using ascii::istarts_with;

const Encoding& windows1252() {
  static const Encoding encoding = *find_encoding("cp1252");
  return encoding;
}
constexpr Encoding strict_utf8{"utf-8-strict", EncodingKind::utf8_strict};

// /^(?:US-)?ASCII\z/i
bool is_ascii_name(std::string_view name) {
  return iequals(name, "us-ascii") || iequals(name, "ascii");
}

// /^(?:(?:US-)?ASCII|ANSI[_ ]?X3\.4-(?:1986|1968)|ISO646-US)\z/i
bool is_any_ascii_name(std::string_view name) {
  if (is_ascii_name(name) || iequals(name, "iso646-us")) return true;
  if (!istarts_with(name, "ansi")) return false;
  name.remove_prefix(4);
  if (!name.empty() && (name[0] == '_' || name[0] == ' ')) name.remove_prefix(1);
  return iequals(name, "x3.4-1986") || iequals(name, "x3.4-1968");
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// /^GB[ -]?18030(?:-20\d\d)?\z/i
bool is_gb18030(std::string_view name) {
  if (!istarts_with(name, "gb")) return false;
  name.remove_prefix(2);
  if (!name.empty() && (name[0] == ' ' || name[0] == '-')) name.remove_prefix(1);
  if (!name.starts_with("18030")) return false;
  name.remove_prefix(5);
  return name.empty() || (name.size() == 5 && name.starts_with("-20") && all_digits(name.substr(3)));
}

// /^(?:ISO[ -]?8859(?:-\d{1,2})?|Windows-\d{4}|UTF-?8|(KOI8|EUC)-[A-Z]{1,2}|Big5|GBK|GB[
// -]?18030(?:-20\d\d)?)\z/i
bool extends_ascii(std::string_view name) {
  if (iequals(name, "utf-8") || iequals(name, "utf8") || iequals(name, "big5") || iequals(name, "gbk"))
    return true;
  if (istarts_with(name, "windows-")) return name.size() == 12 && all_digits(name.substr(8));
  if (istarts_with(name, "koi8-") || istarts_with(name, "euc-")) {
    name.remove_prefix(name.find('-') + 1);
    return (name.size() == 1 || name.size() == 2) && std::all_of(name.begin(), name.end(), ascii::is_alpha);
  }
  if (istarts_with(name, "iso")) {
    name.remove_prefix(3);
    if (!name.empty() && (name[0] == ' ' || name[0] == '-')) name.remove_prefix(1);
    if (!name.starts_with("8859")) return false;
    name.remove_prefix(4);
    if (name.empty()) return true;
    return (name.size() == 2 || name.size() == 3) && name[0] == '-' && all_digits(name.substr(1));
  }
  return is_gb18030(name);
}

// /^(?:ISO-?8859-1|Windows-1252|CP1252)\z/i
bool is_windows1252_name(std::string_view name) {
  return iequals(name, "iso-8859-1") || iequals(name, "iso8859-1") || iequals(name, "windows-1252") ||
         iequals(name, "cp1252");
}

const Encoding* find_with_gbk(std::string_view name) {
  const Encoding* const found = find_encoding(name);
  return found == nullptr && is_gb18030(name) ? find_encoding("GBK") : found;
}

// Node::detect_utf16: null when there is a byte order mark or no majority.
const Encoding* detect_utf16(std::string_view bytes) {
  static constexpr Encoding little{"UTF-16LE", EncodingKind::utf16le};
  static constexpr Encoding big{"UTF-16BE", EncodingKind::utf16be};
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return nullptr;
  std::uint64_t even = 0, odd = 0, clues_little = 0, clues_big = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(at + 1 < bytes.size() ? bytes[at + 1] : 0);
    even += (first >> 4) + (first & 15);
    odd += (second >> 4) + (second & 15);
    clues_little += first == 0x20 && second == 0;
    clues_big += first == 0 && second == 0x20;
  }
  clues_little += even > odd * 4;
  clues_big += odd * 4 > even;
  if (clues_little == clues_big) return nullptr;
  return clues_little > clues_big ? &little : &big;
}

// tr/\x00-\x7f\xa0\xa9\xad\x82\x84\x85\x91-\x97\x99\xc0-\xd6\xd8-\xde\xe0-\xf6\xf8-\xfe//c
constexpr std::array<bool, 256> western = [] {
  std::array<bool, 256> table{};
  const auto range = [&](int from, int to) {
    for (int i = from; i <= to; ++i) table[static_cast<std::size_t>(i)] = true;
  };
  range(0, 0x7f);
  for (const int i : {0xa0, 0xa9, 0xad, 0x82, 0x84, 0x85, 0x99}) range(i, i);
  range(0x91, 0x97);
  range(0xc0, 0xd6);
  range(0xd8, 0xde);
  range(0xe0, 0xf6);
  range(0xf8, 0xfe);
  return table;
}();

bool is_western(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return western[static_cast<unsigned char>(c)]; });
}

enum class Purpose {
  text,          // characters are wanted
  header,        // octets are wanted
  encoded_word,  // octets, and the declared charset is insisted on
};

DecodedText normalize(std::string_view bytes, std::string_view declared, Purpose purpose, Arena& arena) {
  const bool insist = purpose == Purpose::encoded_word;
  const bool is_ascii = utf8::is_ascii(bytes);
  const DecodedText unchanged{bytes, false};
  if (is_ascii && (is_any_ascii_name(declared) || extends_ascii(declared))) return unchanged;

  bool tried_utf8 = false;
  if (!is_ascii && !insist) {
    if (utf8::is_strict(bytes)) return {bytes, true};
    tried_utf8 = true;
  }

  std::optional<DecodedText> result;
  if (is_ascii_name(declared) && !insist) {
    // It says ASCII and is not.
  } else if (istarts_with(declared, "utf16") || istarts_with(declared, "utf-16") ||
             istarts_with(declared, "utf 16")) {
    if (const Encoding* const encoding = detect_utf16(bytes))
      if (const auto decoded = decode(*encoding, bytes, true, arena)) {
        // Octets come back as they are here, still UTF-16.
        return purpose == Purpose::text ? *decoded : unchanged;
      }
  } else {
    const bool says_utf8 = iequals(declared, "utf-8") || iequals(declared, "utf8");
    const Encoding* const encoding = is_windows1252_name(declared) ? &windows1252()
                                     : says_utf8                   ? &strict_utf8
                                                                   : find_with_gbk(declared);
    if (encoding != nullptr && !(tried_utf8 && says_utf8)) result = decode(*encoding, bytes, !insist, arena);
  }
  if (result) return *result;
  if (is_ascii) return unchanged;
  if (is_western(bytes)) result = decode(windows1252(), bytes, true, arena);
  if (!result) {
    const std::string_view detected = detect_charset(bytes);
    if (!detected.empty() && !iequals(detected, declared))
      if (const Encoding* const encoding = find_with_gbk(detected))
        result = decode(*encoding, bytes, true, arena);
  }
  if (!result) result = decode(windows1252(), bytes, false, arena);
  return *result;
}

// Received, Message-ID, Date (and Resent-), MIME-Version, References, In-Reply-To, List-*
bool keeps_encoded_words(std::string_view name) {
  if (istarts_with(name, "list-")) return true;
  if (istarts_with(name, "resent-")) {
    name.remove_prefix(7);
    return iequals(name, "message-id") || iequals(name, "date");
  }
  for (const std::string_view other :
       {"received", "message-id", "date", "mime-version", "references", "in-reply-to"})
    if (iequals(name, other)) return true;
  return false;
}

// =?CHARSET?B or Q?TEXT?= at the start of `text`.
struct EncodedWord {
  std::string_view charset, text;
  char encoding = 0;
  std::size_t length = 0;  // 0: there is none
};

EncodedWord encoded_word_at(std::string_view text) {
  if (!text.starts_with("=?")) return {};
  std::size_t at = 2;
  while (at < text.size() && (ascii::is_word(text[at]) || text[at] == '*' || text[at] == '-')) ++at;
  const std::string_view charset = text.substr(2, at - 2);
  if (charset.empty() || at + 2 >= text.size() || text[at] != '?' || text[at + 2] != '?') return {};
  const char encoding = ascii::to_lower(text[at + 1]);
  if (encoding != 'b' && encoding != 'q') return {};
  const std::size_t begin = at + 3;
  const std::size_t end = text.find('?', begin);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return {};
  return {charset, text.substr(begin, end - begin), encoding, end + 2};
}

// White space between two encoded words goes away.
std::string_view join_encoded_words(std::string_view text, Arena& arena) {
  char* const out = arena.bytes(text.size());
  char* to = out;
  for (std::size_t at = 0; at < text.size();) {
    const EncodedWord word = encoded_word_at(text.substr(at));
    if (word.length == 0) {
      *to++ = text[at++];
      continue;
    }
    std::memcpy(to, text.data() + at, word.length);
    std::size_t next = at + word.length;
    std::size_t space = next;
    while (space < text.size() && ascii::is_space(text[space])) ++space;
    if (space > next && encoded_word_at(text.substr(space)).length != 0) {
      to += word.length;
      at = space;
      continue;
    }
    // The search goes on inside of it.
    ++to;
    ++at;
  }
  return {out, static_cast<std::size_t>(to - out)};
}

std::string_view decode_word(const EncodedWord& word, Arena& arena) {
  if (word.encoding == 'b') return decode_base64(word.text, arena);
  std::string escaped;
  escaped.reserve(word.text.size() + 16);
  for (const char c : word.text) {
    if (c == '_')
      escaped += "=20";
    else
      escaped += c;
  }
  return decode_quoted_printable(escaped, arena);
}

std::string_view decode_encoded_words(std::string_view text, Arena& arena) {
  text = join_encoded_words(text, arena);
  // Neighbours of one charset are joined before they are decoded: characters may be split between them.
  struct Section {
    std::string charset;  // lower case, empty for plain text
    std::string bytes;
  };
  std::vector<Section> sections;
  for (std::size_t at = 0; at < text.size();) {
    std::string charset;
    std::string_view bytes;
    if (const EncodedWord word = encoded_word_at(text.substr(at)); word.length != 0) {
      charset = ascii::lower(word.charset);
      bytes = decode_word(word, arena);
      at += word.length;
    } else {
      std::size_t end = at + 1;
      if (text[at] != '=') end = std::min(text.find('=', at), text.size());
      bytes = text.substr(at, end - at);
      at = end;
    }
    if (sections.empty() || sections.back().charset != charset) sections.push_back({charset, {}});
    sections.back().bytes += bytes;
  }
  std::string result;
  for (const Section& section : sections) {
    const std::string_view charset = std::string_view(section.charset).substr(0, section.charset.find('*'));
    if (charset.empty())
      result += section.bytes;
    else
      result += normalize(section.bytes, charset, Purpose::encoded_word, arena).utf8;
  }
  return arena.copy(result);
}

}  // namespace

std::string_view normalize_charset(std::string_view bytes, std::string_view declared, Arena& arena) {
  return normalize(bytes, declared, Purpose::text, arena).utf8;
}

DecodedText decode_text(std::string_view bytes, std::string_view declared, bool normalize_on, Arena& arena) {
  if (normalize_on) return normalize(bytes, declared, Purpose::text, arena);
  if (utf8::is_ascii(bytes)) return {bytes, false};
  if ((iequals(declared, "us-ascii") || iequals(declared, "utf-8")) && utf8::is_strict(bytes))
    return {bytes, true};
  static constexpr Encoding latin1{"iso-8859-1", EncodingKind::latin1};
  return {decode(latin1, bytes, false, arena)->utf8, false};
}

std::string_view decode_header(std::string_view value, std::string_view name, Arena& arena) {
  if (value.empty()) return {};
  if (value.find('\n') != std::string_view::npos) {
    // Folds become a space each, other newlines go away.
    char* const out = arena.bytes(value.size());
    char* to = out;
    for (std::size_t at = 0; at < value.size(); ++at) {
      if (value[at] == '\r' && at + 1 < value.size() && value[at + 1] == '\n') continue;
      if (value[at] == '\n') {
        if (at + 1 < value.size() && value[at + 1] == '\t') {
          *to++ = ' ';
          ++at;
        }
        continue;
      }
      *to++ = value[at];
    }
    value = {out, static_cast<std::size_t>(to - out)};
  }
  if (!utf8::is_ascii(value)) value = normalize(value, "UTF-8", Purpose::header, arena).utf8;
  if (keeps_encoded_words(name) || value.find("=?") == std::string_view::npos) return value;
  return decode_encoded_words(value, arena);
}

}  // namespace thresh
