// Reading of one Received line: white space and date off, the fields that stand anywhere in it, then the
// formats in their order (received_products.cc, received_shapes.cc, received_rest.cc, received_ignored.cc),
// then what all of them share.
#include "engine/message/received_line.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/received_formats.h"
#include "engine/message/received_scan.h"

namespace thresh {
namespace {

using namespace received;
using sv = std::string_view;

// White space other than single blanks between two parts. Without branches, so that it runs sixteen bytes at
// a time.
bool is_uneven(sv text) {
  const auto* const at = reinterpret_cast<const unsigned char*>(text.data());
  unsigned char uneven = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const auto control = static_cast<unsigned char>(static_cast<unsigned char>(at[i] - '\t') <= '\r' - '\t');
    const auto twice = static_cast<unsigned char>((at[i] == ' ') & (at[i - 1] == ' '));
    uneven = static_cast<unsigned char>(uneven | control | twice);
  }
  return uneven != 0;
}

// White space to single blanks, none at the ends, nor ";" at the end.
sv normalise(sv value, Arena& arena) {
  sv line = ascii::trim(value);
  if (is_uneven(line)) {
    char* const to = arena.bytes(line.size());
    char* out = to;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (!ascii::is_space(line[i]))
        *out++ = line[i];
      else if (!ascii::is_space(line[i - 1]))
        *out++ = ' ';
    }
    line = {to, static_cast<std::size_t>(out - to)};
  }
  while (line.ends_with(';')) {
    line.remove_suffix(1);
    if (line.ends_with(' ')) line.remove_suffix(1);
  }
  return line;
}

bool has_local_for(sv line) {
  return search(line, "with local for", 0,
                [&](Cursor c) { return word_boundary(line, c.at() - 14) && word_boundary(line, c.at()); });
}

// ^from (\S+) by [^\s;]+ ?; without an address in brackets
bool ends_after_by(sv line) {
  if (!ascii::istarts_with(line, "from ")) return false;
  Cursor c(line, 5);
  sv name;
  if (!c.token(name) || !ascii::istarts_with(line.substr(c.at()), " by ")) return false;
  c = Cursor(line, c.at() + 4);
  const std::size_t begin = c.at();
  c.skip([](char x) { return x != ' ' && x != ';'; });
  if (c.at() == begin) return false;
  c.maybe(" ");
  if (!c.lit(";")) return false;
  const bool address = name.size() > 2 && name.front() == '[' && name.back() == ']' &&
                       std::ranges::all_of(name.substr(1, name.size() - 2),
                                           [](char x) { return ascii::is_digit(x) || x == '.'; });
  return !address;
}

// The last part of `text` behind a blank; takes it and the blank off. False: there is no blank or nothing
// behind it.
bool take_last(sv& text, sv& part) {
  const std::size_t blank = text.rfind(' ');
  if (blank == npos || blank + 1 == text.size()) return false;
  part = text.substr(blank + 1);
  text = text.substr(0, blank);
  return true;
}

bool all_digits(sv s) {
  return !s.empty() && std::ranges::all_of(s, ascii::is_digit);
}

bool is_clock(sv s) {
  const std::size_t colon = s.find(':');
  if (colon == npos || !all_digits(s.substr(0, colon))) return false;
  s.remove_prefix(colon + 1);
  const std::size_t second = s.find(':');
  if (second == npos) return all_digits(s);
  return all_digits(s.substr(0, second)) && all_digits(s.substr(second + 1));
}

bool is_one_of(sv s, std::initializer_list<sv> names) {
  return std::ranges::find(names, s) != names.end();
}

// "; Tue, 23 May 2006 13:06:35 -0400" at the end: five parts, and the weekday if it is there.
sv without_date(sv line) {
  sv rest = line;
  sv zone;
  sv clock;
  sv year;
  sv month;
  if (!(take_last(rest, zone) && take_last(rest, clock) && is_clock(clock) && take_last(rest, year) &&
        all_digits(year) && take_last(rest, month) &&
        is_one_of(month,
                  {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"})))
    return line;
  std::size_t day = rest.size();
  while (day > 0 && ascii::is_digit(rest[day - 1])) --day;
  if (day == rest.size() || day == 0) return line;
  const auto separator = [&](std::size_t at) {
    return at > 0 && (rest[at - 1] == ' ' || rest[at - 1] == ';');
  };
  if (!separator(day)) return line;
  if (day >= 6 && rest[day - 1] == ' ' && rest[day - 2] == ',' && separator(day - 5) &&
      is_one_of(rest.substr(day - 5, 3), {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}))
    day -= 5;
  while (separator(day)) --day;
  return rest.substr(0, day);
}

// The first ")by " gets its blank.
sv split_by_clause(sv line, Arena& arena) {
  const std::size_t at = find(line, ")by ");
  if (at == npos) return line;
  char* const to = arena.bytes(line.size() + 1);
  char* out = std::ranges::copy(line.substr(0, at + 1), to).out;
  *out++ = ' ';
  std::ranges::copy(line.substr(at + 1), out);
  return {to, line.size() + 1};
}

constexpr ByteSet is_helo_char([](char c) {
  return ascii::is_alnum(c) || sv("-.^+_&:=?!@%*$\\/").find(c) != npos;
});

void read_anywhere(sv line, ReceivedLine& out) {
  search(line, " id ", 0, [&](Cursor c) {
    const auto identifier = [&](Cursor from) {
      const std::size_t begin = from.at();
      from.skip([](char x) { return x != ' ' && x != '<' && x != '>' && x != ';'; });
      if (from.at() - begin < 3) return false;
      out.id = line.substr(begin, from.at() - begin);
      return true;
    };
    c.maybe("<");
    return identifier(c);
  });
  const auto helo = [&](Cursor c, std::size_t word) {
    if (!word_boundary(line, c.at() - word)) return false;
    const std::size_t begin = c.at();
    c.skip(is_helo_char);
    if (c.at() == begin) return false;
    out.helo = line.substr(begin, c.at() - begin);
    return true;
  };
  if (!search(line, "helo=", 0, [&](Cursor c) { return helo(c, 5); })) {
    // The earlier of the two wins.
    std::size_t found = npos;
    for (const Literal& word : {Literal("HELO "), Literal("EHLO ")})
      search(line.substr(0, found == npos ? npos : found + 5), word, 0, [&](Cursor c) {
        const std::size_t at = c.at() - 5;
        if (!helo(Cursor(line, c.at()), 5)) return false;
        found = at;
        return true;
      });
  }
  search(line, " by ", 0, [&](Cursor c) { return c.token(out.by); });
}

// (?:return-path:? |envelope-(?:sender|from)[ =])(\S+)\b, any case
void read_envelope_sender(sv line, ReceivedLine& out) {
  // Both have their hyphen behind a word of its own.
  for (std::size_t hyphen = find(line, "-"); hyphen != npos; hyphen = find(line, "-", hyphen + 1)) {
    const sv before = line.substr(0, hyphen);
    const sv after = line.substr(hyphen + 1);
    std::size_t begin = hyphen + 1;
    if (ascii::iends_with(before, "envelope")) {
      begin += ascii::istarts_with(after, "sender") ? 6 : ascii::istarts_with(after, "from") ? 4 : 0;
      if (begin == hyphen + 1 || begin >= line.size() || (line[begin] != ' ' && line[begin] != '=')) continue;
    } else if (ascii::iends_with(before, "return") && ascii::istarts_with(after, "path")) {
      begin += 4;
      if (begin < line.size() && line[begin] == ':') ++begin;
      if (begin >= line.size() || line[begin] != ' ') continue;
    } else {
      continue;
    }
    ++begin;
    Cursor token(line, begin);
    token.token();
    for (std::size_t end = token.at(); end > begin; --end) {
      if (!word_boundary(line, end)) continue;
      out.envfrom = line.substr(begin, end - begin);
      return;
    }
  }
}

constexpr ByteSet is_unsafe([](char c) { return ascii::is_space(c) || sv("\0#[]()<>|", 9).find(c) != npos; });

// Characters that would break as_string become '!'.
sv safe(sv text, Arena& arena) {
  if (std::ranges::none_of(text, is_unsafe)) return text;
  char* const to = arena.bytes(text.size());
  std::ranges::transform(text, to, [](char c) { return is_unsafe(c) ? '!' : c; });
  return {to, text.size()};
}

// Prefix, brackets and zone off; an IPv4 address in IPv6 clothes becomes plain.
sv plain_ip(sv ip) {
  if (ascii::istarts_with(ip, "ipv6:")) ip.remove_prefix(5);
  if (ip.starts_with('[')) ip.remove_prefix(1);
  if (ip.ends_with(']')) ip.remove_suffix(1);
  std::size_t end = ip.size();
  while (end > 0 && (ascii::is_alnum(ip[end - 1]) || sv("._~-").find(ip[end - 1]) != npos)) --end;
  if (end > 0 && ip[end - 1] == '%') ip = ip.substr(0, end - 1);
  // ^0*:0*:(?:0*:)*ffff:(\d+\.\d+\.\d+\.\d+)$
  Cursor c(ip);
  const auto zeros = [](char x) { return x == '0'; };
  std::size_t colons = 0;
  for (; c.skip(zeros) && c.lit(":"); ++colons) {
  }
  if (colons < 2 || !ascii::istarts_with(ip.substr(c.at()), "ffff:") || ip[c.at() - 1] != ':') return ip;
  c = Cursor(ip, c.at() + 5);
  const std::size_t begin = c.at();
  for (int i = 0; i < 4; ++i)
    if (!c.digits() || (i < 3 && !c.lit("."))) return ip;
  return c.done() ? ip.substr(begin) : ip;
}

sv safe_envelope_sender(sv sender, Arena& arena) {
  while (!sender.empty() && ascii::is_space(sender.front())) sender.remove_prefix(1);
  while (sender.starts_with('<')) sender.remove_prefix(1);
  while (!sender.empty() && ascii::is_space(sender.back())) sender.remove_suffix(1);
  while (sender.ends_with('>')) sender.remove_suffix(1);
  return safe(sender, arena);
}

void finish(ReceivedLine& out, Arena& arena) {
  while (out.rdns.ends_with('.')) out.rdns.remove_suffix(1);
  if (ascii::iequals(out.rdns, "unknown") || out.rdns.starts_with('[')) out.rdns = {};
  out.ip = safe(plain_ip(out.ip), arena);
  if (out.by.ends_with(';')) out.by.remove_suffix(1);
  out.rdns = safe(out.rdns, arena);
  out.helo = safe(out.helo, arena);
  out.by = safe(out.by, arena);
  out.ident = safe(out.ident, arena);
  if (out.envfrom.data() != nullptr) out.envfrom = safe_envelope_sender(out.envfrom, arena);
  out.kind = ReceivedKind::relay;
}

Outcome match_formats(sv line, ReceivedLine& out) {
  if (const Outcome o = match_products(line, out); o != Outcome::go_on) return o;
  if (const Outcome o = match_shapes(line, out); o != Outcome::go_on) return o;
  if (const Outcome o = match_rest(line, out); o != Outcome::go_on) return o;
  return match_ignored(line, out);
}

}  // namespace

ReceivedLine parse_received_line(sv value, Arena& arena) {
  ReceivedLine out;
  sv line = normalise(value, arena);
  const sv word = line.starts_with('(') ? line.substr(1) : line;
  out.kind = ReceivedKind::ignored;
  if (!ascii::istarts_with(word, "from ") || has_local_for(line) || ends_after_by(line)) return out;

  line = split_by_clause(without_date(line), arena);
  read_anywhere(line, out);
  out.auth = find_authentication(line, arena);

  Outcome outcome = Outcome::go_on;
  sv rest = line;
  if (line.starts_with("from ")) {
    rest = line.substr(5);
    read_envelope_sender(rest, out);
    outcome = match_formats(rest, out);
  } else if (line.starts_with("FROM ")) {
    rest = line.substr(5);
    outcome = match_upper_case(rest, out);
  } else if (line.starts_with("(from ")) {
    rest = line.substr(6);
    outcome = match_parenthesised(rest, out);
  }
  if (outcome == Outcome::ignore) return out;
  if (outcome == Outcome::fetchmail) {
    out.kind = ReceivedKind::fetchmail_marker;
    return out;
  }
  if (outcome == Outcome::qmail_scanner) {
    out.kind = ReceivedKind::qmail_scanner;
    if (out.envfrom.data() != nullptr) out.envfrom = safe_envelope_sender(out.envfrom, arena);
    return out;
  }
  if (outcome == Outcome::go_on) {
    // An address in brackets anywhere and a name behind "by" are enough.
    if (out.ip.empty()) search(rest, "[", 0, [&](Cursor c) { return c.ip(out.ip, ']'); });
    if (out.ip.empty() || !is_true(out.by)) {
      out.kind = ReceivedKind::unparseable;
      return out;
    }
  }
  finish(out, arena);
  return out;
}

}  // namespace thresh
