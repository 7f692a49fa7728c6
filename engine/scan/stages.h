// Where a scan's time goes: its stages and a clock that tells them apart. For benchmarks and metrics.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thresh {

// In the order in which a message meets them. What is made on first use (relays, text of HTML, URIs) is counted where it
// is first asked for.
enum class Stage : std::uint8_t {
  read,          // header fields and part tree
  mime_headers,  // mimeheader and uri_detail rules
  headers,       // header rules, Received chain
  header_evals,
  body_text,     // decoding, charsets, text of HTML
  body,
  uri_list,      // finding URIs
  uri,
  body_evals,
  rawbody,       // with its text and its evals
  full,          // with its evals
  metas,
  verdict,
};
inline constexpr std::size_t stage_count = static_cast<std::size_t>(Stage::verdict) + 1;
[[nodiscard]] std::string_view to_string(Stage stage);

// Nanoseconds of wall-clock time by stage.
using StageTimes = std::array<std::uint64_t, stage_count>;

// Adds the time between calls to the stage that begins with the earlier one. Does nothing unless started.
class StageClock {
 public:
  void start(StageTimes* times, Stage stage) {
    times_ = times;
    stage_ = stage;
    if (times_ != nullptr) since_ = Clock::now();
  }
  void enter(Stage stage) {
    if (times_ == nullptr) return;
    const auto now = Clock::now();
    (*times_)[static_cast<std::size_t>(stage_)] +=
        static_cast<std::uint64_t>(std::chrono::nanoseconds(now - since_).count());
    since_ = now;
    stage_ = stage;
  }
  void stop() { enter(stage_); }

 private:
  using Clock = std::chrono::steady_clock;
  StageTimes* times_ = nullptr;
  Stage stage_ = Stage::read;
  Clock::time_point since_;
};

}  // namespace thresh
