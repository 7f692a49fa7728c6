// Received formats that a product's name gives away (Received.pm, first half of the "from " branch). The
// comments name the product; its line looks as the code reads it.
#include "engine/message/received_formats.h"
#include "engine/message/received_peer.h"
#include "engine/message/received_scan.h"

namespace thresh::received {
namespace {

using sv = std::string_view;

Outcome match_exim(sv line, const Cursor& head, sv first, ReceivedLine& out) {
  // Local submission: with local, local-smtp, local-esmtps, ...
  if (search(line, "with local", 0, [&](Cursor c) {
        if (!word_boundary(line, c.at() - 10)) return false;
        return c.lit(" ") || (c.lit("-") && c.token() && c.lit(" "));
      }))
    return Outcome::ignore;

  sv ip;
  sv by;
  // [ip] (helo=name ident=name) by name
  // name ([ip] helo=name ident=name) by name
  const auto with_details = [&](std::size_t begin) {
    return search(line, ") by ", begin, [&](Cursor c) {
      const std::size_t end = c.at() - 5;
      if (!c.token(by) || !c.lit(" ")) return false;
      out.ip = ip;
      out.by = by;
      read_details(line.substr(begin, end - begin), out);
      return true;
    });
  };
  Cursor c(line);
  if (c.lit("[") && c.ip(ip, ']') && c.lit("] (") && with_details(c.at())) return Outcome::enough;
  c = head;
  if (c.lit(" ([") && c.ip(ip, ']') && c.lit("]")) {
    const sv helo_before = out.helo;
    out.helo = first;  // what helo= overrides
    if (with_details(c.at())) {
      out.rdns = first;
      return Outcome::enough;
    }
    out.helo = helo_before;
  }
  // name [ip]:port by name
  c = head;
  if (c.lit(" [") && c.ip(ip, ']') && c.lit("]")) {
    Cursor port = c;
    if (port.lit(":") && port.digits() && port.next_is(" by ")) c = port;
    if (c.lit(" by ") && c.token(by) && c.lit(" ")) {
      out.rdns = out.helo = first;
      out.ip = ip;
      out.by = by;
      return Outcome::enough;
    }
  }
  // Bits of it, wherever they stand.
  if (head.next_is(" ")) out.rdns = first;
  search(line, " (", 0, [&](Cursor at) {
    sv name;
    if (!at.token_before(name, ")") || !at.lit(" ")) return false;
    out.helo = name;
    return true;
  });
  search(line, " [", 0, [&](Cursor at) {
    return at.ip_then(out.ip, [](Cursor rest) {
      if (Cursor port = rest; port.lit(".") && port.digits() && port.next_is("] ")) return true;
      return rest.lit("] ");
    });
  });
  const bool has_by = search(line, "by ", 0, [&](Cursor at) {
    if (!at.token(by) || !at.lit(" ")) return false;
    out.by = by;
    return true;
  });
  return has_by && !out.ip.empty() ? Outcome::enough : Outcome::go_on;
}

// " with Microsoft SMTP Server (version=...) id 15.1.2.3", " with mapi id 15.20.1943.023"
bool is_exchange(sv line) {
  return search(line, " with ", 0, [](Cursor c) {
    if (!c.either("Microsoft SMTP Server ", "mapi id ")) return false;
    if (c.lit("(") && !(c.until(')') && c.lit(") "))) return false;
    return c.digits() && c.lit(".") && c.digits() && c.lit(".") && c.digits() && c.lit(".") && c.digits() &&
           (c.done() || c.peek() == ' ');
  });
}

// IPs anywhere in the line, each end in turn.
template <typename Match>
bool search_ip(sv line, Match&& match) {
  for (auto span = find_ip_address(line); span; span = find_ip_address(line, span->begin + 1))
    for (const std::size_t end : span->ends)
      if (match(line.substr(span->begin, end - span->begin), Cursor(line, end))) return true;
  return false;
}

Outcome match_web_mailers(sv line, ReceivedLine& out) {
  if (contains(line, " (SquirrelMail authenticated user ") ||
      contains(line, " (NaSMail authenticated user ")) {
    const bool found = search_ip(line, [&](sv ip, Cursor behind) {
      const std::size_t end = behind.at();
      if (!word_boundary(line, end) || behind.peek() == '.' || behind.peek() == '-') return false;
      for (std::size_t gap = 80; gap >= 10; --gap) {
        if (end + gap > line.size()) continue;
        Cursor c(line, end + gap);
        sv by;
        if (!c.lit("by ") || !c.token(by) || !c.lit(" with HTTP")) continue;
        out.ip = ip;
        out.by = by;
        return true;
      }
      return false;
    });
    if (found) return Outcome::enough;
  }
  if (contains(line, "with HTTP (WebMailUI)") && contains(line, "aol.com")) {
    const bool found = search_ip(line, [&](sv ip, Cursor c) {
      sv by;
      if (!(c.lit(" by ") && c.token(by) && c.lit(" (") && c.ip(')') && c.lit(") with HTTP (WebMailUI)")))
        return false;
      out.ip = ip;
      out.by = by;
      return true;
    });
    if (found) return Outcome::enough;
  }
  return Outcome::go_on;
}

// The chain of products: the first whose name occurs is the only one tried.
Outcome match_chain(sv line, const Cursor& head, sv first, ReceivedLine& out) {
  sv ip;
  sv by;
  sv name;
  Cursor c = head;
  const auto take = [&](sv helo, sv rdns) {
    out.helo = helo;
    out.rdns = rdns;
    out.ip = ip;
    out.by = by;
    return Outcome::enough;
  };
  if (contains(line, " SMTPSVC")) {
    if (c.lit(" ([") && c.ip(ip, ']') && c.lit("]")) {
      const std::size_t close = line.find(')', c.at());
      if (close != npos && close - c.at() <= 40) {
        Cursor rest(line, close);
        if (rest.lit(") by ") && rest.token(by) && rest.lit(" with Microsoft SMTPSVC"))
          return take(first, out.rdns);
      }
    }
    c = Cursor(line);
    if (c.lit("mail pickup service by ") && c.token() && c.lit(" with Microsoft SMTPSVC") && c.done())
      return Outcome::ignore;
  } else if (is_exchange(line)) {
    const auto zone_and_close = [](Cursor& rest) {
      if (rest.lit("%"))
        rest.skip(
            [](char z) { return ascii::is_upper(z) || ascii::is_digit(z) || sv("._~-").find(z) != npos; });
      rest.maybe("]");
      return rest.lit(") by ");
    };
    if (c.lit(" (") && c.maybe("[") && c.ip_then(ip, zone_and_close) && c.token(by) && c.lit(" ")) {
      out.id = {};
      return take(first, out.rdns);
    }
  } else if (contains(line, "[XMail ")) {
    if (c.lit(" (")) {
      const std::size_t begin = c.at();
      std::size_t end = begin;
      c.maybe("[");
      const bool has_ip = c.ip_then(ip, [&](Cursor& rest) {
        rest.maybe("]");
        end = rest.at();
        return rest.lit(":") && rest.digits() && rest.lit(") by ");
      });
      if (has_ip && c.token(by)) {
        Cursor own = c;  // an address of its own may follow
        if ((own.lit(" (") && own.token_before(")") && own.lit(" with [XMail")) || c.lit(" with [XMail")) {
          ip = line.substr(begin, end - begin);
          const auto angle = [&](const Literal& literal, sv& to) {
            search(line, literal, 0, [&](Cursor at) {
              sv token;
              at.token0(token);
              const std::size_t close = token.rfind('>');
              if (close == npos || close == 0) return false;
              to = token.substr(0, close);
              return true;
            });
          };
          angle(" id <", out.id);
          angle(" from <", out.envfrom);
          return take(first, out.rdns);
        }
      }
    }
  } else if (search(line, "(ecelerity", 0, [](Cursor at) { return !ascii::is_word(at.peek()); })) {
    c = Cursor(line);
    if (c.lit("([") && c.ip(ip, ':') && c.lit(":") && c.digits() && c.lit("] helo=") &&
        c.token_before(name, ")") && c.lit(" by ") && c.token(by) && c.lit(" "))
      return take(name, out.rdns);
    c = head;
    if (c.lit(" ([") && c.ip(ip, ':') && c.lit(":") && c.digits() && c.lit("]) by ") && c.token(by) &&
        c.lit(" "))
      return take(out.helo, out.rdns);
  } else if (contains(line, "Exim")) {
    return match_exim(line, head, first, out);
  } else if (contains(line, " (Postfix) with")) {
    if (!c.lit(" (")) return Outcome::go_on;
    Cursor pobox = c;  // without a blank before the bracket
    if ((c.token(name) && c.lit(" [") && c.ip(ip, ']') && c.lit("]) by ") && c.token(by) && c.lit(" ")) ||
        (name_and_bracket(pobox, line, name, ip) && pobox.lit(" by ") && pobox.token(by) && pobox.lit(" "))) {
      out.mta_looked_up_dns = true;
      return take(first, name == "unknown" ? sv() : name);
    }
  } else if (contains(line, "(Scalix SMTP Relay")) {
    if (c.lit(" (") && c.maybe(" ") && c.ip(ip, ')') && c.lit(") by ") && c.token(by))
      return take(first, out.rdns);
  } else if (contains(line, " (Lotus Domino ")) {
    if (c.lit(" ([") && c.ip(ip, ']') && c.lit("]) by ") && c.token(by) && c.lit(" (Lotus")) {
      out.mta_looked_up_dns = false;
      return take(first, out.rdns);
    }
  }
  return Outcome::go_on;
}

// name (rdns [ip]...) by name (...): sendmail, with remote ident before the name.
bool match_sendmail(sv line, const Cursor& head, sv first, ReceivedLine& out) {
  Cursor c = head;
  sv name;
  sv ip;
  sv by;
  if (!(c.lit(" (") && c.token(name) && c.lit(" [") && c.ip(ip, ']') && c.lit("]"))) return false;
  if (!search_back(line, ") by ", c.at(), [&](Cursor at) { return at.token(by) && at.lit(" ("); }))
    return false;
  const bool qmail_ldap = search(line, " by ", 0, [](Cursor at) {
    return at.token() && at.lit(" (qmail-") && at.token_before(")") && at.lit(" with ");
  });
  if (qmail_ldap) return false;
  out.mta_looked_up_dns = true;
  for (const sv prefix : {sv("IDENT:"), sv()}) {
    if (!name.starts_with(prefix)) continue;
    const std::size_t at = name.find('@', prefix.size());
    if (at == npos) continue;
    out.ident = name.substr(prefix.size(), at - prefix.size());
    name.remove_prefix(at + 1);
  }
  out.helo = first;
  out.rdns = name;
  out.ip = ip;
  out.by = by;
  return true;
}

bool has_with_http(sv line) {
  return search(line, "with HTTP", 0,
                [&](Cursor c) { return word_boundary(line, c.at() - 9) && word_boundary(line, c.at()); });
}

}  // namespace

Outcome match_products(sv line, ReceivedLine& out) {
  Cursor head(line);
  sv first;
  head.token0(first);

  if (const Outcome o = match_web_mailers(line, out); o != Outcome::go_on) return o;
  if (const Outcome o = match_chain(line, head, first, out); o != Outcome::go_on) return o;

  // ip ([ip]) by name with HTTP: Horde IMP, whose numeric HELO is made up.
  Cursor c(line);
  sv ip;
  sv by;
  if (c.ip(ip, ' ') && c.lit(" ([") && c.ip(']') && c.lit("]) by ") && c.token(by) && has_with_http(line)) {
    out.ip = ip;
    out.by = by;
    return Outcome::enough;
  }
  return match_sendmail(line, head, first, out) ? Outcome::enough : Outcome::go_on;
}

Outcome match_upper_case(sv line, ReceivedLine& out) {
  Cursor c(line);
  sv helo;
  sv rdns;
  sv ip;
  sv by;
  sv id;
  if (!(c.token(helo) && c.lit(" (") && c.token(rdns) && c.lit(" [") && c.ip(ip, ']') && c.lit("]) BY ") &&
        c.token(by) && c.lit(" ")))
    return Outcome::go_on;
  if (c.lit("(") && !(c.until(')') && c.lit(") WITH SMTP "))) return Outcome::go_on;
  if (!c.lit("ID ")) return Outcome::go_on;
  Cursor open = c;
  if (open.lit("<") && !open.done() && open.peek() != ' ') c = open;
  if (!c.token(id)) return Outcome::go_on;
  if (c.lit(" FOR <") && !(c.until('>') && c.lit(">"))) return Outcome::go_on;
  if (!c.done()) return Outcome::go_on;
  if (id.size() > 1 && id.ends_with('>')) id.remove_suffix(1);
  out.mta_looked_up_dns = true;
  out.helo = helo;
  out.rdns = rdns == "unverified" ? sv() : rdns;
  out.ip = ip;
  out.by = by;
  out.id = id;
  return Outcome::enough;
}

Outcome match_parenthesised(sv line, ReceivedLine& out) {
  Cursor c(line);
  sv helo;
  sv ip;
  sv by;
  if (c.token0(helo) && c.lit(" [") && c.ip(ip, ']') && c.lit("]) by ") && c.token(by) && c.lit(" (NAVGW ") &&
      find(line, ") with ", c.at()) != npos) {
    out.helo = helo;
    out.ip = ip;
    out.by = by;
    return Outcome::enough;
  }
  c = Cursor(line);
  if (c.token_before("@localhost)") && c.lit(" by ") && c.token() && c.lit(" ")) return Outcome::ignore;
  // user@host) by name(jqueuemail) id X
  c = Cursor(line);
  sv first;
  c.token0(first);
  const std::size_t at = first.find('@');
  if (at != npos && at > 0) {
    c = Cursor(line, at + 1);
    if (c.until(')') && c.lit(") by ") && c.token_before("(jqueuemail)") && c.lit(" id ") && !c.done() &&
        c.peek() != ' ' && c.peek() != ';')
      return Outcome::ignore;
  }
  return Outcome::go_on;
}

}  // namespace thresh::received
