// The Received formats behind the mail fetchers', with an address (Received.pm, end of the "from " branch).
#include "engine/message/received_formats.h"
#include "engine/message/received_peer.h"
#include "engine/message/received_scan.h"
#include "engine/message/received_table.h"

namespace thresh::received {
namespace {

using sv = std::string_view;

// NAME(IP in the first part, with `tail` characters behind the address.
bool split_glued(const Line& l, std::size_t tail, sv& name, sv& ip) {
  if (l.first.size() < tail + 2) return false;
  const std::size_t end = l.first.size() - tail;
  const std::size_t open = l.first.rfind('(', end - 1);
  if (open == npos || open == 0) return false;
  Cursor address(l.text, open + 1);
  if (!address.ip(ip, l.first[end]) || address.at() != end) return false;
  name = l.first.substr(0, open);
  return true;
}

bool closed(Cursor& rest) {
  return rest.maybe("]") && rest.lit(")");
}

// .* by (\S+) and a blank
bool last_by(const Line& l, const Cursor& from, sv& by) {
  return search_back(l.text, " by ", from.at(), [&](Cursor rest) { return rest.token(by) && rest.lit(" "); });
}

constexpr Format formats[] = {
    // qmail: name (HELO name) (ident@[ip])... by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.rdns = l.first, .ident = ""};
       Cursor c = l.inside();
       Peer peer;
       if (!(c.either("HELO ", "EHLO ") && c.until0(')', f.helo) && c.lit(") (") &&
             find_peer(c, l.text, true, peer, closed) && last_by(l, c, f.by)))
         return Outcome::go_on;
       if (f.helo.data() == nullptr) f.helo = "";
       f.ip = peer.ip;
       if (peer.has_ident) f.ident = peer.ident;
       return f.give(out, LookedUp::yes);
     }},
    // qmail: name (ident@[ip])... by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first, .rdns = l.first, .ident = ""};
       Cursor c = l.inside();
       Peer peer;
       if (!(find_peer(c, l.text, true, peer, closed) && last_by(l, c, f.by))) return Outcome::go_on;
       f.ip = peer.ip;
       if (peer.has_ident) f.ident = peer.ident;
       return f.give(out, LookedUp::yes);
     }},
    // smap: name(ip) by name via smap
    {Shape::glued,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c = l.rest();
       return l.first.ends_with(')') && c.lit(" by ") && c.token(f.by) && c.lit(" via smap ") &&
                      split_glued(l, 1, f.rdns, f.ip)
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // smap: name(ip, HELO name) by name via smap
    {Shape::glued,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c = l.rest();
       return l.first.ends_with(',') && c.lit(" ") && c.either("HELO ", "EHLO ") &&
                      c.token_before(f.helo, ")", 0) && c.lit(" by ") && c.token(f.by) &&
                      c.lit(" via smap ") && split_glued(l, 1, f.rdns, f.ip)
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // ip by name (InterScan
    {Shape::name_by,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text);
       return c.ip(f.ip, ' ') && c.lit(" by ") && c.token(f.by) && c.lit(" (") &&
                      c.either("SMTPL", "InterScan") && !ascii::is_word(c.peek())
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // Batch SMTP is no handover over TCP.
    {Shape::name_by,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.rest();
       return c.lit(" by ") && c.token() && c.lit(" with BSMTP") ? Outcome::ignore : Outcome::go_on;
     }},
    // name (rdns [ip]) by name with
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.token(f.rdns) && c.lit(" [") && c.ip(f.ip, ']') && c.lit("]) by ") && c.token(f.by) &&
                      c.lit(" with ")
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // name (HELO name) (ident@ip with plain) by name with
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.rdns = l.first};
       Cursor c = l.inside();
       Peer peer;
       if (!(c.either("HELO ", "EHLO ") && c.token_before(f.helo, ")", 0) && c.lit(" (") &&
             find_peer(c, l.text, false, peer, [](Cursor&) { return true; })))
         return Outcome::go_on;
       if (peer.has_ident && peer.ident.empty()) return Outcome::go_on;
       if (!search(l.text, ") by ", c.at(),
                   [&](Cursor rest) { return rest.token(f.by) && rest.lit(" with "); }))
         return Outcome::go_on;
       f.ip = peer.ip;
       f.ident = peer.ident;
       return f.give(out, LookedUp::yes);
     }},
    // CommuniGate Pro: [ip] (account x HELO name) by name (
    {Shape::bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text, 1);
       if (!(c.ip(f.ip, ']') && c.lit("] ("))) return Outcome::go_on;
       if (Cursor account = c; account.lit("account ") && account.token() && account.lit(" ")) c = account;
       return c.either("HELO ", "EHLO ") && c.token_before(f.helo, ")", 0) && c.lit(" by ") &&
                      c.token(f.by) && c.lit(" (")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // CommuniGate Pro: name ([ip] verified) by name (
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first, .rdns = l.first};
       Cursor c = l.inside();
       return c.lit("[") && c.ip(f.ip, ']') && c.lit("] verified) by ") && c.token(f.by) && c.lit(" (") &&
                      contains(l.text, " (CommuniGate Pro")
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // name (name) by name (Content Technologies: no address
    {Shape::name_paren,
     [](const Line& l, ReceivedLine&) {
       Cursor c = l.inside();
       return c.token_before(")") && c.lit(" by ") && c.token() && c.lit(" (Content Technologies ")
                  ? Outcome::ignore
                  : Outcome::go_on;
     }},
    // name ([ip] [ip]) by name with
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.lit("[") && c.ip(f.ip, ']') && c.lit("] [") && c.token_before("])") && c.lit(" by ") &&
                      c.token(f.by) && c.lit(" with ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // ip by name with
    {Shape::name_by,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text);
       return c.ip(f.ip, ' ') && c.lit(" by ") && c.token(f.by) && c.lit(" with ") ? f.give(out)
                                                                                   : Outcome::go_on;
     }},
    // name (rdns[ip]) by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return name_and_bracket(c, l.text, f.rdns, f.ip) && c.lit(" by ") && c.token(f.by) && c.lit(" ")
                  ? f.give(out, LookedUp::yes)
                  : Outcome::go_on;
     }},
    // F-Secure: [ip]:port (HELO name) by name
    {Shape::bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text, 1);
       return c.ip(f.ip, ']') && c.lit("]") && c.token() && c.lit(" (") && c.either("HELO ", "EHLO ") &&
                      c.token_before(f.helo, ")", 0) && c.lit(" by ") && c.token(f.by) && c.lit(" ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // ip (HELO name) by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text);
       return c.ip(f.ip, ' ') && c.lit(" (") && c.either("HELO ", "EHLO ") &&
                      c.token_before(f.helo, ")", 0) && c.lit(" by ") && c.token(f.by) && c.lit(" ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // name [ip] by name
    {Shape::name_bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.ip(f.ip, ']') && c.lit("] by ") && c.token(f.by) && c.lit(" ") ? f.give(out) : Outcome::go_on;
     }},
    // name(ip) by name
    {Shape::glued,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c = l.rest();
       return l.first.ends_with(')') && c.lit(" by ") && c.token(f.by) && c.lit(" ") &&
                      split_glued(l, 1, f.rdns, f.ip)
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // name (unverified [ip]) by name
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       return c.lit("unverified [") && c.ip(f.ip, ']') && c.lit("]) by ") && c.token(f.by) && c.lit(" ")
                  ? f.give(out)
                  : Outcome::go_on;
     }},
    // ip (words) by name with
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       Cursor c(l.text);
       if (!(c.ip(f.ip, ' ') && c.lit(" (") && ascii::is_alpha(c.peek()))) return Outcome::go_on;
       c = Cursor(l.text, c.at() + 1);
       return c.until(')') && c.lit(") by ") && c.token(f.by) && c.lit(" with ") ? f.give(out)
                                                                                 : Outcome::go_on;
     }},
    // [ip] (helo=name ident=name) by name
    {Shape::bracket,
     [](const Line& l, ReceivedLine& out) {
       Fields f;
       sv details;
       Cursor c(l.text, 1);
       if (!(c.ip(f.ip, ']') && c.lit("] (") && c.until(')', details) && c.lit(") by ") && c.token(f.by) &&
             c.lit(" ")))
         return Outcome::go_on;
       read_details(details, out);
       return f.give(out);
     }},
    // Obtuse smtpd: name(ip), claiming to be "name" via SMTP by name,
    {Shape::glued,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = ""};
       Cursor c = l.rest();
       const bool claims = c.lit(" claiming to be \"");
       if (claims && !c.token_before(f.helo, "\"")) return Outcome::go_on;
       sv by;
       if (!(c.lit(" via ") && c.token() && c.lit(" by ") && c.token(by))) return Outcome::go_on;
       const std::size_t comma = by.rfind(',');
       if (comma == npos || comma == 0) return Outcome::go_on;
       f.by = by.substr(0, comma);
       if (!l.first.ends_with(claims ? sv("),") : sv(")")) || !split_glued(l, claims ? 2 : 1, f.rdns, f.ip))
         return Outcome::go_on;
       return f.give(out, f.rdns == "UNKNOWN" ? LookedUp::unsaid : LookedUp::yes);
     }},
    // Yahoo: name (ident@ip with login) by name.yahoo.com with SMTP
    {Shape::name_paren,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.helo = l.first};
       Cursor c = l.inside();
       const std::size_t begin = c.at();
       sv token;
       c.token0(token);
       const std::size_t sign = token.rfind('@');
       if (sign == npos || sign == 0) return Outcome::go_on;
       c = Cursor(l.text, begin + sign + 1);
       if (!(c.ip(f.ip, ' ') && c.lit(" with login) by "))) return Outcome::go_on;
       const std::size_t by = c.at();
       if (!c.token_before(".yahoo.com") || !c.next_is(" with SMTP")) return Outcome::go_on;
       f.by = l.text.substr(by, c.at() - by);
       return f.give(out);
     }},
    // Made from an X-Originating-IP header.
    {Shape::any,
     [](const Line& l, ReceivedLine& out) {
       Fields f{.by = ""};
       Cursor c(l.text);
       return c.lit("X-Originating-IP: ") && c.ip(f.ip, '\0') && c.done() ? f.give(out) : Outcome::go_on;
     }},
};

}  // namespace

Outcome match_rest(sv line, ReceivedLine& out) {
  return match_table(formats, line, out);
}

}  // namespace thresh::received
