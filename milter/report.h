// What is known about one message when the milter is done with it: the one source of its log line and of the
// metrics. A view: valid while the message's state is.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/message/envelope.h"
#include "engine/scan/verdict.h"

namespace thresh::milter {

// What was done with the message in the end, from mildest to hardest.
enum class Disposition : std::uint8_t {
  passed,      // not scanned, only foreign headers removed
  headers,     // delivered with our headers
  quarantine,  // HOLD queue
  tempfail,
  reject,
  discard,
};
inline constexpr std::size_t disposition_count = static_cast<std::size_t>(Disposition::discard) + 1;
[[nodiscard]] constexpr std::string_view to_string(Disposition disposition) {
  switch (disposition) {
    case Disposition::passed:
      return "pass";
    case Disposition::headers:
      return "headers";
    case Disposition::quarantine:
      return "quarantine";
    case Disposition::tempfail:
      return "tempfail";
    case Disposition::reject:
      return "reject";
    case Disposition::discard:
      return "discard";
  }
  return "?";
}

// What kept a message from its full treatment. Each is counted in the metrics and named in the log.
enum class Degradation : std::uint8_t {
  oversize,      // longer than scan.max_full_size: header fields and first part only
  memory,        // milter.memory was used up: header fields and first part only
  no_slot,       // no scan slot before milter.deadline: not scanned
  deadline,      // the scan ran into milter.deadline: what had not run counts as no hit
  limited_rule,  // a pattern ran into PCRE2's match limit
  partial,       // a look-up did not answer
  internal,      // out of memory or another fault of ours: not scanned
};
inline constexpr std::size_t degradation_count = static_cast<std::size_t>(Degradation::internal) + 1;
[[nodiscard]] constexpr std::string_view to_string(Degradation degradation) {
  switch (degradation) {
    case Degradation::oversize:
      return "oversize";
    case Degradation::memory:
      return "memory";
    case Degradation::no_slot:
      return "no_slot";
    case Degradation::deadline:
      return "deadline";
    case Degradation::limited_rule:
      return "limited_rule";
    case Degradation::partial:
      return "partial";
    case Degradation::internal:
      return "internal";
  }
  return "?";
}

struct MessageReport {
  const Envelope& envelope;
  std::size_t size = 0;              // bytes as the client sent them, header fields and body
  const Verdict* verdict = nullptr;  // null: not scanned
  Disposition disposition = Disposition::passed;
  Disposition wanted = Disposition::passed;  // by score alone
  std::string_view softened_by{};            // why `disposition` is milder than `wanted`; empty: it is not
  std::string_view not_scanned_because{};    // empty where there is a verdict
  std::vector<Degradation> degraded{};
  std::chrono::nanoseconds at_end{};   // from end of message to our answer
  std::chrono::nanoseconds waiting{};  // of that, for a scan slot
  std::chrono::nanoseconds cpu{};      // of the scanning thread, for the scan
};

}  // namespace thresh::milter
