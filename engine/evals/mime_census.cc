#include "engine/evals/mime_census.h"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <optional>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/patterns.h"
#include "engine/message/content_type.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;

std::string_view lower(std::string_view text, Arena& arena) {
  if (std::ranges::none_of(text, ascii::is_upper)) return text;
  char* const out = arena.bytes(text.size());
  std::ranges::transform(text, out, ascii::to_lower);
  return {out, text.size()};
}

// A part's declarations, lower case.
struct Declared {
  std::string_view type, encoding, disposition;
  std::optional<std::string_view> charset;
  [[nodiscard]] bool is_attachment() const { return disposition.find("attachment") != none; }
};

Declared declared(const Part& part, Arena& arena) {
  const ContentType type = parse_content_type(content_type_field(part), arena);
  Declared result;
  result.type = type.type;
  if (type.charset) result.charset = lower(*type.charset, arena);
  result.encoding = lower(part.header("Content-Transfer-Encoding"), arena);
  result.disposition = lower(part.header("Content-Disposition"), arena);
  return result;
}

bool is_ascii_charset(std::string_view charset) {
  static constexpr std::array<std::string_view, 8> names{
      "us", "ascii", "ansi_x3.4-1968", "iso-ir-6", "ansi_x3.4-1986", "iso_646.irv:1991", "ibm367", "cp367"};
  return std::ranges::any_of(names, [&](std::string_view name) { return charset.find(name) != none; });
}

// Names an ISO charset that is none: "iso-8859-" with one or two digits, "iso-2022-jp" and "-kr" are.
bool is_bad_iso_charset(std::string_view charset, RegexScratch& scratch) {
  static const Regex any = fixed_pattern("iso-\\S+-\\S+\\b", "i");
  static const Regex known = fixed_pattern("iso-(?:8859-\\d{1,2}|2022-(?:jp|kr))\\b");
  return charset.find("iso-") != none && any.matches(charset, scratch) && !known.matches(charset, scratch);
}

void count_declared(MimeCensus& census, const Declared& part, const OkLocales& locales,
                    RegexScratch& scratch) {
  if (part.type == "text/html")
    census.html_count += 1;
  else if (part.type.starts_with("text"))
    census.text_count += 1;

  const bool base64 = part.encoding.find("base64") != none;
  if (base64)
    census.base64_count += 1;
  else if (part.encoding.find("quoted-printable") != none)
    census.qp_count += 1;

  if (part.is_attachment()) census.attachment += 1;

  const std::string_view charset = part.charset.value_or("");
  if (part.type.starts_with("text") && base64 &&
      (charset.empty() || charset == "0" || is_ascii_charset(charset)) &&
      !part.disposition.starts_with("attachment") && !part.disposition.starts_with("inline"))
    census.base64_encoded_text = true;
  if (is_bad_iso_charset(charset, scratch)) census.bad_iso_charset = true;

  if (std::ranges::none_of(charset, ascii::is_alpha)) return;
  if (!census.charsets.empty()) census.charsets += ' ';
  census.charsets += charset;
  if (!locales.all && !locales.takes(charset)) census.faraway_charset = true;
}

// --- lines ---------------------------------------------------------------------------------------------

// "=41": a byte that needs no encoding.
bool is_excessive(char high, char low) {
  const bool hex = ascii::is_digit(low) || (low >= 'A' && low <= 'F');
  switch (high) {
    case '0':
      return low == '9';
    case '3':
      return hex && low != 'D';
    case '2':
    case '4':
    case '5':
    case '6':
      return hex;
    case '7':
      return hex && low != 'F';
    default:
      return false;
  }
}

double count_excessive(std::string_view line) {
  double count = 0;
  for (std::size_t at = line.find('='); at != none && at + 2 < line.size();) {
    const bool excessive = is_excessive(line[at + 1], line[at + 2]);
    count += excessive;
    at = line.find('=', at + (excessive ? 3 : 1));
  }
  if (count == 0) return 0;
  // Tabs and spaces at the end of a line have to be encoded.
  std::string_view end = ascii::trim_right(line);
  while (end.ends_with("=20") || end.ends_with("=09")) {
    count -= 1;
    end.remove_suffix(3);
  }
  return count;
}

bool is_illegal_in_ascii(std::string_view line) {
  for (const char c : line)
    if (c == '\0' || c == '\r' || ascii::is_high(c)) return true;
  return false;
}

// "&#x12AB;"
double count_escapes(std::string_view line) {
  constexpr std::size_t length = 8;
  double count = 0;
  for (std::size_t at = line.find("&#x"); at != none;) {
    const std::string_view here = line.substr(at, length);
    const bool escape =
        here.size() == length && here.back() == ';' && std::ranges::all_of(here.substr(3, 4), [](char c) {
          return ascii::is_digit(c) || (c >= 'A' && c <= 'F');
        });
    count += escape;
    at = line.find("&#x", at + (escape ? length : 1));
  }
  return count;
}

struct LineTotals {
  double qp_bytes = 0, qp_excessive = 0;
  double plain_bytes = 0, escapes = 0;
};

void count_lines(MimeCensus& census, LineTotals& totals, const Part& part, const Declared& declares) {
  constexpr std::size_t line_length = 79;  // RFC 5322's 78 and the newline
  const bool qp = declares.encoding == "quoted-printable";
  const bool plain = declares.type == "text/plain";
  const bool us_ascii = plain && (!declares.charset || *declares.charset == "us-ascii");
  const bool identity = plain && (declares.encoding.empty() || declares.encoding == "0" ||
                                  declares.encoding == "7bit" || declares.encoding == "8bit");
  if (!qp && !us_ascii && !identity) return;
  each_raw_line(part, [&](std::string_view line) {
    if (qp && !line.starts_with("SPAM: ")) {
      if (line.size() > line_length) census.qp_long_line = true;
      totals.qp_bytes += static_cast<double>(line.size());
      totals.qp_excessive += count_excessive(line);
    }
    if (us_ascii && is_illegal_in_ascii(line)) census.ascii_text_illegal += 1;
    if (identity) {
      constexpr double escape_length = 8;
      const double escapes = count_escapes(line);
      totals.plain_bytes += static_cast<double>(line.size()) - escapes * escape_length;
      totals.escapes += escapes;
    }
  });
}

// --- alternatives --------------------------------------------------------------------------------------

struct LeafSize {
  std::string_view type;
  double bytes;
};

double multipart_ratio(const std::pmr::vector<LeafSize>& leaves) {
  std::optional<double> text;
  std::optional<double> html;
  for (auto leaf = leaves.rbegin(); leaf != leaves.rend() && !(text && html); ++leaf) {
    if (!html && leaf->type == "text/html")
      html = leaf->bytes;
    else if (!text && leaf->type == "text/plain")
      text = leaf->bytes;
  }
  return text && html && *html > 0 ? *text / *html : 1;
}

}  // namespace

std::string_view content_type_field(const Part& part) {
  const std::string_view field = part.header("Content-Type");
  if (part.find_header("Content-Type") == nullptr) return field;
  return field.empty() ? "\n" : field == "0" ? "0\n" : field;
}

std::string_view declared_type(const Part& part, Arena& arena) {
  return parse_content_type(content_type_field(part), arena).type;
}

bool is_base64(const Part& part) {
  std::string_view encoding = part.header("Content-Transfer-Encoding");
  return ascii::iequals(encoding, "base64");
}

MimeCensus take_mime_census(const Message& message, const OkLocales& locales, RegexScratch& scratch) {
  Arena& arena = message.arena();
  MimeCensus census;
  LineTotals totals;
  std::pmr::vector<LeafSize> leaves(&arena);
  for (const Part* part : message.all_parts()) {
    const Declared declares = declared(*part, arena);
    if (declares.type == "multipart/alternative") census.multipart_alternative = true;
    count_declared(census, declares, locales, scratch);
    if (!part->is_leaf()) continue;
    // An attachment has no size here, and only what follows the first multipart/alternative has one above 0.
    if (!declares.is_attachment()) {
      const bool counted = census.multipart_alternative;
      leaves.push_back({declares.type, counted ? static_cast<double>(part->raw().size()) : 0});
    }
    count_lines(census, totals, *part, declares);
  }

  if (totals.qp_bytes != 0) {
    census.qp_ratio = totals.qp_excessive / totals.qp_bytes;
    census.qp_count = totals.qp_excessive;
    census.qp_bytes = totals.qp_bytes;
  }
  if (totals.plain_bytes != 0) census.text_unicode_ratio = totals.escapes / totals.plain_bytes;
  if (census.multipart_alternative) census.multipart_ratio = multipart_ratio(leaves);
  for (const auto& [boundary, balance] : message.boundary_balance())
    if (balance != 0) census.missing_boundary = true;
  return census;
}

}  // namespace thresh
