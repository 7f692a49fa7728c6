// HeaderEval: mail that claims a large provider and whose Received lines do not bear it out. Each test looks
// at the sender first, so that the patterns run for the few messages they are about.
#include <array>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/header_eval.h"
#include "engine/evals/patterns.h"

namespace thresh::header_eval {
namespace {

constexpr auto npos = std::string_view::npos;

// /\bDOMAIN$/i
bool ends_in_domain(std::string_view address, std::string_view domain) {
  if (address.ends_with('\n')) address.remove_suffix(1);
  return ascii::iends_with(address, domain) && at_word_boundary(address, address.size() - domain.size());
}

std::string with_ip(std::string_view before, std::string_view after) {
  std::string pattern(before);
  pattern += ip_address_pattern;
  pattern += after;
  return pattern;
}

bool has_ip(EvalContext& context, std::string_view header) {
  static const Regex ip = fixed_pattern(ip_address_pattern);
  const std::string_view value = context.message.get_scalar(header);
  return !value.empty() && ip.matches(value, context.regex);
}

// As SpamAssassin puts text of the message into a pattern as it is, a pattern can be broken: Perl dies of it,
// and the whole test with it.
enum class Answer { no, yes, died };

Answer matches_composed(EvalContext& context, const std::string& pattern, std::string_view text) {
  const Result<Regex> made = Regex::compile(pattern);
  if (!made) return Answer::died;
  return made->matches(text, context.regex) ? Answer::yes : Answer::no;
}

Answer msn_group(EvalContext& context) {
  const Message& message = context.message;
  const std::string_view to = message.get_scalar("To");
  if (find_folded(to, "@groups.msn.com>") == npos) return Answer::no;
  static const Regex list = fixed_pattern(R"(<(\S+)\@groups\.msn\.com>)", "i");
  Span found;
  std::vector<Span> groups;
  if (list.match(to, 0, context.regex, found, &groups) != MatchStatus::match) return Answer::no;
  const std::string name(groups[1].in(to));

  static const Regex pickup = fixed_pattern(R"(from mail pickup service by ((?:p\d\d\.)groups\.msn\.com)\b)");
  const std::string_view received = message.get_scalar("Received");
  if (pickup.match(received, 0, context.regex, found, &groups) != MatchStatus::match) return Answer::no;
  const std::string server(groups[1].in(received));

  const std::string_view id = message.get_scalar("Message-Id");
  if (name == "notifications") return matches_composed(context, R"(^<\S+\@)" + server + ">", id);
  const Answer by_id = matches_composed(context, "^<" + name + R"(-\S+\@groups\.msn\.com>)", id);
  if (by_id != Answer::yes) return by_id;
  return matches_composed(context, name + R"(-bounce\@groups\.msn\.com)",
                          message.get_scalar("EnvelopeFrom:addr"));
}

struct Hotmail {
  bool checked = false;
  bool forged = false;  // greets as hotmail without being it
  bool absent = false;  // From says hotmail and no Received does
};

// True where Received shows that Hotmail sent it.
bool is_from_hotmail(EvalContext& context, std::string_view received) {
  static const std::array by_ip = {
      fixed_pattern(R"(from (?:\S*\.)?hotmail.com \(\S+\.hotmail(?:\.msn)?\.com[ \)])"),
      fixed_pattern(with_ip(R"(from \S*\.hotmail.com \(\[)", R"(\][ \):])")),
      fixed_pattern(R"(from \S+ by \S+\.hotmail(?:\.msn)?\.com with HTTP\;)"),
      fixed_pattern(R"(from \[66\.218.\S+\] by \S+\.yahoo\.com)"),
  };
  static const std::array by_organisation = {
      fixed_pattern(
          R"(from \S*\.outbound\.protection\.outlook\.com \(\S+\.outbound\.protection\.outlook\.com[ \)])"),
      fixed_pattern(with_ip(R"(from \S*\.(?:eur|nam)prd\d+\.prod\.outlook\.com \()", R"(\))")),
  };
  if (has_ip(context, "X-Originating-Ip"))
    for (const Regex& pattern : by_ip)
      if (pattern.matches(received, context.regex)) return true;
  const std::string_view organisation = context.message.get_scalar("X-OriginatorOrg");
  if (organisation.find("hotmail.com") != npos || organisation.find("msonline-outlook") != npos)
    for (const Regex& pattern : by_organisation)
      if (pattern.matches(received, context.regex)) return true;
  return false;
}

const Hotmail& hotmail(EvalContext& context) {
  auto& known = context.state<Hotmail>();
  if (known.checked) return known;
  known.checked = true;
  const std::string_view received = spaced_received(context);
  static const Regex greeting = fixed_pattern(R"((?:from |HELO |helo=)\S*hotmail\.com\b)");
  const bool greets = received.find("hotmail.com") != npos && greeting.matches(received, context.regex);
  const bool claims = ends_in_domain(context.message.get_scalar("From:addr"), "hotmail.com");
  if (!greets && !claims) return known;
  if (received.find("from mail pickup service by hotmail.com with Microsoft SMTPSVC;") != npos ||
      msn_group(context) != Answer::no || is_gated(context) || is_from_hotmail(context, received))
    return known;
  known.forged = greets;
  known.absent = !greets && claims;
  return known;
}

}  // namespace

EvalResult check_for_fake_aol_relay_in_rcvd(EvalContext& context, const EvalCall&) {
  if (find_folded(context.message.get_scalar("Received"), "rly-") == npos) return false;
  static const Regex relay = fixed_pattern(R"( rly-[a-z][a-z]\d\d\.)", "i");
  static const Regex aol = fixed_pattern(R"(\/AOL-\d+\.\d+\.\d+\))");
  static const Regex id = fixed_pattern(R"(ESMTP id (?:RELAY|MAILRELAY|MAILIN))");
  const std::string_view received = spaced_received(context);
  return relay.matches(received, context.regex) && !aol.matches(received, context.regex) &&
         !id.matches(received, context.regex);
}

EvalResult check_for_forged_hotmail_received_headers(EvalContext& context, const EvalCall&) {
  return hotmail(context).forged;
}

EvalResult check_for_no_hotmail_received_headers(EvalContext& context, const EvalCall&) {
  return hotmail(context).absent;
}

EvalResult check_for_msn_groups_headers(EvalContext& context, const EvalCall&) {
  return msn_group(context) == Answer::yes;
}

EvalResult check_for_forged_eudoramail_received_headers(EvalContext& context, const EvalCall&) {
  if (!ends_in_domain(context.message.get_scalar("From:addr"), "eudoramail.com") || is_gated(context))
    return false;
  static const Regex whowhere = fixed_pattern(R"(by \S*whowhere.com\;)");
  return !(whowhere.matches(spaced_received(context), context.regex) && has_ip(context, "X-Sender-Ip"));
}

EvalResult check_for_forged_yahoo_received_headers(EvalContext& context, const EvalCall&) {
  const Message& message = context.message;
  const std::string_view from = message.get_scalar("From:addr");
  if (!ends_in_domain(from, "yahoo.com")) return false;
  std::string_view received = spaced_received(context);
  if (!message.get("Resent-From").empty() && !message.get("Resent-To").empty()) {
    const std::string_view other = message.get_scalar("X-Received");
    if (!other.empty()) received = with_single_spaces(other, message.arena());
  }
  if (is_gated(context)) return false;

  // Bounces of Yahoo itself.
  static const Regex any_relay = fixed_pattern(R"( rdns=\S+\.yahoo\.com )");
  static const Regex first_relay = fixed_pattern(R"(^[^\]]+ rdns=\S+\.yahoo\.com )");
  if (any_relay.matches(message.relays().trusted_text, context.regex) ||
      first_relay.matches(message.relays().untrusted_text, context.regex))
    return false;

  static const std::array genuine = {
      fixed_pattern(R"(by web\S+\.mail\S*\.yahoo\.com via HTTP)"),
      fixed_pattern(R"(by sonic\S+\.consmr\.mail\S*\.yahoo\.com with HTTP)"),
      fixed_pattern(R"(by smtp\S+\.yahoo\.com with SMTP)"),
      fixed_pattern(with_ip(R"(from \[)", R"(\] by \S+\.(?:groups|scd|dcn)\.yahoo\.com with NNFMP)")),
      fixed_pattern(R"(by \w+\.\w+\.yahoo\.com \(\d+\.\d+\.\d+\/\d+\.\d+\.\d+\)(?: with ESMTP)? id \w+)"),
  };
  for (const Regex& pattern : genuine)
    if (pattern.matches(received, context.regex)) return false;
  // "Mail this story to a friend".
  static const Regex bulk = fixed_pattern(R"(\bmailer\d+\.bulk\.scd\.yahoo\.com\b)");
  return !(ascii::iends_with(from, "@reply.yahoo.com") && bulk.matches(received, context.regex));
}

EvalResult check_for_forged_juno_received_headers(EvalContext& context, const EvalCall&) {
  const Message& message = context.message;
  if (!ends_in_domain(message.get_scalar("From:addr"), "juno.com") || is_gated(context)) return false;
  const std::string_view origin = message.get_scalar("X-Originating-IP");
  const std::string_view mailer = message.get_scalar("X-Mailer");
  const std::string_view received = message.get_scalar("Received");
  if (!origin.empty()) {
    static const Regex juno =
        fixed_pattern(with_ip(R"(from.*\b(?:juno|untd)\.com.*[\[\(])", R"([\]\)].*by)"));
    static const Regex cookie = fixed_pattern(R"( cookie\.(?:juno|untd)\.com )");
    if (!juno.matches(received, context.regex) && !cookie.matches(received, context.regex)) return true;
    return mailer.find("Juno ") == npos;
  }
  // Every other branch asks X-Originating-IP in the end, and there is none.
  return true;
}

EvalResult check_for_forged_gmail_received_headers(EvalContext& context, const EvalCall&) {
  constexpr std::size_t shortest_state = 60, shortest_source = 60;
  const Message& message = context.message;
  if (!ends_in_domain(message.get_scalar("From:addr"), "gmail.com")) return false;
  static const Regex v4 = fixed_pattern(R"(by 10\.\S+ with SMTP id \S+)");
  static const Regex v6 = fixed_pattern(R"(by 2002\:a\d\d\:\w+\:\S+ with SMTP id \S+)");
  static const Regex submission = fixed_pattern(R"(by smtp\.googlemail\.com with ESMTPSA id \S+)");
  const std::string_view other = message.get_scalar("X-Received");
  if (v4.matches(other, context.regex) || v6.matches(other, context.regex) ||
      submission.matches(message.get_scalar("Received"), context.regex))
    return false;
  return message.get_scalar("X-Gm-Message-State").size() < shortest_state ||
         message.get_scalar("X-Google-Smtp-Source").size() < shortest_source;
}

EvalResult check_for_forged_gw05_received_headers(EvalContext& context, const EvalCall&) {
  const std::string_view received = context.message.get_scalar("Received");
  if (received.find("\nfrom") == npos || received.find("ESMTP;") == npos) return false;
  static const Regex gateway =
      fixed_pattern(R"(\nfrom\s(\S+)\sby\s(\S+)\swith\sESMTP\;\s+\S\S\S,\s+\d+\s+\S\S\S\s+)"
                    R"(\d{4}\s+\d\d:\d\d:\d\d\s+[-+]*\d{4}\n$)",
                    "s");
  Span found;
  std::vector<Span> groups;
  if (gateway.match(received, 0, context.regex, found, &groups) != MatchStatus::match) return false;
  return groups[2].in(received).find('.') == npos;
}

}  // namespace thresh::header_eval
