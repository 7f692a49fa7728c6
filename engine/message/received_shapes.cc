// Received formats known by their shape (Received.pm, second half of the "from " branch), in SpamAssassin's
// order, as far as the one that marks a mail fetcher; received_rest.cc has what follows. A format of which an
// earlier one takes every line is left out. The comments name the product where there is one.
#include "engine/message/received_formats.h"
#include "engine/message/received_peer.h"
#include "engine/message/received_scan.h"
#include "engine/message/received_table.h"

namespace thresh::received {
namespace {

using sv = std::string_view;

// ( \(.+\))* with (.* )?(SMTP|QMQP)(?! id )
bool qmail_tail(Cursor c, sv line) {
  std::size_t from = 0;
  if (c.lit(" with ")) {
    from = c.at();
  } else if (c.lit(" (")) {
    const std::size_t close = find(line, ") with ", c.at() + 1);
    if (close == npos) return false;
    from = close + 7;
  } else {
    return false;
  }
  for (const Literal& protocol : {Literal("SMTP"), Literal("QMQP")})
    for (std::size_t at = find(line, protocol, from); at != npos; at = find(line, protocol, at + 1))
      if ((at == from || line[at - 1] == ' ') && !line.substr(at + 4).starts_with(" id ")) return true;
  return false;
}

constexpr Format formats[] = {
    // Exchange: name (rdns [ip]) by name with X (
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.token(f.rdns) && c.lit(" [") && c.ip(f.ip, ']') && c.lit("]) by ") && c.token(f.by) &&
                      c.lit(" with ") && c.token() && c.lit(" (")
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // name ([ip] helo=name) by name with
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.rdns = l.first};
       Cursor c = l.inside();
       return c.lit("[") && c.ip(f.ip, ']') && c.lit("] helo=") && c.token_before(f.helo, ")") &&
                      c.lit(" by ") && c.token(f.by) && c.lit(" with ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // name (rdns[ip]) by name, where rdns is <unknown...> or has a dot
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       sv name;
       if (!(name_and_bracket(c, l.text, name, f.ip) && c.lit(" by ") && c.token(f.by) && c.lit(" ")))
         return Outcome::go_on;
       if (name.starts_with("<unknown") && name.ends_with('>')) return f.give(out);
       const std::size_t dot = name.find('.', 1);
       if (dot == npos || dot + 1 == name.size()) return Outcome::go_on;
       f.rdns = name;
       return f.give(out, LookedUp::yes);
     }},
    // name (ident@[ip]...) by name (
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor token_end = l.inside();
       const std::size_t begin = token_end.at();
       sv token;
       token_end.token0(token);
       for (std::size_t at = token.rfind("@["); at != npos; at = at == 0 ? npos : token.rfind("@[", at - 1)) {
         Cursor c(l.text, begin + at + 2);
         if (!c.ip(f.ip, ']')) continue;
         if (!search_back(l.text, ") by ", c.at() + 1,
                          [&](Cursor rest) { return rest.token(f.by) && rest.lit(" ("); }))
           return Outcome::go_on;
         f.ident = token.substr(0, at);
         return f.give(out, LookedUp::yes);
       }
       return Outcome::go_on;
     }},
    // Hotmail's web mail: the address is there or not.
    {Shape::any,
     [](const Line& l, ReceivedLine& out) {
       if (!contains(l.text, ".hotmail.msn.com ")) return Outcome::go_on;
       const bool found = search(l.text, "by ", 0, [&](Cursor c) {
         const std::size_t begin = c.at();
         if (!c.token_before(".hotmail.msn.com") || !c.lit(" ")) return false;
         out.by = l.text.substr(begin, c.at() - 1 - begin);
         return true;
       });
       if (!found) return Outcome::go_on;
       Cursor c(l.text);
       c.ip(out.ip, ' ');
       return Outcome::enough;
     }},
    // qpsmtpd: name (HELO name) (ip) by name (qpsmtpd/0.27) with SMTP
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.rdns = l.first};
       Cursor c = l.inside();
       return c.either("HELO ", "EHLO ") && c.token_before(f.helo, ")", 0) && c.lit(" (") &&
                      c.ip(f.ip, ')') && c.lit(") by ") && c.token(f.by) && c.lit(" (qpsmtpd/") &&
                      c.token_before(")") && c.lit(" with ") && c.either("ESMTP", "SMTP")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // Zimbra: name (LHLO name) (ip) by name with LMTP
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.rdns = l.first};
       Cursor c = l.inside();
       return c.lit("LHLO ") && c.token_before(f.helo, ")", 0) && c.lit(" (") && c.ip(f.ip, ')') &&
                      c.lit(") by ") && c.token(f.by) && c.lit(" with LMTP")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // GMX: name (EHLO name) [ip] by name (mp010) with SMTP
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.rdns = l.first};
       Cursor c = l.inside();
       return c.either("HELO ", "EHLO ") && c.token_before(f.helo, ")", 0) && c.lit(" [") &&
                      c.ip(f.ip, ']') && c.lit("] by ") && c.token(f.by) && c.lit(" (") && c.until(')') &&
                      c.lit(") with ") && c.either("ESMTP", "SMTP")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // name ([ip]) by name via smtpd (for x) with SMTP(
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.lit("[") && c.ip(f.ip, ']') && c.lit("]) by ") && c.token(f.by) &&
                      c.lit(" via smtpd (for ") && c.token_before(")") && c.lit(" with SMTP(")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // qmail: name (HELO name) (ident@[ip]) (envelope-sender <x>) by name with SMTP
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c = l.inside();
       sv helo;
       const bool has_helo = c.either("HELO ", "EHLO ");
       if (has_helo && !(c.token_before(helo, ")", 0) && c.lit(" ("))) return Outcome::go_on;
       Peer peer;
       if (!read_peer(c, l.text, peer) || (peer.has_ident && peer.ident.empty())) return Outcome::go_on;
       if (c.lit(" (envelope-sender <") && !c.token_before(">)")) return Outcome::go_on;
       if (!(c.lit(" by ") && c.token(f.by) && qmail_tail(c, l.text))) return Outcome::go_on;
       // The expressions that take the line apart allow no parentheses in the HELO name; the one that knows
       // it does.
       if (!has_helo || helo.find_first_of("()") == npos) {
         f.rdns = l.first;
         f.helo = has_helo ? helo : l.first;
         f.ident = peer.ident;
         f.ip = peer.ip;
         f.give(out);
       }
       // tcpserver looked the name up, and says "unknown" where there is none.
       if (out.rdns == "unknown")
         out.rdns = {};
       else
         out.mta_looked_up_dns = true;
       return Outcome::enough;
     }},
    // [ip] by name via HTTP
    {Shape::bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text);
       return c.lit("[") && c.ip(f.ip, ']') && c.lit("] by ") && c.token(f.by) && c.lit(" via HTTP") &&
                      c.done()
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // name ( [ip]) as user x by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c = l.inside();
       return c.lit(" [") && c.ip(f.ip, ']') && c.lit("])") &&
                      search(l.text, " by ", c.at(),
                             [&](Cursor rest) { return rest.token(f.by) && rest.lit(" "); })
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // (name [ip]) by name
    {Shape::paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text, 1);
       return c.token(f.helo) && c.lit(" [") && c.ip(f.ip, ']') && c.lit("]) by ") && c.token(f.by) &&
                      c.lit(" ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // [ip] by name
    {Shape::bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text, 1);
       return c.ip(f.ip, ']') && c.lit("] by ") && c.token(f.by) && c.lit(" ") ? f.give(out) : Outcome::go_on;
     }},
    // ([ip]) by name, (ip) by name
    {Shape::paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text, 1);
       const auto closed = [](Cursor& rest) { return rest.maybe("]") && rest.lit(") by "); };
       return c.maybe("[") && c.ip_then(f.ip, closed) && c.token(f.by) && c.lit(" ") ? f.give(out)
                                                                                     : Outcome::go_on;
     }},
    // MDaemon: name [ip] by name [ip] with
    {Shape::name_bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.ip(f.ip, ']') && c.lit("] by ") && c.token(f.by) && c.lit(" [") && c.ip(']') &&
                      c.lit("] with ")
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // MDaemon: name [(ip)] by name (ip)
    {Shape::name_bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.lit("(") && c.ip(f.ip, ')') && c.lit(")] by ") && c.token(f.by) && c.lit(" (") && c.ip(')') &&
                      c.lit(") ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // sendmail without a name: name ([ip]) by name (
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.lit("[") && c.ip(f.ip, ']') && c.lit("]) by ") && c.token(f.by) && c.lit(" (")
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // name (rdns [ip]) ... by name, up to its last word. Courier says softdnserr where the look-up failed.
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       if (!(c.token(f.rdns) && c.lit(" [") && c.ip(f.ip, ']') && c.lit("])"))) return Outcome::go_on;
       const bool found = search(l.text, " by ", c.at(), [&](Cursor rest) {
         const std::size_t begin = rest.at();
         rest.token();
         for (std::size_t end = rest.at(); end > begin; --end) {
           if (!word_boundary(l.text, end)) continue;
           f.by = l.text.substr(begin, end - begin);
           return true;
         }
         return false;
       });
       if (!found) return Outcome::go_on;
       if (f.rdns != "softdnserr") return f.give(out, LookedUp::yes);
       f.rdns = {};
       return f.give(out, LookedUp::no);
     }},
    // name ([ip.port]) ... by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       const auto port_and_close = [](Cursor& rest) {
         if (Cursor port = rest; port.either(".", ":") && port.digits() && port.lit("])")) {
           rest = port;
           return true;
         }
         return rest.lit("])");
       };
       return c.lit("[") && c.ip_then(f.ip, port_and_close) &&
                      search(l.text, " by ", c.at(),
                             [&](Cursor rest) { return rest.token(f.by) && rest.lit(" "); })
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // sendmail: name (rdns [ip]) (authenticated bits=0) by name (, the rare line that got past the last but
    // one
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       if (!(c.token(f.rdns) && c.lit(" [") && c.ip(f.ip, ']') && c.lit("])"))) return Outcome::go_on;
       if (c.lit(" (authenticated bits=") && !(c.digits() && c.lit(")"))) return Outcome::go_on;
       return c.lit(" by ") && c.token(f.by) && c.lit(" (") ? f.give(out, LookedUp::yes) : Outcome::go_on;
     }},
    // fetchmail and getmail
    {Shape::any,
     [](const Line& l, ReceivedLine&) {
       return contains(l.text, "with POP3") || contains(l.text, "with IMAP") ? Outcome::fetchmail
                                                                             : Outcome::go_on;
     }},
};

}  // namespace

Outcome match_shapes(sv line, ReceivedLine& out) {
  return match_table(formats, line, out);
}

}  // namespace thresh::received
