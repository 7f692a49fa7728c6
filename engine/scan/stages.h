// Where a scan's time goes: its stages and a clock that tells them apart. For benchmarks and metrics.
#pragma once

#include <time.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thresh {

// In the order in which a message meets them. What is made on first use (relays, text of HTML, URIs) is
// counted where it is first asked for.
enum class Stage : std::uint8_t {
  read,          // header fields and part tree
  mime_headers,  // mimeheader and uri_detail rules
  headers,       // header rules, Received chain
  header_evals,
  body_text,  // decoding, charsets, text of HTML
  body,
  uri_list,  // finding URIs
  uri,
  body_evals,
  rawbody,  // with its text and its evals
  full,     // with its evals
  metas,
  verdict,
};
inline constexpr std::size_t stage_count = static_cast<std::size_t>(Stage::verdict) + 1;
[[nodiscard]] std::string_view to_string(Stage stage);

// Nanoseconds of the thread's CPU time by stage.
using StageTimes = std::array<std::uint64_t, stage_count>;

// Adds the time between calls to the stage that begins with the earlier one. Does nothing unless started.
class StageClock {
 public:
  void start(StageTimes* times, Stage stage) {
    times_ = times;
    stage_ = stage;
    if (times_ != nullptr) since_ = now();
  }
  void enter(Stage stage) {
    if (times_ == nullptr) return;
    const std::uint64_t time = now();
    (*times_)[static_cast<std::size_t>(stage_)] += time - since_;
    since_ = time;
    stage_ = stage;
  }
  void stop() { enter(stage_); }

 private:
  static std::uint64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
  }

  StageTimes* times_ = nullptr;
  Stage stage_ = Stage::read;
  std::uint64_t since_ = 0;
};

}  // namespace thresh
