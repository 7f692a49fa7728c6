// How a Received line says that its sender had authenticated (Received.pm): by the protocol's name (RFC 3848
// and kin) or in the words of some MTA. The order is SpamAssassin's; the first that applies names the method.
#include <array>

#include "engine/message/received_formats.h"
#include "engine/message/received_scan.h"

namespace thresh::received {
namespace {

using sv = std::string_view;

std::string_view join(std::initializer_list<sv> parts, Arena& arena) {
  std::size_t size = 0;
  for (const sv part : parts) size += part.size();
  char* to = arena.bytes(size);
  char* at = to;
  for (const sv part : parts) at = std::ranges::copy(part, at).out;
  return {to, size};
}

// A blank, a semicolon or the end.
bool word_ends(sv line, std::size_t at) {
  return at == line.size() || line[at] == ' ' || line[at] == ';';
}

// " with ESMTPSA" and its kin, any case.
bool protocol_says(sv line, sv& out) {
  for (std::size_t at = line.find(' '); at != npos; at = line.find(' ', at + 1)) {
    const sv rest = line.substr(at + 1);
    if (rest.size() < 9 || ascii::to_lower(rest[0]) != 'w' || !ascii::istarts_with(rest, "with ")) continue;
    const std::size_t begin = at + 6;
    const sv name = line.substr(begin, std::min(line.find_first_of(" ;", begin), line.size()) - begin);
    static constexpr std::array<sv, 12> names = {"ESMTPA",    "ESMTPSA",    "LMTPA",     "LMTPSA",
                                                 "UTF8SMTPA", "UTF8SMTPSA", "UTF8LMTPA", "UTF8LMTPSA",
                                                 "ASMTP",     "HTTP",       "HTTPS",     "HTTPU"};
    for (const sv known : names) {
      if (!ascii::iequals(name, known)) continue;
      out = name;
      return true;
    }
  }
  return false;
}

// Google: " by mx.google.com with ESMTPS id 12sm3456789abc.12.1970.01.01.00.00.00", which has the shape of
// its authenticated submissions.
bool is_gmail(sv line) {
  return search(line, " by mx.google.com with ESMTPS id ", 0, [&](Cursor begin) {
    const auto lower = [](Cursor& c, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        if (!ascii::is_lower(c.peek())) return false;
        c.step();
      }
      return true;
    };
    const auto digits = [](Cursor& c, std::size_t least, std::size_t most) {
      std::size_t count = 0;
      for (; count < most && ascii::is_digit(c.peek()); ++count) c.step();
      return count >= least;
    };
    // [a-z0-9]{1,4}sm[0-9]{2,9}[a-z]{3}: the letters "sm" may be part of the first.
    for (std::size_t prefix = 4; prefix >= 1; --prefix) {
      Cursor c = begin;
      std::size_t taken = 0;
      for (; taken < prefix && (ascii::is_lower(c.peek()) || ascii::is_digit(c.peek())); ++taken) c.step();
      if (taken < prefix || !c.lit("sm") || !digits(c, 2, 9) || !lower(c, 3) || !c.lit(".")) continue;
      if (!digits(c, 1, 3) || !c.lit(".") || !digits(c, 4, 4) || !c.lit(".")) continue;
      bool time = true;
      for (int i = 0; i < 5 && time; ++i) {
        time = c.peek() >= '0' && c.peek() <= '6';
        if (time) c.step();
        time = time && digits(c, 1, 1) && (i == 4 || c.lit("."));
      }
      if (time) return true;
    }
    return false;
  });
}

bool gmail_transport(sv line, sv& version, sv& cipher) {
  constexpr Literal open = "(version=";
  for (std::size_t at = find(line, open); at != npos;) {
    const std::size_t begin = at + open.text.size();
    const std::size_t blank = line.find(' ', begin);
    if (blank == npos) return false;
    Cursor c(line, blank);
    if (blank > begin && c.lit(" cipher=") && c.until(')', cipher)) {
      version = line.substr(begin, blank - begin);
      return true;
    }
    at = find(line, open, blank);  // others before the blank end there too
  }
  return false;
}

// Courier: ^from .*?(?:\]\)|\)\]) \(AUTH: (LOGIN|PLAIN|DIGEST-MD5|CRAM-MD5) \S+(?:, .*?)?\) by
bool courier_says(sv line, sv& out) {
  if (!line.starts_with("from ") || !contains(line, " (AUTH: ")) return false;
  const std::size_t last_close = line.rfind(") by ");
  if (last_close == npos) return false;
  return search(line, " (AUTH: ", 5, [&](Cursor c) {
    const std::size_t at = c.at() - 8;
    if (at < 7) return false;
    const sv before = line.substr(at - 2, 2);
    if (before != "])" && before != ")]") return false;
    const std::size_t begin = c.at();
    if (!(c.either("LOGIN", "PLAIN") || c.either("DIGEST-MD5", "CRAM-MD5"))) return false;
    const sv method = line.substr(begin, c.at() - begin);
    if (!c.lit(" ")) return false;
    sv user;
    if (!c.token(user)) return false;
    const bool direct = user.size() > 1 && user.ends_with(')') && c.next_is(" by ");
    const bool listed = user.size() > 1 && user.ends_with(',') && c.next_is(" ") && last_close > c.at();
    if (!direct && !listed) return false;
    out = method;
    return true;
  });
}

// ^from .*?(?:\](?: \([^)]*\))?\)|\)\]) .*?\(.*?authenticated.*?\).*? by
bool sendmail_says(sv line) {
  if (!line.starts_with("from ") || !contains(line, "authenticated")) return false;
  std::size_t behind = npos;  // the earliest end of "]) ", "] (...)) " or ")] "
  for (const sv close : {sv("]) "), sv(")] ")})
    if (const std::size_t at = line.find(close, 5); at != npos) behind = std::min(behind, at + 3);
  for (std::size_t at = line.find("] (", 5); at != npos;) {
    const std::size_t close = line.find(')', at + 3);
    if (close == npos || close + 3 > behind) break;
    if (line.substr(close).starts_with(")) ")) {
      behind = std::min(behind, close + 3);
      break;
    }
    at = line.find("] (", close);  // others before that parenthesis end there too
  }
  if (behind == npos) return false;
  std::size_t at = line.find('(', behind);
  for (const sv next : {sv("authenticated"), sv(")"), sv(" by")}) {
    if (at == npos) return false;
    at = line.find(next, at + 1);
    if (at != npos) at += next.size() - 1;
  }
  return at != npos;
}

// from NAME (HELO NAME) [IP] by mail.gmx.net (mp010) with ESMTP
bool gmx_says(sv line, sv& server, sv& protocol) {
  if (!contains(line, "] by mail.gmx.")) return false;
  return search(line, "from ", 0, [&](Cursor c) {
    sv name;
    if (!(c.token0(name) && c.lit(" (") && c.either("HELO ", "EHLO ") && c.token_before(")", 0) &&
          c.lit(" [") && c.ip(']') && c.lit("] by ")))
      return false;
    const std::size_t begin = c.at();
    if (!c.either("mail.gmx.net", "mail.gmx.com")) return false;
    server = line.substr(begin, c.at() - begin);
    if (!(c.lit(" (") && c.until(')') && c.lit(") with "))) return false;
    const std::size_t with = c.at();
    if (!c.either("ESMTP", "SMTP")) return false;
    protocol = line.substr(with, c.at() - with);
    return true;
  });
}

// \) by .+ \(\d{1,2}\.\d\.\d{3}(?:\.\d{1,3})?\) \(authenticated as .+\) id
bool critical_path_says(sv line) {
  if (!contains(line, ") (authenticated as ")) return false;
  const std::size_t by = line.find(") by ");
  if (by == npos) return false;
  return search(line, ") (authenticated as ", by + 6, [&](Cursor c) {
    // The version stands before it, read backwards.
    const std::size_t end = c.at() - 20;
    const std::size_t open = line.rfind('(', end);
    if (open == npos || open < by + 7 || line[open - 1] != ' ') return false;
    const sv version = line.substr(open + 1, end - open - 1);
    std::array<std::size_t, 4> sizes{};
    std::size_t parts = 0;
    for (const char d : version) {
      if (d == '.') {
        if (++parts == 4) return false;
      } else if (!ascii::is_digit(d)) {
        return false;
      } else {
        ++sizes[parts];
      }
    }
    if (parts < 2 || sizes[0] < 1 || sizes[0] > 2 || sizes[1] != 1 || sizes[2] != 3) return false;
    if (parts == 3 && (sizes[3] < 1 || sizes[3] > 3)) return false;
    return line.find(") id ", c.at() + 1) != npos;
  });
}

// \) \(Authenticated sender: \S+\) by \S+ \(([^\)]+)\) with
bool postfix_says(sv line, sv& product) {
  return search(line, ") (Authenticated sender: ", 0, [&](Cursor c) {
    return c.token_before(")") && c.lit(" by ") && c.token() && c.lit(" (") && c.until(')', product) &&
           c.lit(") with ");
  });
}

//  \(via (HTTP.?)\)(?: |;|$), any case
bool web_says(sv line, sv& out) {
  for (std::size_t at = find(line, "("); at != npos; at = find(line, "(", at + 1)) {
    if (at == 0 || line[at - 1] != ' ' || !ascii::istarts_with(line.substr(at), "(via HTTP")) continue;
    for (const std::size_t size : {std::size_t{5}, std::size_t{4}}) {
      const std::size_t end = at + 5 + size;
      if (end >= line.size() || line[end] != ')' || !word_ends(line, end + 1)) continue;
      out = line.substr(at + 5, size);
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view find_authentication(sv line, Arena& arena) {
  const bool has_by = contains(line, " by ");
  sv a;
  sv b;
  if (has_by && protocol_says(line, a)) return a;
  if (is_gmail(line) && gmail_transport(line, a, b))
    return join({"GMail - transport=", a, " cipher=", b}, arena);
  if (courier_says(line, a)) return a;
  if (sendmail_says(line)) return "Sendmail";
  if (gmx_says(line, a, b)) return join({"GMX (", b, " / ", a, ")"}, arena);
  if (critical_path_says(line)) return "CriticalPath";
  if (postfix_says(line, a)) return a == "Postfix" ? a : join({"Postfix (", a, ")"}, arena);
  if (contains(line, " (account ") && search(line, "CommuniGate Pro ", 0, [](Cursor c) {
        return c.either("HTTP", "SMTP") || c.either("XIMSS", "IMAP");
      }))
    return "Communigate";
  if (search(line, " with Microsoft Exchange Server HTTP-DAV", 0,
             [](Cursor c) { return !ascii::is_word(c.peek()); }))
    return "HTTP-DAV";
  if (has_by && web_says(line, a)) return a;
  return {};
}

}  // namespace thresh::received
