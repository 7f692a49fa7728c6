// Dates of mail headers as Mail::SpamAssassin::Util::parse_rfc822_date reads them: generous about order and
// garbage, strict about very little, with its own ideas of time zones. Times are seconds since 1970 UTC. Safe
// from several threads.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

namespace thresh {

// nullopt where no day, month and year are found or the day does not exist. Out-of-range parts are bent, not
// refused: hours to 23, years to 1970..2037, the 31st of a short month to the first of the next. Unknown
// zones are UTC.
[[nodiscard]] std::optional<std::int64_t> parse_rfc822_date(std::string_view text);

// The date in a Received header as HeaderEval takes it: (\s.?\d+ \S\S\S \d+ \d+:\d+:\d+ \S+), leftmost. Empty
// when there is none.
[[nodiscard]] std::string_view find_received_date(std::string_view received);

// HeaderEval's _get_received_header_times over the Received headers, one a line (unfolded), topmost first.
// `now`: dates of the fetching host beyond it are not believed.
struct ReceivedTimes {
  explicit ReceivedTimes(std::pmr::memory_resource* memory) : header_times(memory) {}
  std::pmr::vector<std::int64_t> header_times;
  std::optional<std::int64_t> fetchmail_time;
};
[[nodiscard]] ReceivedTimes received_times(std::string_view received, std::int64_t now,
                                           std::pmr::memory_resource* memory);

// Util::receive_date: when a message with these headers (folded or not, all of them) arrived; `now` where
// nothing says so.
[[nodiscard]] std::int64_t receive_date(std::string_view headers, std::int64_t now);

}  // namespace thresh
