// Mail::SpamAssassin::Plugin::HeaderEval: what header fields look like. This file has the family's table and
// the evals that read a field or two; forged Received lines, addresses and dates have files of their own.
#include "engine/evals/header_eval.h"

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/evals/arguments.h"
#include "engine/evals/families.h"
#include "engine/evals/locales.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace header_eval {
namespace {

constexpr auto npos = std::string_view::npos;

// Settings of the family.
struct Settings {
  OkLocales locales;
};

struct Shared {
  std::optional<bool> gated;
  std::optional<std::string_view> spaced_received;
};

bool compute_gated(EvalContext& context) {
  const Message& message = context.message;
  const auto received = message.get("Received");
  if (!message.get("Mailing-List").empty()) {
    static const Regex contact = fixed_pattern(R"(^contact \S+\@\S+\; run by ezmlm$)", "m");
    static const Regex delivered = fixed_pattern(R"(^mailing list \S+\@\S+)", "m");
    static const Regex qmail =
        fixed_pattern(R"(qmail \d+ invoked (?:from network|by .{3,20})\); \d+ ... \d+)");
    if (contact.matches(message.get_scalar("Mailing-List"), context.regex) &&
        delivered.matches(message.get_scalar("Delivered-To"), context.regex) &&
        qmail.matches(message.get_scalar("Received"), context.regex))
      return true;
  }
  // Without any Received the tests that ask this cannot run.
  if (received.empty()) return true;
  const std::string_view text = message.get_scalar("Received");
  if (text.find("from groups.msn.com (") == npos) return false;
  static const Regex groups = fixed_pattern(R"(from groups\.msn\.com \(\S+\.msn\.com )");
  return groups.matches(text, context.regex);
}

EvalResult gated_through_received_hdr_remover(EvalContext& context, const EvalCall&) {
  return is_gated(context);
}

EvalResult never(EvalContext&, const EvalCall&) {
  return false;
}

EvalResult check_for_faraway_charset_in_headers(EvalContext& context, const EvalCall&) {
  const OkLocales& locales = context.family<Settings>("HeaderEval").locales;
  if (locales.all) return false;
  static const Regex word = fixed_pattern(R"(=\?(.+?)\?.\?.*?\?=)");
  for (const std::string_view header : {"From:raw", "Subject:raw"}) {
    for (const std::string_view value : context.message.get(header)) {
      std::size_t at = 0;
      Span found;
      std::vector<Span> groups;
      while (word.match(value, at, context.regex, found, &groups) == MatchStatus::match) {
        if (!locales.takes(groups[1].in(value))) return true;
        at = found.end;
      }
    }
  }
  return false;
}

// Util::is_valid_utf_8: well-formed UTF-8, surrogates excluded.
bool is_valid_utf8(std::string_view text) {
  std::size_t i = 0;
  const auto in = [&](std::size_t at, unsigned char low, unsigned char high) {
    return at < text.size() && static_cast<unsigned char>(text[at]) >= low &&
           static_cast<unsigned char>(text[at]) <= high;
  };
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      ++i;
      continue;
    }
    std::size_t tail = 0;
    unsigned char low = 0x80, high = 0xbf;
    if (c >= 0xc2 && c <= 0xdf) {
      tail = 1;
    } else if (c >= 0xe0 && c <= 0xef) {
      tail = 2;
      if (c == 0xe0) low = 0xa0;
      if (c == 0xed) high = 0x9f;
    } else if (c >= 0xf0 && c <= 0xf4) {
      tail = 3;
      if (c == 0xf0) low = 0x90;
      if (c == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (!in(i + 1, low, high)) return false;
    for (std::size_t k = 2; k <= tail; ++k)
      if (!in(i + k, 0x80, 0xbf)) return false;
    i += tail + 1;
  }
  return true;
}

struct IllegalChars {
  std::string request;
  bool is_subject = false;
  double ratio = 0, count = 0;
};

Result<std::shared_ptr<const void>> prepare_illegal_chars(const EvalCall& call, const RuleSet&) {
  auto made = std::make_shared<IllegalChars>();
  made->request = call.arg(0);
  if (!made->request.ends_with(":raw")) made->request += ":raw";
  made->is_subject = ascii::iequals(made->request, "subject:raw");
  made->ratio = perl_number(call.arg(1));
  made->count = perl_number(call.arg(2));
  return made;
}

EvalResult check_illegal_chars(EvalContext& context, const EvalCall& call) {
  const auto& wanted = call.prepared_as<IllegalChars>();
  const std::string_view text = context.message.get_scalar(wanted.request);
  std::size_t high = 0, low = 0, blanks = 0, deletes = 0;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    high += u >> 7U;
    low += u < 0x20 ? 1U : 0U;
    blanks += c == '\t' || c == '\n' || c == '\r' ? 1U : 0U;
    deletes += u == 0x7f ? 1U : 0U;
  }
  const std::size_t controls = low - blanks;
  std::size_t illegal = high + controls + deletes;
  if (std::ranges::all_of(text, ascii::is_space)) return false;
  if (high > 0 && controls == 0 && is_valid_utf8(text)) return false;
  // A single cent, pound or registered sign is let pass.
  const auto is_sign = [](char c) { return c == '\xa2' || c == '\xa3' || c == '\xae'; };
  if (illegal > 0 && wanted.is_subject && std::ranges::count_if(text, is_sign) == 1) --illegal;
  return static_cast<double>(illegal) / static_cast<double>(text.size()) >= wanted.ratio &&
         static_cast<double>(illegal) >= wanted.count;
}

EvalResult check_for_missing_to_header(EvalContext& context, const EvalCall&) {
  return context.message.get("To").empty() && context.message.get("Apparently-To").empty();
}

// The words of CHARSETS_LIKELY_TO_FP_AS_CAPS in one of the charsets that `raw` names: =?...?
bool names_caseless_charset(std::string_view raw) {
  constexpr std::array<std::string_view, 11> words = {
      "koi", "jp", "jis", "euc", "gb", "big5", "isoir", "cp1251", "windows-1251", "georgianps", "pt154"};
  for (std::size_t at = raw.find("=?"); at != npos; at = raw.find("=?", at + 1)) {
    std::size_t end = at + 2;
    while (end < raw.size() && (ascii::is_word(raw[end]) || raw[end] == '-')) ++end;
    if (end >= raw.size() || raw[end] != '?') continue;
    const std::string_view charset = raw.substr(at + 2, end - at - 2);
    if (ascii::ifind(charset, "tis") != npos) return true;
    for (const std::string_view word : words)
      if (ascii::ifind(charset, word) != npos) return true;
  }
  return false;
}

std::string_view without_reply_marks(std::string_view subject) {
  constexpr std::array<std::string_view, 10> marks = {
      "re:", "fwd:", "fw:", "aw:", "antwort:", "wg:", "sv:", "vb:", "vs:", "vl:"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view mark : marks) {
      if (!ascii::istarts_with(subject, mark)) continue;
      subject = ascii::trim_left(subject.substr(mark.size()));
      again = true;
      break;
    }
  }
  return subject;
}

EvalResult subject_is_all_caps(EvalContext& context, const EvalCall&) {
  constexpr std::size_t shortest = 10;
  const std::string_view subject = without_reply_marks(ascii::trim(context.message.get_scalar("Subject")));
  if (subject.size() < shortest || std::ranges::none_of(subject, ascii::is_space)) return false;
  bool any = false;
  for (const char c : subject) {
    if (ascii::is_lower(c)) return false;
    any = any || ascii::is_upper(c);
  }
  return any && !names_caseless_charset(context.message.get_scalar("Subject:raw"));
}

EvalResult check_messageid_not_usable(EvalContext& context, const EvalCall&) {
  const std::string_view unsubscribe = context.message.get_scalar("List-Unsubscribe");
  if (ascii::trim_right(unsubscribe).ends_with('>') && find_folded(unsubscribe, "<mailto:") != npos) {
    static const Regex leave = fixed_pattern(R"(<mailto:(?:leave-\S+|\S+-unsubscribe)\@\S+>$)", "i");
    if (leave.matches(unsubscribe, context.regex)) return true;
  }
  if (is_gated(context)) return true;
  const std::string_view received = context.message.get_scalar("Received");
  return received.find("/CWT/DCE)") != npos || received.find("iPlanet Messaging Server") != npos;
}

struct CountRange {
  double min = 0, max = 0;
};

Result<std::shared_ptr<const void>> prepare_count_range(const EvalCall& call, const RuleSet&) {
  return std::make_shared<const CountRange>(CountRange{perl_number(call.arg(1)), perl_number(call.arg(2))});
}

EvalResult check_header_count_range(EvalContext& context, const EvalCall& call) {
  const std::string_view name = call.arg(0);
  std::pmr::vector<std::string_view> values(&context.message.arena());
  for (const HeaderField& field : context.message.root().headers())
    if (ascii::iequals(field.name, name)) values.push_back(field.decoded);
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  const auto count = static_cast<double>(values.size() - repeated.size());
  const auto& range = call.prepared_as<CountRange>();
  return count >= range.min && count <= range.max;
}

// %X followed by a capital letter, - or _: a template that was never filled in.
bool has_template(std::string_view line) {
  for (std::size_t at = line.find('%'); at != npos; at = line.find('%', at + 1))
    if (at + 2 < line.size() && ascii::is_upper(line[at + 1]) &&
        (ascii::is_upper(line[at + 2]) || line[at + 2] == '_' || line[at + 2] == '-'))
      return true;
  return false;
}

bool may_hold_percent(std::string_view line) {
  constexpr std::array<std::string_view, 13> names = {"X-VMS-To",
                                                      "X-UIDL",
                                                      "X-Face",
                                                      "To",
                                                      "Cc",
                                                      "From",
                                                      "Subject",
                                                      "References",
                                                      "In-Reply-To",
                                                      "Message-Id",
                                                      "X-Message-Id",
                                                      "Resent-Message-Id",
                                                      "X-Original-Message-Id"};
  const std::size_t colon = line.find(':');
  if (colon == npos) return false;
  return std::ranges::any_of(
      names, [&](std::string_view name) { return ascii::iequals(line.substr(0, colon), name); });
}

EvalResult check_unresolved_template(EvalContext& context, const EvalCall&) {
  std::string_view all = context.message.get_scalar("ALL");
  if (all.find('%') == npos) return false;
  while (!all.empty()) {
    const std::string_view line = all.substr(0, all.find('\n'));
    all.remove_prefix(std::min(all.size(), line.size() + 1));
    if (has_template(line) && !may_hold_percent(line)) return true;
  }
  return false;
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  return std::make_shared<const Settings>(Settings{OkLocales::from(rules)});
}

constexpr EvalEntry entry(std::string_view name, EvalFunction function, EvalPrepare prepare = nullptr) {
  return {name, "HeaderEval", function, prepare};
}

constexpr std::array entries = {
    entry("check_for_fake_aol_relay_in_rcvd", check_for_fake_aol_relay_in_rcvd),
    entry("check_for_faraway_charset_in_headers", check_for_faraway_charset_in_headers),
    entry("check_for_unique_subject_id", never),
    entry("check_illegal_chars", check_illegal_chars, prepare_illegal_chars),
    entry("check_for_forged_hotmail_received_headers", check_for_forged_hotmail_received_headers),
    entry("check_for_no_hotmail_received_headers", check_for_no_hotmail_received_headers),
    entry("check_for_msn_groups_headers", check_for_msn_groups_headers),
    entry("check_for_forged_eudoramail_received_headers", check_for_forged_eudoramail_received_headers),
    entry("check_for_forged_yahoo_received_headers", check_for_forged_yahoo_received_headers),
    entry("check_for_forged_juno_received_headers", check_for_forged_juno_received_headers),
    entry("check_for_forged_gmail_received_headers", check_for_forged_gmail_received_headers),
    entry("check_for_matching_env_and_hdr_from", check_for_matching_env_and_hdr_from),
    entry("sorted_recipients", sorted_recipients),
    entry("similar_recipients", similar_recipients, prepare_range),
    entry("check_for_missing_to_header", check_for_missing_to_header),
    entry("check_for_forged_gw05_received_headers", check_for_forged_gw05_received_headers),
    entry("check_for_shifted_date", check_for_shifted_date, prepare_range),
    entry("subject_is_all_caps", subject_is_all_caps),
    entry("check_for_to_in_subject", check_for_to_in_subject),
    entry("check_outlook_message_id", check_outlook_message_id),
    entry("check_messageid_not_usable", check_messageid_not_usable),
    entry("check_header_count_range", check_header_count_range, prepare_count_range),
    entry("check_unresolved_template", check_unresolved_template),
    entry("check_ratware_name_id", check_ratware_name_id),
    entry("check_ratware_envelope_from", check_ratware_envelope_from),
    entry("gated_through_received_hdr_remover", gated_through_received_hdr_remover),
    entry("received_within_months", received_within_months, prepare_range),
    entry("check_equal_from_domains", check_equal_from_domains),
};

}  // namespace

bool is_gated(EvalContext& context) {
  auto& gated = context.state<Shared>().gated;
  if (!gated) gated = compute_gated(context);
  return *gated;
}

std::string_view with_single_spaces(std::string_view text, Arena& arena) {
  char* const start = arena.bytes(text.size());
  char* end = start;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!ascii::is_space(text[i]))
      *end++ = text[i];
    else if (i == 0 || !ascii::is_space(text[i - 1]))
      *end++ = ' ';
  }
  const auto used = static_cast<std::size_t>(end - start);
  arena.shrink_last(start, text.size(), used);
  return {start, used};
}

std::string_view spaced_received(EvalContext& context) {
  auto& spaced = context.state<Shared>().spaced_received;
  if (spaced) return *spaced;
  spaced = with_single_spaces(context.message.get_scalar("Received"), context.message.arena());
  return *spaced;
}

}  // namespace header_eval

const EvalFamily& header_eval_family() {
  static const EvalFamily family{"HeaderEval", header_eval::entries, header_eval::make_settings};
  return family;
}

}  // namespace thresh
