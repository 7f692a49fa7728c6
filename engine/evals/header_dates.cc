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

// What _get_date_header_time, _get_received_header_times and their callers keep in the message status.
struct Dates {
  std::optional<std::int64_t> header;  // Resent-Date or Date
  std::optional<ReceivedTimes> received;
  std::int64_t difference = 0;  // header - the received time nearest to it
};

std::optional<std::int64_t> date_header_time(const Message& message) {
  for (const std::string_view name : {"Resent-Date", "Date"})
    for (const HeaderField& field : message.root().headers())
      if (ascii::iequals(field.name, name))
        if (const auto time = parse_rfc822_date(field.decoded)) return time;
  return std::nullopt;
}

std::int64_t nearest_difference(std::int64_t header, std::span<const std::int64_t> received) {
  // A lowest Received with the very time of Date was made by the sender's own machine: it says nothing.
  if (received.size() > 1 && received.back() == header) received = received.first(received.size() - 1);
  std::int64_t nearest = header - received[0];
  for (const std::int64_t time : received)
    if (std::abs(header - time) < std::abs(nearest)) nearest = header - time;
  return nearest;
}

const Dates& dates_of(EvalContext& context) {
  auto& dates = context.state<Dates>();
  if (dates.received) return dates;
  dates.header = date_header_time(context.message);
  dates.received =
      received_times(context.message.get_scalar("Received"), std::time(nullptr), &context.message.arena());
  if (dates.header && !dates.received->header_times.empty())
    dates.difference = nearest_difference(*dates.header, dates.received->header_times);
  return dates;
}

// _check_date_received: the median of what could be the time of arrival; 0 when nothing is known.
std::int64_t arrival_time(const Dates& dates) {
  std::vector<std::int64_t> possible;
  const auto& received = dates.received->header_times;
  if (dates.header) possible.push_back(*dates.header);
  if (!received.empty()) possible.push_back(received[0]);
  if (dates.received->fetchmail_time) possible.push_back(*dates.received->fetchmail_time);
  if (dates.header && !received.empty()) possible.push_back(*dates.header - dates.difference);
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
