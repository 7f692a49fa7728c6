// Mail::SpamAssassin::Plugin::FreeMail: addresses at free mail providers in header fields and in the text.
#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "engine/base/ascii.h"
#include "engine/evals/address_lists.h"
#include "engine/evals/email_finder.h"
#include "engine/evals/families.h"
#include "engine/evals/free_mail_text.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
};
using NameSet = std::unordered_set<std::string, Hash, std::equal_to<>>;

// An entry of freemail_domains with * and ?. What stands before the first and after the last of them is
// looked at first.
struct Wildcard {
  std::string text;
  std::size_t prefix = 0, suffix = 0;
  explicit Wildcard(std::string_view entry)
      : text(ascii::lower(entry)),
        prefix(text.find_first_of("*?")),
        suffix(text.size() - text.find_last_of("*?") - 1) {}
};

struct Settings {
  NameSet domains;
  std::vector<Wildcard> wildcards;
  NameSet exempt;        // freemail_welcomelist: addresses and domains
  AddressList imported;  // welcomelist_auth, def_welcomelist_auth where imported
  double max_body_emails = 5, max_body_freemails = 3;
  bool skip_when_over_max = true, skip_bulk_envfrom = true, describe_email = true;
  [[nodiscard]] bool available() const { return !domains.empty() || !wildcards.empty(); }
};

bool is_listed_form(std::string_view entry) {
  // /\w[.@]\w/
  for (std::size_t i = 1; i + 1 < entry.size(); ++i)
    if ((entry[i] == '.' || entry[i] == '@') && ascii::is_word(entry[i - 1]) && ascii::is_word(entry[i + 1]))
      return true;
  return false;
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto made = std::make_shared<Settings>();
  for (const Directive& directive : rules.directives("freemail_domains")) {
    for (const std::string_view word : split_words(directive.value)) {
      const auto is_allowed = [](char c) {
        return ascii::is_alnum(c) || c == '.' || c == '*' || c == '?' || c == '-';
      };
      if (!std::ranges::all_of(word, is_allowed)) continue;
      if (word.find_first_of("*?") == npos)
        made->domains.insert(ascii::lower(word));
      else
        made->wildcards.emplace_back(word);
    }
  }
  for (const Directive& directive : rules.directives("freemail_welcomelist"))
    for (const std::string_view word : split_words(directive.value))
      if (is_listed_form(word)) made->exempt.insert(ascii::lower(word));
  for (const std::string_view list : {"welcomelist_auth", "def_welcomelist_auth"}) {
    if (rules.number("freemail_import_" + std::string(list), 0) == 0) continue;
    for (const Directive& directive : rules.directives(list))
      for (const std::string_view word : split_words(directive.value)) made->imported.add(word);
  }
  made->max_body_emails = rules.number("freemail_max_body_emails", 5);
  made->max_body_freemails = rules.number("freemail_max_body_freemails", 3);
  made->skip_when_over_max = rules.number("freemail_skip_when_over_max", 1) != 0;
  made->skip_bulk_envfrom = rules.number("freemail_skip_bulk_envfrom", 1) != 0;
  made->describe_email = rules.number("freemail_add_describe_email", 1) != 0;
  return made;
}

const Settings& settings_of(const EvalContext& context) {
  return context.family<Settings>("FreeMail");
}

bool all_hex(std::string_view text) {
  return std::ranges::all_of(text, ascii::is_xdigit);
}

// $email_welcomelist: addresses of the provider itself, and made-up ones.
bool is_service_address(std::string_view email) {
  constexpr std::array<std::string_view, 12> users = {"abuse",      "support",      "sales",   "info",
                                                      "helpdesk",   "contact",      "kontakt", "postmaster",
                                                      "hostmaster", "domainmaster", "bounce-", "bounced-"};
  const std::string_view first = email.substr(0, email.find('@'));
  if (first.size() == email.size()) return false;
  if (std::ranges::any_of(users, [&](std::string_view user) { return ascii::iequals(user, first); }))
    return true;
  if (ascii::istarts_with(email, "undisclosed") && email.size() > 11) return true;
  if (ascii::istarts_with(first, "request-") && first.size() == 24 && all_hex(first.substr(8))) return true;
  // Message ids: XXXXXXXX.XXXXXXXX and XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX
  if (first.size() == 17 && first[8] == '.' && all_hex(first.substr(0, 8)) && all_hex(first.substr(9)))
    return true;
  if (first.size() == 36 && first[8] == '-' && first[13] == '-' && first[18] == '-' && first[23] == '-' &&
      all_hex(first.substr(0, 8)) && all_hex(first.substr(9, 4)) && all_hex(first.substr(14, 4)) &&
      all_hex(first.substr(19, 4)) && all_hex(first.substr(24)))
    return true;
  // .+=.+=.+\@
  const std::string_view users_part = email.substr(0, email.rfind('@'));
  const std::size_t one = users_part.find('=', 1);
  const std::size_t two = one == npos ? npos : users_part.find('=', one + 2);
  return two != npos && two + 1 < users_part.size();
}

// A wildcard of freemail_domains over all of `text`: ? is any character, * any run without a dot.
bool wildcard_matches(std::string_view wildcard, std::string_view text) {
  // One flag a place in the wildcard that what was read so far can have led to.
  std::vector<char> at(wildcard.size() + 1, 0), next;
  const auto pass_stars = [&](std::vector<char>& places) {
    for (std::size_t i = 0; i < wildcard.size(); ++i)
      if (places[i] != 0 && wildcard[i] == '*') places[i + 1] = 1;
  };
  at[0] = 1;
  pass_stars(at);
  for (const char c : text) {
    next.assign(at.size(), 0);
    for (std::size_t i = 0; i < wildcard.size(); ++i) {
      if (at[i] == 0) continue;
      if (wildcard[i] == '*')
        next[i] |= c != '.' ? 1 : 0;
      else if (wildcard[i] == c || (wildcard[i] == '?' && c != '\n'))
        next[i + 1] = 1;
    }
    pass_stars(next);
    at.swap(next);
  }
  return at.back() != 0;
}

// _is_freemail; `email` in lower case.
bool is_freemail(const Settings& settings, std::string_view email) {
  if (email.empty() || settings.exempt.contains(email)) return false;
  const std::size_t last = email.rfind('@');
  const std::string_view domain = last == npos ? email : email.substr(last + 1);
  if (settings.exempt.contains(domain) || is_service_address(email) || settings.imported.contains(email))
    return false;
  if (settings.domains.contains(domain)) return true;
  for (std::size_t at = email.find('@'); at != npos; at = email.find('@', at + 1))
    for (const Wildcard& wildcard : settings.wildcards) {
      const std::string_view text = wildcard.text, domain_part = email.substr(at + 1);
      if (domain_part.starts_with(text.substr(0, wildcard.prefix)) &&
          domain_part.ends_with(text.substr(text.size() - wildcard.suffix)) &&
          wildcard_matches(text, domain_part))
        return true;
    }
  return false;
}

std::vector<std::string> lower_all(std::span<const std::string_view> values) {
  std::vector<std::string> lowered;
  lowered.reserve(values.size());
  for (const std::string_view value : values) lowered.push_back(ascii::lower(value));
  return lowered;
}

void log_email(EvalContext& context, std::string text) {
  if (!settings_of(context).describe_email) return;
  for (std::size_t at = text.find('@'); at != npos; at = text.find('@', at + 4)) text.replace(at, 1, "(at)");
  context.log(text);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

struct BodyFreemails {
  bool parsed = false;
  bool over_limit = false;  // too many addresses to say anything
  std::vector<std::string> emails;
};

// _parse_body
const BodyFreemails& body_freemails(EvalContext& context) {
  auto& known = context.state<BodyFreemails>();
  if (known.parsed) return known;
  known.parsed = true;
  const Settings& settings = settings_of(context);
  double all = 0, free = 0;
  for (const std::string& email : take_body_emails(context)) {
    if (++all == settings.max_body_emails && settings.skip_when_over_max) known.over_limit = true;
    if (known.over_limit) break;
    if (!is_freemail(settings, email)) continue;
    if (++free == settings.max_body_freemails && settings.skip_when_over_max) known.over_limit = true;
    if (known.over_limit) break;
    known.emails.push_back(email);
  }
  return known;
}

// What a call asks: a header, where it names one, and a pattern that the address must match.
struct Question {
  std::string header;
  std::optional<Regex> pattern;
};

// The pattern is argument `at`, the header the one before it.
template <std::size_t at>
Result<std::shared_ptr<const void>> prepare_question(const EvalCall& call, const RuleSet&) {
  auto made = std::make_shared<Question>();
  if (at > 0) made->header = std::string(call.arg(0)) + ":addr";
  if (call.has_arg(at)) {
    Result<Regex> pattern = Regex::compile(call.arg(at));
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    made->pattern = std::move(*pattern);
  }
  return made;
}

bool fits(const EvalCall& call, std::string_view email, EvalContext& context) {
  const auto& pattern = call.prepared_as<Question>().pattern;
  return !pattern || pattern->matches(email, context.regex);
}

bool any_freemail(EvalContext& context, const EvalCall& call, std::span<const std::string_view> addresses) {
  const Settings& settings = settings_of(context);
  if (!settings.available()) return false;
  for (const std::string_view address : addresses) {
    std::string email = ascii::lower(address);
    if (!is_freemail(settings, email) || !fits(call, email, context)) continue;
    log_email(context, std::move(email));
    return true;
  }
  return false;
}

EvalResult check_freemail_from(EvalContext& context, const EvalCall& call) {
  return any_freemail(context, call, context.message.all_from_addrs());
}

EvalResult check_freemail_header(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(0)) return false;
  return any_freemail(context, call, context.message.get(call.prepared_as<Question>().header));
}

EvalResult check_freemail_body(EvalContext& context, const EvalCall& call) {
  if (!settings_of(context).available()) return false;
  const BodyFreemails& body = body_freemails(context);
  if (body.over_limit || body.emails.empty()) return false;
  if (!call.prepared_as<Question>().pattern) {
    log_email(context, joined(body.emails, ", "));
    return true;
  }
  const auto found =
      std::ranges::find_if(body.emails, [&](const std::string& e) { return fits(call, e, context); });
  if (found == body.emails.end()) return false;
  log_email(context, *found);
  return true;
}

// Envelope senders of lists, bounces and the like: what they forward proves nothing.
bool is_bulk_sender(EvalContext& context) {
  static const Regex bulk = fixed_pattern(
      R"((?:^(?:post|host|domain)master|^double-bounce|^(?:sentto|owner|return|(?:gr)?bounced?)-.+)"
      R"(|-(?:request|bounces?|admin|owner)|\b(?:do[._-t]?)?no[._-t]?repl(?:y|ies)|.+=.+)\@)",
      "i");
  const auto sender = context.message.get("EnvelopeFrom");
  return !sender.empty() && bulk.matches(sender.front(), context.regex);
}

EvalResult check_freemail_replyto(EvalContext& context, const EvalCall& call) {
  const Settings& settings = settings_of(context);
  const std::string_view what = call.has_arg(0) ? call.arg(0) : "replyto";
  if (!settings.available() || (what != "replyto" && what != "reply")) return false;
  const auto from_header = context.message.get("From:addr"),
             reply_to_header = context.message.get("Reply-To:addr");
  if (what == "replyto" && reply_to_header.empty()) return false;
  const auto from = lower_all(from_header), reply_to = lower_all(reply_to_header);
  const auto is_free = [&](const std::string& email) { return is_freemail(settings, email); };
  const bool from_is_free = std::ranges::any_of(from, is_free);
  const bool reply_to_is_free = std::ranges::any_of(reply_to, is_free);
  if (what == "replyto" ? !reply_to_is_free : !from_is_free || (!reply_to.empty() && !reply_to_is_free))
    return false;
  if (settings.skip_bulk_envfrom && is_bulk_sender(context)) return false;
  const bool shared = std::ranges::any_of(
      from, [&](const std::string& f) { return std::ranges::find(reply_to, f) != reply_to.end(); });
  if (from_is_free && reply_to_is_free && !shared) {
    log_email(context, joined(from, ",") + " -> " + joined(reply_to, ","));
    return true;
  }

  const BodyFreemails& body = body_freemails(context);
  if (body.over_limit) return false;
  for (const std::string& in_body : body.emails) {
    for (const std::string& answer_to : what == "replyto" || reply_to_is_free ? reply_to : from) {
      if (in_body == answer_to) continue;
      log_email(context, answer_to + ", " + in_body);
      return true;
    }
  }
  return false;
}

constexpr std::array entries = {
    EvalEntry{"check_freemail_replyto", "FreeMail", check_freemail_replyto},
    EvalEntry{"check_freemail_from", "FreeMail", check_freemail_from, prepare_question<0>},
    EvalEntry{"check_freemail_header", "FreeMail", check_freemail_header, prepare_question<1>},
    EvalEntry{"check_freemail_body", "FreeMail", check_freemail_body, prepare_question<0>},
};

}  // namespace

const EvalFamily& free_mail_family() {
  static const EvalFamily family{"FreeMail", entries, make_settings};
  return family;
}

}  // namespace thresh
