#include "milter/systemd.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>
#include <string>

namespace thresh::milter {
namespace {

// What it says is for others; whether they hear it changes nothing for us.
void notify(const std::string& state) {
  (void)::sd_notify(0, state.c_str());
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (c == '\n' || c == '\r' || c == '\0') c = ' ';
  return line;
}

}  // namespace

void notify_ready(std::string_view status) {
  notify(fmt::format("READY=1\nSTATUS={}", one_line(status)));
}

void notify_reloading() {
  // Type=notify-reload wants to know that this answers its signal and none before it.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=Reloading",
                     std::uint64_t{1'000'000} * static_cast<std::uint64_t>(now.tv_sec) +
                         static_cast<std::uint64_t>(now.tv_nsec) / 1000));
}

void notify_status(std::string_view status) {
  notify(fmt::format("STATUS={}", one_line(status)));
}

void notify_stopping() {
  notify("STOPPING=1\nSTATUS=Stopping");
}

void notify_alive() {
  notify("WATCHDOG=1");
}

}  // namespace thresh::milter
