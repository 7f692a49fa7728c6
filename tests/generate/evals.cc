#include "tests/generate/evals.h"

#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>

#include "tests/generate/placement.h"

namespace thresh::generate {
namespace {

struct Call {
  const RuleSet& rules;
  const Rule& rule;
  Random& random;
  Draft& draft;
  [[nodiscard]] std::string arg(std::size_t i) const {
    return i < rule.eval_args.size() ? rule.eval_args[i] : "";
  }
  [[nodiscard]] double number(std::size_t i) const { return std::strtod(arg(i).c_str(), nullptr); }
};
using Block = void (*)(const Call&);

// An address that a list of globs ("*@*.example.com") names.
std::string address_of_glob(std::string glob) {
  std::string out;
  for (const char c : glob) out += c == '*' ? "info" : c == '?' ? "x" : std::string(1, c);
  return out.find('@') == std::string::npos ? "someone@" + out : out;
}

// One word of the directives that name the list ("(BANKS) *@a.example *@b.example").
std::string listed(const Call& call, const std::string& directive, const std::string& list) {
  std::vector<std::string> globs;
  for (const Directive& line : call.rules.directives(directive)) {
    if (!line.value.starts_with('(' + list + ')')) continue;
    std::size_t at = list.size() + 2;
    while (at < line.value.size()) {
      const std::size_t begin = line.value.find_first_not_of(" \t", at);
      if (begin == std::string::npos) break;
      at = std::min(line.value.find_first_of(" \t", begin), line.value.size());
      globs.push_back(line.value.substr(begin, at - begin));
    }
  }
  return globs.empty() ? "*@sender.net" : globs[below(call.random, globs.size())];
}

// The first word of one line of a setting, "*@welcome.example".
std::vector<std::string> words_of_setting(const Call& call, const std::string& name) {
  const auto lines = call.rules.directives(name);
  std::vector<std::string> out;
  if (lines.empty()) return out;
  const std::string& value = lines[below(call.random, lines.size())].value;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t begin = value.find_first_not_of(" \t", at);
    if (begin == std::string::npos) break;
    at = std::min(value.find_first_of(" \t", begin), value.size());
    out.push_back(value.substr(begin, at - begin));
  }
  return out;
}

std::string first_word(const Call& call, const std::string& name) {
  const auto found = words_of_setting(call, name);
  return found.empty() ? "" : found.front();
}

constexpr const char* kFreemail[] = {"gmail.com", "yahoo.com", "hotmail.com", "aol.com"};
std::string freemail(Random& random, bool digit) {
  return (chance(random, 50) ? "john.smith" : "mary") + std::string(digit ? "77" : "") + '@' +
         kFreemail[below(random, 4)];
}

void check_for_mime(const Call& c) {
  const std::string what = c.arg(0);
  if (what == "mime_qp_count")
    c.draft.transfer_encoding = "quoted-printable";
  else if (what == "mime_qp_long_line") {
    c.draft.transfer_encoding = "";
    c.draft.attachments.push_back(
        {{{"Content-Type", "text/plain"}, {"Content-Transfer-Encoding", "quoted-printable"}},
         words(c.random, 120)});
  } else if (what == "mime_base64_encoded_text") {
    c.draft.transfer_encoding = "base64";
    c.draft.charset = chance(c.random, 50) ? "us-ascii" : "iso-8859-1";
  } else if (what == "mime_base64_blanks") {
    c.draft.attachments.push_back({{{"Content-Type", "text/plain"}, {"Content-Transfer-Encoding", "base64"}},
                                   "aGVsbG8gd29y\n\nbGQgaGVyZQ==\n"});
  } else if (what == "mime_faraway_charset") {
    c.draft.attachments.push_back(
        {{{"Content-Type", "text/plain; charset=koi8-r"}}, "\xf0\xf2\xe9\xf7\xe5\xf4\n"});
  } else if (what == "mimepart_limit_exceeded") {
    // More parts than Message.pm is willing to look at.
    for (int i = 0; i < 1100; ++i) c.draft.attachments.push_back({{{"Content-Type", "text/plain"}}, ""});
  } else if (what == "mime_bad_linefeed" || what == "mime_bad_iso_charset") {
    c.draft.charset = "iso-8859-99";
  } else if (what == "mime_missing_boundary") {
    c.draft.add_field("Content-Type", "multipart/mixed");
  }
}

void check_msg_parse_flags(const Call& c) {
  const std::string what = c.arg(0);
  if (what == "missing_mime_head_body_separator") {
    c.draft.whole =
        "From: a@sender.net\nTo: user@example.org\nSubject: parts\nDate: Wed, 04 Mar 2020 10:20:30 "
        "+0000\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=\"b1\"\n\n--b1\nContent-Type: text/plain\nnot a field at "
        "all\n--b1--\n";
  } else if (what == "missing_mime_headers") {
    c.draft.whole =
        "From: a@sender.net\nTo: user@example.org\nSubject: parts\nDate: Wed, 04 Mar 2020 10:20:30 "
        "+0000\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=\"b1\"\n\n--b1\n\nno fields\n--b1--\n";
  } else if (what == "missing_head_body_separator") {
    c.draft.whole =
        "From: a@sender.net\nTo: user@example.org\nSubject: no blank line\nhere is no field but text\nand "
        "more\n";
  } else if (what == "truncated_headers") {
    c.draft.add_field("X-Long", std::string(20000, 'x'));
  }
}

void faraway(const Call& c) {
  const std::string& function = c.rule.eval_function;
  if (function == "check_for_faraway_charset_in_headers") {
    c.draft.fields.erase("subject");
    c.draft.without.erase("subject");
    c.draft.add_field("Subject", "=?koi8-r?B?8NLJ18XU?=");
  } else if (function == "check_for_faraway_charset") {
    c.draft.fields.erase("content-type");
    c.draft.add_field("Content-Type", "text/plain; charset=koi8-r");
    c.draft.body = Draft::Body::plain;
    c.draft.paragraphs.push_back(
        "\xf0\xd2\xc9\xd7\xc5\xd4 \xc4\xd2\xd5\xda\xd8\xd1 \xcb\xc1\xcb \xc4\xc5\xcc\xc1");
  } else {
    c.draft.html.push_back("<meta http-equiv=\"Content-Type\" content=\"text/html; charset=koi8-r\">");
    c.draft.paragraphs.push_back("\xf0\xd2\xc9\xd7\xc5\xd4 \xc4\xd2\xd5\xda\xd8\xd1");
    c.draft.charset = "koi8-r";
    c.draft.body = Draft::Body::html;
  }
}

// welcomelist_from and its kin: the address that the setting names, where the test looks.
void listed_address(const Call& c) {
  const std::string& function = c.rule.eval_function;
  const bool blocked = function.find("block") != function.npos;
  if (function.find("uri_host") != function.npos) {
    std::string host = first_word(c, blocked ? "blocklist_uri_host" : "welcomelist_uri_host");
    if (host.empty()) host = listed(c, "enlist_uri_host", blocked ? "BLOCK" : "WELCOME");
    c.draft.uris.push_back("http://www." + host + "/");
  } else if (function.find("subject") != function.npos) {
    c.draft.fields.erase("subject");
    c.draft.add_field("Subject", first_word(c, blocked ? "blocklist_subject" : "welcomelist_subject"));
  } else if (function.find("default") != function.npos) {
    const auto entry = words_of_setting(c, "def_welcomelist_from_rcvd");
    if (entry.size() < 2) return;
    c.draft.mailboxes["from"].address = address_of_glob(entry[0]);
    if (c.draft.hops.empty()) c.draft.hops.resize(1);
    c.draft.hops[0].rdns = "mx1." + entry[1];
    c.draft.hops.resize(1);
  } else if (function.find("check_to_in") == 0) {
    const std::string setting = function == "check_to_in_all_spam"    ? "all_spam_to"
                                : function == "check_to_in_more_spam" ? "more_spam_to"
                                : blocked                             ? "blocklist_to"
                                                                      : "welcomelist_to";
    c.draft.mailboxes["to"].address = address_of_glob(first_word(c, setting));
  } else {
    c.draft.mailboxes["from"] = {};
    c.draft.mailboxes["from"].address =
        address_of_glob(first_word(c, blocked ? "blocklist_from" : "welcomelist_from"));
  }
}

void check_for_uppercase(const Call& c) {
  const double low = c.number(0), high = c.number(1);
  // Small words around it dilute the share; capitals count among letters.
  c.draft.paragraphs.push_back(words(c.random, 900, static_cast<unsigned>((low + high) / 2) + 3));
  c.draft.body = Draft::Body::plain;
}

void shifted_date(const Call& c) {
  // Hours after (or, negative, before) the newest Received date.
  const std::string from = c.arg(0), to = c.arg(1);
  const long hours =
      from == "undef" ? std::strtol(to.c_str(), nullptr, 10) - 30
      : to == "undef" ? std::strtol(from.c_str(), nullptr, 10) + 30
                      : (std::strtol(from.c_str(), nullptr, 10) + std::strtol(to.c_str(), nullptr, 10)) / 2;
  const std::time_t then = 1583317230 + hours * 3600;
  char text[64];
  std::tm tm{};
  ::gmtime_r(&then, &tm);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &tm);
  c.draft.fields.erase("date");
  c.draft.without.erase("date");
  c.draft.add_field("Date", text);
  if (c.draft.hops.empty()) c.draft.hops.resize(1);
}

const std::map<std::string_view, Block>& blocks() {
  static const std::map<std::string_view, Block> table{
      {"html_charset_faraway", faraway},
      {"check_for_faraway_charset", faraway},
      {"check_for_faraway_charset_in_headers", faraway},
      {"check_for_mime_html",
       [](const Call& c) { c.draft.body = chance(c.random, 50) ? Draft::Body::html : Draft::Body::both; }},
      {"check_for_mime_html_only", [](const Call& c) { c.draft.body = Draft::Body::html; }},
      {"check_for_mime", check_for_mime},
      {"check_msg_parse_flags", check_msg_parse_flags},
      {"check_for_uppercase", check_for_uppercase},
      {"check_for_shifted_date", shifted_date},
      {"check_abundant_unicode_ratio",
       [](const Call& c) {
         std::string text;
         for (int i = 0; i < 60; ++i) text += "&#x043" + std::to_string(i % 10) + ";a ";
         c.draft.paragraphs.push_back(text);
         c.draft.body = Draft::Body::plain;
         c.draft.charset = "us-ascii";
       }},
      {"check_all_trusted",
       [](const Call& c) {
         c.draft.received.clear();
         c.draft.hops.assign(1, {});
         c.draft.hops[0].ip = "127.0.0.1";
         c.draft.hops[0].rdns = "localhost";
       }},
      {"check_no_relays", [](const Call& c) { c.draft.without.insert("received"); }},
      {"check_relays_unparseable",
       [](const Call& c) {
         c.draft.received.push_back(
             "from nowhere at all with (strange] words; Wed, 04 Mar 2020 10:20:29 +0000");
       }},
      {"gated_through_received_hdr_remover",
       [](const Call& c) {
         c.draft.add_field("Mailing-List", "contact list-help@sender.net; run by ezmlm");
         c.draft.add_field("Delivered-To", "mailing list list@sender.net");
         c.draft.received.push_back("(qmail 1234 invoked from network); 4 Mar 2020 10:20:30 -0000");
       }},
      {"check_freemail_from",
       [](const Call& c) {
         std::string& address = c.draft.mailboxes["from"].address;
         const std::string made = freemail(c.random, chance(c.random, 50));
         // What another rule wants of the name before the @ stays.
         const std::size_t at = address.find('@');
         address =
             at == std::string::npos || at == 0 ? made : address.substr(0, at) + made.substr(made.find('@'));
       }},
      {"check_freemail_header",
       [](const Call& c) {
         c.draft.mailboxes[lower(c.arg(0))].address =
             freemail(c.random, !c.arg(1).empty() || chance(c.random, 30));
       }},
      {"check_freemail_replyto",
       [](const Call& c) {
         if (c.arg(0) == "reply" && chance(c.random, 50))
           return c.draft.paragraphs.push_back("write to me at peter.miller@outlook.com please");
         if (c.arg(0) != "replyto" || chance(c.random, 50) || c.draft.mailboxes["from"].address.empty())
           c.draft.mailboxes["from"].address = "john.smith@gmail.com";
         c.draft.mailboxes["reply-to"].address = "mary77@yahoo.com";
       }},
      {"check_mailfrom_matches_rcvd",
       [](const Call& c) {
         if (c.draft.hops.empty()) c.draft.hops.resize(1);
         if (c.draft.hops[0].rdns.empty()) c.draft.hops[0].rdns = "mx0.sender.net";
         const std::string& rdns = c.draft.hops[0].rdns;
         c.draft.fields.erase("return-path");
         c.draft.add_field("Return-Path", "<someone@" + rdns.substr(rdns.find('.') + 1) + '>');
       }},
      {"check_for_matching_env_and_hdr_from",
       [](const Call& c) {
         Mailbox& from = c.draft.mailboxes["from"];
         if (from.address.empty()) from.address = "alice@sender.net";
         c.draft.fields.erase("return-path");
         c.draft.add_field("Return-Path", '<' + from.address + '>');
       }},
      {"check_for_to_in_subject",
       [](const Call& c) {
         Mailbox& to = c.draft.mailboxes["to"];
         if (to.address.empty()) to.address = "alice.jones@example.org";
         const std::string what =
             c.arg(0) == "user" ? to.address.substr(0, to.address.find('@')) : to.address;
         place_header("Subject", what + ", hello", c.random, c.draft);
       }},
      {"check_from_in_list",
       [](const Call& c) {
         std::string& address = c.draft.mailboxes["from"].address;
         const std::string made = address_of_glob(listed(c, "enlist_addrlist", c.arg(0)));
         const std::size_t dot = address.rfind('.');
         // A list of top-level domains leaves the rest of an address that another rule wants.
         address = dot == std::string::npos || made.find("@info.") == std::string::npos
                       ? made
                       : address.substr(0, dot) + made.substr(made.rfind('.'));
       }},
      {"check_replyto_in_list",
       [](const Call& c) {
         c.draft.mailboxes["reply-to"].address = address_of_glob(listed(c, "enlist_addrlist", c.arg(0)));
       }},
      {"check_for_forged_yahoo_received_headers",
       [](const Call& c) {
         c.draft.mailboxes["from"].address = "mary@yahoo.com";
         if (c.draft.hops.empty()) c.draft.hops.resize(1);
       }},
      {"check_for_forged_gmail_received_headers",
       [](const Call& c) {
         c.draft.mailboxes["from"].address = "mary@gmail.com";
         if (c.draft.hops.empty()) c.draft.hops.resize(1);
       }},
      {"check_unresolved_template",
       [](const Call& c) { c.draft.add_field("X-Note", "dear %CUSTOM_NAME of ours"); }},
      {"check_welcomelist_bounce_relays",
       [](const Call& c) {
         c.draft.paragraphs.push_back("Received: from mx.bounce.example by somewhere.net with ESMTP;");
       }},
      {"check_from_in_welcomelist", listed_address},
      {"check_from_in_blocklist", listed_address},
      {"check_from_in_default_welcomelist", listed_address},
      {"check_to_in_welcomelist", listed_address},
      {"check_to_in_blocklist", listed_address},
      {"check_to_in_more_spam", listed_address},
      {"check_to_in_all_spam", listed_address},
      {"check_subject_in_welcomelist", listed_address},
      {"check_subject_in_blocklist", listed_address},
      {"check_uri_host_in_welcomelist", listed_address},
      {"check_uri_host_in_blocklist", listed_address},
      {"check_body_length", [](const Call& c) { c.draft.bare = c.draft.paragraphs.size() > 1; }},
      {"check_fromname_spoof",
       [](const Call& c) { c.draft.mailboxes["from"] = {"", "support@big-bank.com", "someone@sender.net"}; }},
      {"check_fromname_equals_to",
       [](const Call& c) {
         c.draft.mailboxes["from"] = {"", "user@example.org", "someone@sender.net"};
         c.draft.mailboxes["to"] = {"", "", "user@example.org"};
       }},
      {"check_fromname_equals_replyto",
       [](const Call& c) {
         c.draft.mailboxes["from"] = {"", "mary@shop.sender.net", "someone@sender.net"};
         c.draft.mailboxes["reply-to"] = {"", "", "mary@shop.sender.net"};
       }},
      {"check_blank_line_ratio",
       [](const Call& c) { c.draft.raw.push_back("\n\n\n\n\n\n\nword\n\n\n\n\n\nword\n\n\n\n\n"); }},
      {"check_stock_info",
       [](const Call& c) {
         c.draft.paragraphs.push_back(
             "Symbol: ABCD.PK\nPrice: $1.20\nCompany: Sample\nTarget: 5\nMarket: up");
       }},
  };
  return table;
}

}  // namespace

std::string words(Random& random, std::size_t letters, unsigned capitals) {
  std::string out;
  while (out.size() < letters) {
    for (std::size_t n = 2 + below(random, 7); n > 0; --n)
      out += static_cast<char>((chance(random, capitals) ? 'A' : 'a') + static_cast<char>(below(random, 26)));
    out += ' ';
  }
  return out;
}

void build_for_eval(const RuleSet& rules, const Rule& rule, Random& random, Draft& draft) {
  if (attach_for_eval(rule, random, draft) || mark_up_for_eval(rule, random, draft)) return;
  // The older names of the lists stand for the newer ones.
  std::string function = rule.eval_function;
  for (const auto& [old, current] :
       {std::pair("whitelist", "welcomelist"), std::pair("blacklist", "blocklist")})
    if (const std::size_t at = function.find(old); at != std::string::npos)
      function.replace(at, std::string_view(old).size(), current);
  const auto block = blocks().find(function);
  if (block != blocks().end()) block->second({rules, rule, random, draft});
}

void avoid_eval(const Rule& rule, Random& random, Draft& draft) {
  const std::string& f = rule.eval_function;
  if (f == "check_no_relays" || f == "check_all_trusted" || f == "gated_through_received_hdr_remover") {
    if (draft.hops.empty() && draft.received.empty()) draft.hops.resize(1);
  } else if (f == "check_for_mime_html" || f == "check_for_mime_html_only" || f == "html_test") {
    if (draft.html.empty() && f != "check_for_mime_html_only")
      draft.body = Draft::Body::plain;
    else
      draft.body = Draft::Body::both;
  } else if (f == "html_tag_exists") {
    draft.bare = true;
  } else if (f == "html_range" || f == "check_body_length" || f == "html_eval") {
    if (chance(random, 60)) draft.paragraphs.push_back(words(random, 1100 + below(random, 1500)));
  }
}

}  // namespace thresh::generate
