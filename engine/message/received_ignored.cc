// Received lines that say nothing about a handover over TCP, or too little (Received.pm, "stuff to ignore"):
// local submission, pipes, web interfaces, MTAs that log no address.
#include "engine/message/received_formats.h"
#include "engine/message/received_peer.h"
#include "engine/message/received_scan.h"
#include "engine/message/received_table.h"

namespace thresh::received {
namespace {

using sv = std::string_view;

// A format of this table either ends the reading or does not apply.
constexpr Outcome when(bool matches) {
  return matches ? Outcome::ignore : Outcome::go_on;
}

// (X@LOCALHOST followed by `)` or `[`, for any @ in the part, or LOCALHOST alone.
bool localhost_in_part(Cursor c, sv line) {
  const std::size_t begin = c.at();
  sv token;
  c.token0(token);
  const auto at_localhost = [&](std::size_t at) {
    Cursor here(line, at);
    if (Cursor paren = here; paren.localhost(')')) return true;
    return here.localhost('[');
  };
  for (std::size_t at = token.find('@', 1); at != npos; at = token.find('@', at + 1))
    if (at_localhost(begin + at + 1)) return true;
  return at_localhost(begin);
}

// At least one character on both sides of an @.
bool is_address(sv token) {
  const std::size_t at = token.find('@', 1);
  return at != npos && at + 1 < token.size();
}

constexpr Format formats[] = {
    // name (user@localhost) by name (
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       const std::size_t begin = c.at();
       sv token;
       c.token0(token);
       const std::size_t at = token.find('@');
       if (at == npos || at == 0) return Outcome::go_on;
       c = Cursor(l.text, begin + at + 1);
       return when(c.localhost(')') && c.lit(") by ") && c.token() && c.lit(" ("));
     }},
    // Exim: name (helo=name) by name with local-esmtp
    {Shape::any,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return when(c.lit(" ") && c.token() && c.lit(" by ") && c.token() && c.lit(" with local-") &&
                   c.either("esmtp ", "smtp "));
     }},
    // AVG
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       sv build;
       if (!(c.lit("127.0.0.1 (AVG SMTP ") && c.token() && c.lit(" [") && c.token(build)))
         return Outcome::go_on;
       const std::size_t close = build.rfind("])");
       return when(close != npos && close > 0);
     }},
    // x@name by name
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return when(is_address(l.first) && c.lit(" by ") && c.token() && c.lit(" "));
     }},
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) { return when(l.text.starts_with("Unknown/Local (")); }},
    // localhost (user@localhost) or (localhost [127.0.0.1])
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       return when(c.localhost(' ') && localhost_in_part(l.inside(), l.text));
     }},
    // name (user@localhost), name (127.0.0.1)
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       const std::size_t begin = c.at();
       sv token;
       if (!c.token_before(token, ")") || !c.lit(" ")) return Outcome::go_on;
       const std::size_t at = token.rfind('@');
       if (at == 0) return Outcome::go_on;
       Cursor address(l.text, at == npos ? begin : begin + at + 1);
       return when(address.localhost(')') && address.at() == begin + token.size());
     }},
    // name (user@name [127.0.0.1])
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       sv token;
       return when(c.token(token) && is_address(token) && c.lit(" [") && c.localhost(']') && c.lit("]) "));
     }},
    // courier: (AUTH: x) by name with
    {Shape::paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       return when(c.lit("(AUTH: ") && c.token_before(")") && c.lit(" by ") && c.token() && c.lit(" with "));
     }},
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       return when(l.text.starts_with("localhost (localhost [[UNIX: localhost]]) by "));
     }},
    // Amazon inside
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       return when(c.token_before(".amazon.com") && c.lit(" by ") && c.token_before(".amazon.com") &&
                   c.lit(" with ESMTP (peer crosscheck: "));
     }},
    // GroupWise: words without a dot by name with Novell_GroupWise
    {Shape::any,
     [](const Line& l, ReceivedLine&) {
       if (!contains(l.text, " with Novell_GroupWise")) return Outcome::go_on;
       const std::size_t dot = std::min(l.text.find('.'), l.text.size());
       return when(search(l.text, " by ", 1, [&](Cursor c) {
         return c.at() - 4 <= dot && c.token() && c.lit(" with Novell_GroupWise");
       }));
     }},
    // A Raptor firewall's inner side
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       return when(c.lit("no.name.available by ") && c.token() && c.lit(" via smtpd (for "));
     }},
    // qmail-scanner: the line before (later in time) has the handover, this one its envelope sender.
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       if (!(c.lit(" by ") && c.token() && c.lit(" ("))) return Outcome::go_on;
       const std::size_t close = find(l.text, ") with qmail-scanner", c.at());
       return close != npos && close - c.at() <= 100 ? Outcome::qmail_scanner : Outcome::go_on;
     }},
    // name by name with local
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return when(c.lit(" by ") && c.token() && c.lit(" with local"));
     }},
    // Cyrus: name ([unix socket]) by name (Cyrus v2.3.14) with LMTPA
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       const auto dot = [&] { return c.skip(ascii::is_digit) && c.lit("."); };
       return when(c.lit("[unix socket]) by ") && c.token() && c.lit(" (Cyrus v") && dot() && dot() &&
                   c.skip(ascii::is_digit) && c.lit(") with LMTPA"));
     }},
    // name by name with, via, for or (
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return when(c.lit(" by ") && c.token() && c.lit(" ") &&
                   (c.either("with", "via") || c.either("for", "(")));
     }},
    // name with X by, name (unverified) by
    {Shape::any,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       if (!c.lit(" ")) return Outcome::go_on;
       if (!c.lit("(unverified)") && !((c.either("with ", "via ") || c.lit("for ")) && c.token()))
         return Outcome::go_on;
       return when(c.lit(" by") && !ascii::is_word(c.peek()));
     }},
    // SendGrid: name (unknown) by name (SG) with X
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       return when(c.lit("unknown) by ") && c.token() && c.lit(" (SG) with ") && ascii::is_word(c.peek()));
     }},
    // OpenSMTPD: name (name [local]) by name (OpenSMTPD) with X
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       return when(c.token() && c.lit(" [local]) by ") && c.token() && c.lit(" (OpenSMTPD) with ") &&
                   ascii::is_word(c.peek()));
     }},
    {Shape::any, [](const Line& l, ReceivedLine&) { return when(contains(l.text, "(LSMTP for")); }},
    {Shape::paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       return when(c.lit("([") && c.localhost(']') && c.lit("]) with MailEnable "));
     }},
    // Facebook inside
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c(l.text);
       return when(c.lit("facebook.com (") && c.until(')') && c.lit(") by facebook.com with Thrift id ") &&
                   c.token() && c.done());
     }},
    {Shape::any,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return when(c.lit(" named ") && c.token() && c.lit(" by gmailapi.google.com with HTTPREST") &&
                   c.done());
     }},
    // name id X
    {Shape::any,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return when(c.lit(" id ") && c.token() && c.done());
     }},
    {Shape::bracket,
     [](const Line& l, ReceivedLine&) {
       return when(l.text.starts_with("[<") && contains(l.text, " (Jetsend"));
     }},
    // Not understood so far: the first part may be the HELO name, up to a character that no name has.
    {Shape::any,
     [](const Line& l, ReceivedLine& out) {
       if (is_true(out.helo)) return Outcome::go_on;
       if (l.first.size() < l.text.size()) {
         out.helo = l.first;
         return Outcome::go_on;
       }
       for (std::size_t end = l.first.size(); end-- > 1;) {
         const char c = l.first[end];
         if (ascii::is_alnum(c) || c == '-' || c == '.') continue;
         out.helo = l.first.substr(0, end);
         break;
       }
       return Outcome::go_on;
     }},
};

}  // namespace

Outcome match_ignored(sv line, ReceivedLine& out) {
  return match_table(formats, line, out);
}

}  // namespace thresh::received
