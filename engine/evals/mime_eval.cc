// Mail::SpamAssassin::Plugin::MIMEEval: how a message's parts are declared and encoded. One walk over parts
// and their undecoded lines (mime_census.h) answers most tests.
#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/locales.h"
#include "engine/evals/mime_census.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

constexpr std::string_view plugin = "MIMEEval";

struct Settings {
  OkLocales locales;
};

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  return std::make_shared<Settings>(Settings{OkLocales::from(rules)});
}

struct CensusState {
  bool known = false;
  MimeCensus census;
};

const MimeCensus& census_of(EvalContext& context) {
  auto& state = context.state<CensusState>();
  if (!state.known) {
    state.known = true;
    state.census = take_mime_census(context.message, context.family<Settings>(plugin).locales, context.regex);
  }
  return state.census;
}

EvalResult check_for_mime(EvalContext& context, const EvalCall& call) {
  const MimeCensus& census = census_of(context);
  const std::string_view test = call.arg(0);
  if (test == "mime_html_charsets") return perl_true(census.charsets);
  const std::array<std::pair<std::string_view, double>, 17> values{{
      {"mime_checked_attachments", 1},
      {"mime_base64_count", census.base64_count},
      {"mime_base64_encoded_text", census.base64_encoded_text},
      {"mime_body_html_count", census.html_count},
      {"mime_body_text_count", census.text_count},
      {"mime_faraway_charset", census.faraway_charset},
      {"mime_missing_boundary", census.missing_boundary},
      {"mime_multipart_alternative", census.multipart_alternative},
      {"mime_multipart_ratio", census.multipart_ratio},
      {"mime_qp_count", census.qp_count},
      {"mime_qp_bytes", census.qp_bytes},
      {"mime_qp_long_line", census.qp_long_line},
      {"mime_qp_ratio", census.qp_ratio},
      {"mime_ascii_text_illegal", census.ascii_text_illegal},
      {"mime_text_unicode_ratio", census.text_unicode_ratio},
      {"mime_attachment", census.attachment},
      {"mime_bad_iso_charset", census.bad_iso_charset},
  }};
  for (const auto& [name, value] : values)
    if (name == test) return value != 0;
  return false;
}

bool is_html_message(EvalContext& context) {
  return ascii::istarts_with(context.message.get_scalar("Content-Type"), "text/html");
}

EvalResult check_for_mime_html(EvalContext& context, const EvalCall&) {
  return is_html_message(context) || census_of(context).html_count > 0;
}

EvalResult check_for_mime_html_only(EvalContext& context, const EvalCall&) {
  if (is_html_message(context)) return true;
  const MimeCensus& census = census_of(context);
  return census.html_count > 0 && census.text_count == 0;
}

EvalResult check_mime_multipart_ratio(EvalContext& context, const EvalCall& call) {
  const double ratio = census_of(context).multipart_ratio;
  return ratio >= number_arg(call, 0) && ratio < number_arg(call, 1);
}

EvalResult check_qp_ratio(EvalContext& context, const EvalCall& call) {
  return census_of(context).qp_ratio >= number_arg(call, 0);
}

EvalResult check_for_ascii_text_illegal(EvalContext& context, const EvalCall&) {
  return census_of(context).ascii_text_illegal > 0;
}

// /^\d{0,3}\.\d{1,3}$/
bool is_ratio(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot > 3) return false;
  const std::string_view fraction = text.substr(dot + 1);
  return !fraction.empty() && fraction.size() <= 3 &&
         std::ranges::all_of(text.substr(0, dot), ascii::is_digit) &&
         std::ranges::all_of(fraction, ascii::is_digit);
}

EvalResult check_abundant_unicode_ratio(EvalContext& context, const EvalCall& call) {
  return is_ratio(call.arg(0)) && census_of(context).text_unicode_ratio >= number_arg(call, 0);
}

EvalResult check_msg_parse_flags(EvalContext& context, const EvalCall& call) {
  const ParseFlags& flags = context.message.flags();
  const std::string_view name = call.arg(0);
  if (name == "missing_head_body_separator") return flags.missing_head_body_separator;
  if (name == "missing_mime_head_body_separator") return flags.missing_mime_head_body_separator;
  if (name == "missing_mime_headers") return flags.missing_mime_headers;
  if (name == "truncated_header") return flags.truncated_header;
  if (name == "mime_epilogue_exists") return flags.mime_epilogue_exists;
  if (name == "mimepart_limit_exceeded") return flags.mimepart_limit_exceeded;
  return false;
}

// --- charsets ------------------------------------------------------------------------------------------

// get_charset_from_ct_line; empty when there is none.
std::string_view charset_of_line(std::string_view line) {
  constexpr std::string_view key = "charset=";
  for (const char quote : {'"', '\''}) {
    for (std::size_t at = ascii::ifind(line, key); at != std::string_view::npos;
         at = ascii::ifind(line, key, at + 1)) {
      const std::string_view rest = line.substr(at + key.size());
      if (rest.empty() || rest.front() != quote) continue;
      const std::size_t end = rest.find(quote, 1);
      if (end != std::string_view::npos && end > 1) return rest.substr(1, end - 1);
    }
  }
  for (std::size_t at = ascii::ifind(line, key); at != std::string_view::npos;
       at = ascii::ifind(line, key, at + 1)) {
    const std::string_view rest = line.substr(at + key.size());
    const auto end = std::ranges::find_if(rest, ascii::is_space);
    if (end != rest.begin()) return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  }
  return {};
}

EvalResult check_for_faraway_charset(EvalContext& context, const EvalCall& call) {
  const OkLocales& locales = context.family<Settings>(plugin).locales;
  if (locales.all) return false;
  const std::string_view charset = charset_of_line(context.message.get_scalar("Content-Type"));
  if (charset.empty() || locales.takes(charset)) return false;
  // Some charsets (koi8-r) hold ASCII too: make sure that the text uses the other half.
  const std::span<const std::string_view> lines = rule_texts(context, call);
  std::size_t high = 0;
  std::size_t low = lines.empty() ? 0 : lines.size() - 1;  // joined with newlines
  for (const std::string_view line : lines)
    for (const char c : line) ++(ascii::is_high(c) ? high : low);
  return low <= high && high > 3;
}

// CHARSETS_LIKELY_TO_FP_AS_CAPS of Constants.pm, anchored.
bool is_likely_to_shout(std::string_view charset) {
  static constexpr std::array<std::string_view, 11> marks{
      "koi", "jp", "jis", "euc", "gb", "big5", "isoir", "cp1251", "windows-1251", "georgianps", "pt154"};
  if (charset.ends_with('\n')) charset.remove_suffix(1);
  for (const char c : charset)
    if (!ascii::is_word(c) && c != '-') return false;
  if (ascii::ifind(charset, "tis") != std::string_view::npos) return true;
  for (const std::string_view mark : marks)
    if (ascii::ifind(charset, mark) != std::string_view::npos) return true;
  return false;
}

bool has_charset_likely_to_shout(EvalContext& context) {
  const std::string_view declared = charset_of_line(context.message.get_scalar("Content-Type"));
  if (!declared.empty() && is_likely_to_shout(declared)) return true;
  std::string_view charsets = census_of(context).charsets;
  while (!charsets.empty()) {
    const std::size_t end = charsets.find_first_of(" \t\n\v\f\r");
    if (end != 0 && is_likely_to_shout(charsets.substr(0, end))) return true;
    if (end == std::string_view::npos) break;
    charsets.remove_prefix(end + 1);
  }
  return false;
}

// --- capitals ------------------------------------------------------------------------------------------

struct Uppercase {
  bool known = false;
  double percent = 0;
};

// /\S\s+\S/
bool has_inner_space(std::string_view line) {
  line = ascii::trim(line);
  return std::ranges::any_of(line, ascii::is_space);
}

// /^(?:[A-Za-z0-9+\/=]{60,76} ){2}/: base64 that a forwarded message left in the text.
bool is_encoded(std::string_view line) {
  std::size_t at = 0;
  for (int group = 0; group < 2; ++group) {
    const std::size_t start = at;
    while (at < line.size() &&
           (ascii::is_alnum(line[at]) || line[at] == '+' || line[at] == '/' || line[at] == '='))
      ++at;
    const std::size_t length = at - start;
    if (length < 60 || length > 76 || at == line.size() || line[at] != ' ') return false;
    ++at;
  }
  return true;
}

struct LetterCount {
  std::size_t length = 0, lower = 0,
              upper = 0;  // digits count as lower case, otherwise "date|mail" would shout
  void add(std::string_view text) {
    std::size_t small = 0;
    std::size_t capital = 0;
    for (const char c : text) {
      small += static_cast<unsigned>(ascii::is_lower(c)) | static_cast<unsigned>(ascii::is_digit(c));
      capital += static_cast<unsigned>(ascii::is_upper(c));
    }
    length += text.size();
    lower += small;
    upper += capital;
  }
};

double uppercase_percent(std::span<const std::string_view> lines) {
  constexpr std::size_t shortest = 200;  // bytes of text below which an acronym would decide
  LetterCount count;
  for (std::string_view line : lines) {
    if (!has_inner_space(line) || is_encoded(line)) continue;
    // Without what stands between the shifts to Japanese and back: from the first to the last.
    const std::size_t shift = line.find("\x1b$B");
    const std::size_t back = shift == std::string_view::npos ? shift : line.rfind("\x1b(B");
    if (back != std::string_view::npos && back >= shift + 3) {
      count.add(line.substr(0, shift));
      line.remove_prefix(back + 3);
    }
    count.add(line);
  }
  if (count.length < shortest || count.lower + count.upper == 0) return 0;
  return static_cast<double>(count.upper) / static_cast<double>(count.upper + count.lower) * 100;
}

EvalResult check_for_uppercase(EvalContext& context, const EvalCall& call) {
  auto& found = context.state<Uppercase>();
  if (!found.known) {
    found.known = true;
    if (!has_charset_likely_to_shout(context)) found.percent = uppercase_percent(rule_texts(context, call));
  }
  return found.percent > number_arg(call, 0) && found.percent <= number_arg(call, 1);
}

// --- parts ---------------------------------------------------------------------------------------------

bool is_foreign_to_alternatives(const Part& part) {
  return part.is_leaf() && part.type() != "multipart/related" && part.type() != "application/rtf" &&
         !ascii::istarts_with(part.type(), "text/");
}

EvalResult check_ma_non_text(EvalContext& context, const EvalCall&) {
  for (const Part* part : context.message.all_parts()) {
    if (part->type() != "multipart/alternative") continue;
    if (is_foreign_to_alternatives(*part)) return true;
    for (const Part* child : part->children())
      if (!child->type().empty() && is_foreign_to_alternatives(*child)) return true;
  }
  return false;
}

struct Base64Length {
  bool known = false;
  std::size_t longest = 0;  // bytes of a line, its newline among them
};

std::size_t longest_base64_line(const Message& message) {
  std::size_t longest = 0;
  for (const Part* part : message.leaves()) {
    if (!is_base64(*part)) continue;
    if (declared_type(*part, message.arena()) == "application/ics") continue;
    each_raw_line(*part, [&](std::string_view line) { longest = std::max(longest, line.size()); });
  }
  return longest;
}

EvalResult check_base64_length(EvalContext& context, const EvalCall& call) {
  auto& found = context.state<Base64Length>();
  if (!found.known) {
    found.known = true;
    found.longest = longest_base64_line(context.message);
  }
  const auto longest = static_cast<double>(found.longest);
  return longest >= number_arg(call, 0) && (!call.has_arg(1) || longest <= number_arg(call, 1));
}

constexpr std::array entries{
    EvalEntry{"check_for_mime", plugin, check_for_mime},
    EvalEntry{"check_for_mime_html", plugin, check_for_mime_html},
    EvalEntry{"check_for_mime_html_only", plugin, check_for_mime_html_only},
    EvalEntry{"check_mime_multipart_ratio", plugin, check_mime_multipart_ratio},
    EvalEntry{"check_msg_parse_flags", plugin, check_msg_parse_flags},
    EvalEntry{"check_for_ascii_text_illegal", plugin, check_for_ascii_text_illegal},
    EvalEntry{"check_abundant_unicode_ratio", plugin, check_abundant_unicode_ratio},
    EvalEntry{"check_for_faraway_charset", plugin, check_for_faraway_charset},
    EvalEntry{"check_for_uppercase", plugin, check_for_uppercase},
    EvalEntry{"check_ma_non_text", plugin, check_ma_non_text},
    EvalEntry{"check_base64_length", plugin, check_base64_length},
    EvalEntry{"check_qp_ratio", plugin, check_qp_ratio},
};

}  // namespace

const EvalFamily& mime_eval_family() {
  static const EvalFamily family{plugin, entries, make_settings};
  return family;
}

}  // namespace thresh
