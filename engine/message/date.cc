#include "engine/message/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <span>
#include <string>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

using sv = std::string_view;
constexpr std::size_t npos = sv::npos;

struct Zone {
  sv name;
  int offset;  // as written: +hhmm
};
// Util.pm's %TZ. Where abbreviations clash it has the North American or European one.
constexpr std::array<Zone, 49> zones = {{
    {"UT", 0},       {"UTC", 0},     {"NDT", -230},  {"AST", -400},  {"ADT", -300},  {"NST", -330},
    {"EST", -500},   {"EDT", -400},  {"CST", -600},  {"CDT", -500},  {"MST", -700},  {"MDT", -600},
    {"PST", -800},   {"PDT", -700},  {"HST", -1000}, {"AKST", -900}, {"AKDT", -800}, {"HADT", -900},
    {"HAST", -1000}, {"GMT", 0},     {"BST", 100},   {"IST", 100},   {"WET", 0},     {"WEST", 100},
    {"CET", 100},    {"CEST", 200},  {"EET", 200},   {"EEST", 300},  {"MSK", 300},   {"MSD", 400},
    {"MET", 100},    {"MEZ", 100},   {"MEST", 200},  {"MESZ", 200},  {"BRST", -200}, {"BRT", -300},
    {"AEST", 1000},  {"AEDT", 1100}, {"ACST", 930},  {"ACDT", 1030}, {"AWST", 800},  {"NZST", 1200},
    {"NZDT", 1300},  {"JST", 900},   {"KST", 900},   {"HKT", 800},   {"SGT", 800},   {"PHT", 800},
    {"IDT", 300},
}};

bool all_digits(sv s) {
  return !s.empty() && std::ranges::all_of(s, ascii::is_digit);
}

// Far beyond every bound it is compared with.
constexpr int huge = 1'000'000;
int number(sv digits) {
  int value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), huge);
  return value;
}

// 1..12; 0: no month.
int month_number(sv s) {
  static constexpr std::array<sv, 12> names = {"jan", "feb", "mar", "apr", "may", "jun",
                                               "jul", "aug", "sep", "oct", "nov", "dec"};
  if (s.size() != 3) return 0;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (ascii::iequals(s, names[i])) return static_cast<int>(i) + 1;
  return 0;
}

// \d+:\d+:\d+
bool is_long_clock(sv s) {
  for (int i = 0; i < 2; ++i) {
    const std::size_t colon = s.find(':');
    if (colon == npos || !all_digits(s.substr(0, colon))) return false;
    s.remove_prefix(colon + 1);
  }
  return all_digits(s);
}

// \d?\d:\d\d(:\d\d)?
bool read_clock(sv s, int& hour, int& minute, int& second) {
  const std::size_t colon = s.find(':');
  if (colon == npos || colon > 2 || !all_digits(s.substr(0, colon))) return false;
  const sv rest = s.substr(colon + 1);
  if (rest.size() != 2 && rest.size() != 5) return false;
  if (!all_digits(rest.substr(0, 2))) return false;
  if (rest.size() == 5 && (rest[2] != ':' || !all_digits(rest.substr(3)))) return false;
  hour = number(s.substr(0, colon));
  minute = number(rest.substr(0, 2));
  second = rest.size() == 5 ? number(rest.substr(3)) : 0;
  return true;
}

bool is_separator(char c) {
  return ascii::is_space(c) || c == ',';
}

// Calls visit(token, offset) for each part between white space and commas until it returns false.
template <typename Visit>
void each_token(sv text, Visit&& visit) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && is_separator(text[at])) ++at;
    if (at == text.size()) return;
    std::size_t end = at;
    while (end < text.size() && !is_separator(text[end])) ++end;
    if (!visit(text.substr(at, end - at), at)) return;
    at = end;
  }
}

struct Day {
  sv day, month, year;
  std::size_t begin = npos, end = npos;  // what is no longer looked at once the day is found
};

// "14 Nov 2003", else "Nov 14 08:05:50 2003" (whose clock goes with it), else "14 Nov 03"; the leftmost of
// its kind.
bool find_day(sv text, Day& out) {
  Day asctime;
  Day short_year;
  std::array<sv, 4> last{};  // the latest four tokens
  std::array<std::size_t, 4> offset{};
  each_token(text, [&](sv token, std::size_t at) {
    for (std::size_t i = 0; i < 3; ++i) {
      last[i] = last[i + 1];
      offset[i] = offset[i + 1];
    }
    last[3] = token;
    offset[3] = at;
    if (!all_digits(token)) return true;
    const bool four = token.size() == 4;
    if ((four || token.size() == 2 || token.size() == 3) && month_number(last[2]) != 0 &&
        all_digits(last[1])) {
      const Day found{last[1], last[2], token, offset[1], at + token.size()};
      if (four) {
        out = found;
        return false;
      }
      if (short_year.begin == npos) short_year = found;
    }
    if (four && asctime.begin == npos && month_number(last[0]) != 0 && all_digits(last[1]) &&
        is_long_clock(last[2]))
      asctime = Day{last[1], last[0], token, offset[0], at + token.size()};
    return true;
  });
  if (out.begin == npos) out = asctime.begin != npos ? asctime : short_year;
  return out.begin != npos;
}

// The leftmost \b[A-Z]{2,4}(?:-DST)?\b of a token; empty when there is none.
sv find_zone_name(sv token) {
  for (std::size_t at = 0; at < token.size(); ++at) {
    if (!ascii::is_upper(token[at]) || (at > 0 && ascii::is_word(token[at - 1]))) continue;
    std::size_t end = at;
    while (end < token.size() && ascii::is_upper(token[end])) ++end;
    const bool word = end == token.size() || !ascii::is_word(token[end]);
    if (word && end - at >= 2 && end - at <= 4) {
      const bool dst = token.substr(end).starts_with("-DST") &&
                       (end + 4 == token.size() || !ascii::is_word(token[end + 4]));
      return token.substr(at, end - at + (dst ? 4 : 0));
    }
    at = end - 1;
  }
  return {};
}

bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in(int month, int year) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool is_word_at(sv text, std::size_t at) {
  return at < text.size() && ascii::is_word(text[at]);
}
bool boundary(sv text, std::size_t at) {
  return (at > 0 && ascii::is_word(text[at - 1])) != is_word_at(text, at);
}

// Moves `at` over \S+ and one blank.
bool skip_token(sv text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && !ascii::is_space(text[at])) ++at;
  return at > begin && at < text.size() && text[at++] == ' ';
}

// \S*\b127\.0\.0\.1\b at `at`
bool token_has_loopback(sv text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && !ascii::is_space(text[end])) ++end;
  const sv token = text.substr(0, end);
  for (std::size_t p = token.find("127.0.0.1", at); p != npos; p = token.find("127.0.0.1", p + 1))
    if (boundary(text, p) && boundary(text, p + 9)) return true;
  return false;
}

// A handover inside the receiving host: \bfrom (?:localhost\s|(?:\S+ ){1,2}\S*\b127\.0\.0\.1\b), or qmail \d+
// invoked by uid \d+
bool is_local_handover(sv line) {
  for (std::size_t at = line.find("from "); at != npos; at = line.find("from ", at + 1)) {
    if (!boundary(line, at)) continue;
    std::size_t p = at + 5;
    if (line.substr(p).starts_with("localhost") && p + 9 < line.size() && ascii::is_space(line[p + 9]))
      return true;
    if (!skip_token(line, p)) continue;
    if (token_has_loopback(line, p)) return true;
    if (skip_token(line, p) && token_has_loopback(line, p)) return true;
  }
  for (std::size_t at = line.find("qmail "); at != npos; at = line.find("qmail ", at + 1)) {
    std::size_t p = at + 6;
    while (p < line.size() && ascii::is_digit(line[p])) ++p;
    constexpr sv uid = " invoked by uid ";
    if (p > at + 6 && line.substr(p).starts_with(uid) && p + uid.size() < line.size() &&
        ascii::is_digit(line[p + uid.size()]))
      return true;
  }
  return false;
}

// \bby localhost with \w+ \(fetchmail-[\d.]+
bool is_fetchmail(sv line) {
  constexpr sv by = "by localhost with ";
  for (std::size_t at = line.find(by); at != npos; at = line.find(by, at + 1)) {
    if (!boundary(line, at)) continue;
    std::size_t p = at + by.size();
    const std::size_t word = p;
    while (is_word_at(line, p)) ++p;
    constexpr sv mark = " (fetchmail-";
    if (p == word || !line.substr(p).starts_with(mark)) continue;
    p += mark.size();
    if (p < line.size() && (ascii::is_digit(line[p]) || line[p] == '.')) return true;
  }
  return false;
}

// How many headers from the top are the receiving host's own: fetchmail's, with a local handover before it or
// without. A local handover alone counts as an ordinary header.
std::size_t local_headers(std::span<const sv> lines) {
  if (lines.empty()) return 0;
  const std::size_t local = is_local_handover(lines[0]) ? 1 : 0;
  if (local < lines.size() && is_fetchmail(lines[local])) return local + 1;
  return 0;
}

// Minutes east of UTC at `now` as "+hhmm" says, in the words of Util::local_tz, whose minutes are a
// non-negative remainder even in the west.
int local_offset(std::int64_t now) {
  const auto seconds = static_cast<std::time_t>(now);
  std::tm utc{};
  std::tm local{};
  gmtime_r(&seconds, &utc);
  localtime_r(&seconds, &local);
  const int minutes = local.tm_min - utc.tm_min + (local.tm_hour - utc.tm_hour) * 60 +
                      (local.tm_yday - utc.tm_yday) * 1440 + (local.tm_year - utc.tm_year) * 525600;
  const int hours = minutes / 60;
  const int rest = ((minutes % 60) + 60) % 60;
  return (minutes < 0 ? -1 : 1) * (std::abs(hours) * 100 + rest);
}

bool names_zone(sv text) {
  for (std::size_t at = 0; at + 5 <= text.size(); ++at)
    if ((text[at] == '+' || text[at] == '-') && all_digits(text.substr(at + 1, 4))) return true;
  return !find_zone_name(text).empty();
}

// The value of the first line that begins with `name` (any case), for which `take` gives a date.
template <typename Take>
std::optional<std::int64_t> first_line(sv headers, sv name, bool blank_needed, Take&& take) {
  for (std::size_t at = 0; at < headers.size();) {
    if (ascii::istarts_with(headers.substr(at), name)) {
      std::size_t p = at + name.size();
      while (p < headers.size() && ascii::is_space(headers[p])) ++p;
      const bool blank = p > at + name.size();
      // .+ needs a character that is no newline; where white space took all of the line it gives one back.
      std::size_t begin = p;
      if (begin == headers.size() && begin > at + name.size() && headers[begin - 1] != '\n') --begin;
      if ((blank || !blank_needed) && begin < headers.size()) {
        const std::size_t end = std::min(headers.find('\n', begin), headers.size());
        return take(headers.substr(begin, end - begin));
      }
    }
    const std::size_t newline = headers.find('\n', at);
    if (newline == npos) break;
    at = newline + 1;
  }
  return std::nullopt;
}

std::optional<std::int64_t> nonzero(std::optional<std::int64_t> time) {
  return time && *time != 0 ? time : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_rfc822_date(sv text) {
  Day found;
  if (!find_day(text, found)) return std::nullopt;
  int year = number(found.year);
  if (found.year.size() == 2 && year < 50)
    year += 2000;
  else if (found.year.size() != 4)
    year += 1900;
  int day = number(found.day);
  int month = month_number(found.month);

  // The clock, then the zone, each the leftmost of what is left.
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::size_t clock_at = npos;
  bool has_offset = false;
  int offset = 0;
  sv zone_name;
  each_token(text, [&](sv token, std::size_t at) {
    if (at >= found.begin && at < found.end) return true;
    if (clock_at == npos && read_clock(token, hour, minute, second)) {
      clock_at = at;
    } else if (!has_offset && token.size() == 5 && (token[0] == '+' || token[0] == '-') &&
               all_digits(token.substr(1))) {
      has_offset = true;
      offset = number(token.substr(1)) * (token[0] == '-' ? -1 : 1);
    } else if (zone_name.empty()) {
      zone_name = find_zone_name(token);
    }
    return clock_at == npos || !has_offset;
  });
  if (!has_offset && !zone_name.empty()) {
    const auto* zone = std::ranges::find(zones, zone_name, &Zone::name);
    if (zone != zones.end()) offset = zone->offset;
  }

  second = std::min(second, 59);
  minute = std::min(minute, 59);
  hour = std::min(hour, 23);
  if (day > days_in(month, year)) {
    day = 1;
    if (++month > 12) {
      month = 1;
      ++year;
    }
  }
  year = std::clamp(year, 1970, 2037);
  if (day < 1 || day > days_in(month, year)) return std::nullopt;

  const std::chrono::sys_days date = std::chrono::year(year) / month / day;
  std::int64_t time = std::chrono::duration_cast<std::chrono::seconds>(date.time_since_epoch()).count() +
                      hour * 3600 + minute * 60 + second;
  const int east = std::abs(offset);
  const std::int64_t shift = (static_cast<std::int64_t>(east / 100) * 60 + east % 100) * 60;
  if (offset < 0) return time + shift;
  return std::max<std::int64_t>(time - shift, 0);
}

sv find_received_date(sv text) {
  const auto digits = [&](std::size_t& at) {
    const std::size_t begin = at;
    while (at < text.size() && ascii::is_digit(text[at])) ++at;
    return at > begin;
  };
  const auto one = [&](std::size_t& at, char c) { return at < text.size() && text[at] == c && (++at, true); };
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (!ascii::is_space(text[begin])) continue;
    for (const std::size_t optional : {std::size_t{1}, std::size_t{0}}) {
      if (optional == 1 && (begin + 1 >= text.size() || text[begin + 1] == '\n')) continue;
      std::size_t at = begin + 1 + optional;
      if (!digits(at) || !one(at, ' ')) continue;
      if (at + 3 > text.size() || std::ranges::any_of(text.substr(at, 3), ascii::is_space)) continue;
      at += 3;
      if (!one(at, ' ') || !digits(at) || !one(at, ' ')) continue;
      if (!digits(at) || !one(at, ':') || !digits(at) || !one(at, ':') || !digits(at) || !one(at, ' '))
        continue;
      const std::size_t last = at;
      while (at < text.size() && !ascii::is_space(text[at])) ++at;
      if (at > last) return text.substr(begin, at - begin);
    }
  }
  return {};
}

ReceivedTimes received_times(sv received, std::int64_t now, std::pmr::memory_resource* memory) {
  ReceivedTimes out(memory);
  std::pmr::vector<sv> lines(memory);
  for (std::size_t at = 0; at < received.size();) {
    const std::size_t end = std::min(received.find('\n', at), received.size());
    const sv line = received.substr(at, end - at);
    if (!ascii::trim(line).empty()) lines.push_back(line);
    at = end + 1;
  }
  const std::size_t local = local_headers(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const sv date = find_received_date(lines[i]);
    if (date.empty()) continue;
    const auto time = parse_rfc822_date(date);
    if (!time) continue;
    if (i >= local)
      out.header_times.push_back(*time);
    else if (now >= *time)
      out.fetchmail_time = std::max(out.fetchmail_time.value_or(*time), *time);
  }
  return out;
}

std::int64_t receive_date(sv headers, std::int64_t now) {
  // Unfold: a newline and the blanks and tabs behind it become one blank.
  std::string text;
  text.reserve(headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (headers[i] == '\n' && i + 1 < headers.size() && ascii::is_blank(headers[i + 1])) {
      text += ' ';
      while (i + 1 < headers.size() && ascii::is_blank(headers[i + 1])) ++i;
    } else {
      text += headers[i];
    }
  }
  const sv all = text;
  std::vector<sv> received;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    if (ascii::istarts_with(all.substr(at, end - at), "Received:"))
      received.push_back(all.substr(at + 9, end - at - 9));
    at = end + 1;
  }
  const std::size_t local = local_headers(received);
  const auto date_of = [&](std::size_t i) { return nonzero(parse_rfc822_date(received[i])); };

  if (local < received.size())
    if (const auto time = date_of(local)) return *time;
  for (std::size_t i = 0; i < local; ++i)
    if (const auto time = date_of(i)) return *time;
  const auto from_line = [&](sv value) {
    std::string with_zone(value);
    if (!names_zone(value)) {
      const int offset = local_offset(now);
      const int size = std::abs(offset);
      with_zone += offset < 0 ? " -" : " +";
      for (const int unit : {1000, 100, 10, 1}) with_zone += static_cast<char>('0' + size / unit % 10);
    }
    return nonzero(parse_rfc822_date(with_zone));
  };
  // Whichever of the two stands first.
  for (std::size_t at = 0; at < all.size();) {
    const sv rest = all.substr(at);
    const sv name = ascii::istarts_with(rest, "X-From-Line:") ? sv("X-From-Line:") : sv("From");
    const std::size_t end = std::min(all.find('\n', at), all.size());
    if (ascii::istarts_with(rest, name) && rest.size() > name.size() && ascii::is_space(rest[name.size()])) {
      if (const auto time = first_line(rest, name, true, from_line)) return *time;
      break;
    }
    at = end + 1;
  }
  for (std::size_t i = local + 1; i < received.size(); ++i)
    if (const auto time = date_of(i)) return *time;
  const auto plain = [](sv value) { return nonzero(parse_rfc822_date(value)); };
  for (const sv name : {sv("Resent-Date:"), sv("Date:")})
    if (const auto time = first_line(all, name, false, plain)) return *time;
  return now;
}

}  // namespace thresh
