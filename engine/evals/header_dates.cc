// HeaderEval: Date against the times that Received lines give, and against the time hidden in Outlook's
// message ids.
#include <algorithm>
#include <cmath>
#include <ctime>

#include "engine/base/ascii.h"
#include "engine/evals/arguments.h"
#include "engine/evals/header_eval.h"
#include "engine/evals/patterns.h"
#include "engine/message/date.h"

namespace thresh::header_eval {
namespace {

constexpr auto npos = std::string_view::npos;

// The end of `\d+` at text[at]; `at` itself when there is no digit.
std::size_t after_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && ascii::is_digit(text[at])) ++at;
  return at;
}

// End of `\d+ \S\S\S \d+ \d+:\d+:\d+ \S+` at text[at]; npos when it does not stand there.
std::size_t date_end(std::string_view text, std::size_t at) {
  const auto digits = [&](std::size_t from, char then) {
    const std::size_t end = from == npos ? npos : after_digits(text, from);
    return end == npos || end == from || end >= text.size() || text[end] != then ? npos : end + 1;
  };
  std::size_t i = digits(at, ' ');
  if (i == npos || i + 4 > text.size()) return npos;
  for (int k = 0; k < 3; ++k)
    if (ascii::is_space(text[i++])) return npos;
  if (text[i++] != ' ') return npos;
  i = digits(digits(digits(digits(i, ' '), ':'), ':'), ' ');
  if (i == npos || i >= text.size() || ascii::is_space(text[i])) return npos;
  while (i < text.size() && !ascii::is_space(text[i])) ++i;
  return i;
}

// The time in a Received line: (\s.?\d+ \S\S\S \d+ \d+:\d+:\d+ \S+).
std::optional<std::int64_t> received_time(std::string_view line) {
  // Most of a line has no colon, and a date has two: only what stands before the first of them matters.
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (!ascii::is_space(line[i])) continue;
    std::size_t end = npos;
    if (line[i + 1] != '\n') end = date_end(line, i + 2);
    if (end == npos) end = date_end(line, i + 1);
    if (end != npos) return parse_rfc822_date(line.substr(i, end - i));
  }
  return std::nullopt;
}

// What _get_date_header_time, _get_received_header_times and their callers keep in the message status.
struct Dates {
  bool checked = false;
  std::optional<std::int64_t> header;     // Resent-Date or Date
  std::vector<std::int64_t> received;     // top first
  std::optional<std::int64_t> fetchmail;  // when the local fetch took place
  std::int64_t difference = 0;            // header - the received time nearest to it
};

std::optional<std::int64_t> date_header_time(const Message& message) {
  for (const std::string_view name : {"Resent-Date", "Date"})
    for (const HeaderField& field : message.root().headers())
      if (ascii::iequals(field.name, name))
        if (const auto time = parse_rfc822_date(field.decoded)) return time;
  return std::nullopt;
}

bool is_local_handover(std::string_view line, RegexScratch& scratch) {
  if (line.find("localhost") != npos || line.find("127.0.0.1") != npos) {
    static const Regex from = fixed_pattern(R"(\bfrom (?:localhost\s|(?:\S+ ){1,2}\S*\b127\.0\.0\.1\b))");
    if (from.matches(line, scratch)) return true;
  }
  if (line.find(" invoked by uid ") == npos) return false;
  static const Regex qmail = fixed_pattern(R"(qmail \d+ invoked by uid \d+)");
  return qmail.matches(line, scratch);
}

bool is_fetchmail(std::string_view line, RegexScratch& scratch) {
  if (line.find("(fetchmail-") == npos) return false;
  static const Regex by = fixed_pattern(R"(\bby localhost with \w+ \(fetchmail-[\d.]+)");
  return by.matches(line, scratch);
}

void read_received_times(EvalContext& context, Dates& dates) {
  std::string_view text = context.message.get_scalar("Received");
  std::pmr::vector<std::string_view> lines(&context.message.arena());
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!std::ranges::all_of(line, ascii::is_space)) lines.push_back(line);
  }
  if (lines.empty()) return;

  // The first lines may be those of a local fetchmail run.
  std::span<const std::string_view> rest(lines), local;
  const std::size_t handover = is_local_handover(rest[0], context.regex) ? 1 : 0;
  if (rest.size() > handover && is_fetchmail(rest[handover], context.regex)) {
    local = rest.first(handover + 1);
    rest = rest.subspan(handover + 1);
  }
  const std::int64_t now = std::time(nullptr);
  for (const std::string_view line : local)
    if (const auto time = received_time(line); time && now >= *time)
      dates.fetchmail = std::max(*time, dates.fetchmail.value_or(*time));
  for (const std::string_view line : rest)
    if (const auto time = received_time(line)) dates.received.push_back(*time);
}

std::int64_t nearest_difference(const Dates& dates) {
  if (!dates.header || dates.received.empty()) return 0;
  // A lowest Received with the very time of Date was made by the sender's own machine: it says nothing.
  std::size_t count = dates.received.size();
  if (count > 1 && dates.received.back() == *dates.header) --count;
  std::int64_t nearest = *dates.header - dates.received[0];
  for (std::size_t i = 1; i < count; ++i) {
    const std::int64_t difference = *dates.header - dates.received[i];
    if (std::abs(difference) < std::abs(nearest)) nearest = difference;
  }
  return nearest;
}

const Dates& dates_of(EvalContext& context) {
  auto& dates = context.state<Dates>();
  if (dates.checked) return dates;
  dates.checked = true;
  dates.header = date_header_time(context.message);
  read_received_times(context, dates);
  dates.difference = nearest_difference(dates);
  return dates;
}

// _check_date_received: the median of what could be the time of arrival; 0 when nothing is known.
std::int64_t arrival_time(const Dates& dates) {
  std::vector<std::int64_t> possible;
  if (dates.header) possible.push_back(*dates.header);
  if (!dates.received.empty()) possible.push_back(dates.received[0]);
  if (dates.fetchmail) possible.push_back(*dates.fetchmail);
  if (dates.header && !dates.received.empty()) possible.push_back(*dates.header - dates.difference);
  if (possible.empty()) return 0;
  std::ranges::sort(possible, std::greater<>());
  return possible[(possible.size() - 1) / 2];
}

}  // namespace

EvalResult check_for_shifted_date(EvalContext& context, const EvalCall& call) {
  const auto& range = call.prepared_as<EvalRange>();
  const auto difference = static_cast<double>(dates_of(context).difference);
  return (!range.min || difference >= 3600 * *range.min) && (!range.max || difference < 3600 * *range.max);
}

EvalResult received_within_months(EvalContext& context, const EvalCall& call) {
  constexpr double year = 31556952;  // seconds, leap days spread
  const auto& range = call.prepared_as<EvalRange>();
  const auto age = static_cast<double>(std::time(nullptr) - arrival_time(dates_of(context)));
  return (!call.has_arg(0) || !range.min || age >= year * (*range.min / 12)) &&
         (!call.has_arg(1) || !range.max || age < year * (*range.max / 12));
}

EvalResult check_outlook_message_id(EvalContext& context, const EvalCall&) {
  // <XXXXtttttttt$xxxxxxxx$xxxxxxxx@: t counts steps of 2^32 / 10^7 seconds since 1601.
  const std::string_view id = context.message.get_scalar("MESSAGEID");
  constexpr std::string_view shape = "<xxxxxxxxxxxx$xxxxxxxx$xxxxxxxx@";
  if (id.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits =
        shape[i] == 'x' ? ascii::is_xdigit(id[i]) && !ascii::is_upper(id[i]) : id[i] == shape[i];
    if (!fits) return false;
  }
  std::int64_t token = 0;
  for (const char c : id.substr(5, 8)) token = token * 16 + ascii::hex_value(c);

  constexpr double steps_a_second = 0.0023283064365387, steps_at_1970 = 27111902.8329849;
  constexpr double fudge = 250;
  const auto far_from = [&](std::string_view header) {
    const auto time = static_cast<double>(parse_rfc822_date(context.message.get_scalar(header)).value_or(0));
    return std::abs(static_cast<double>(token) - std::trunc(time * steps_a_second + steps_at_1970)) >= fudge;
  };
  return far_from("Date") && far_from("Received");
}

}  // namespace thresh::header_eval
