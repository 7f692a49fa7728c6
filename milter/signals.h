// SIGHUP, SIGTERM and SIGINT for the main thread, and whatever else it must be woken for.
#pragma once

#include <chrono>
#include <optional>

namespace thresh::milter {

// One a process. Made by the main thread before any other is started, so that all others have the signals
// blocked.
class Signals {
 public:
  enum class Event : char { reload = 'H', stop = 'T', wake = 'W' };

  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Lets the signals through to the calling thread, which must be the main one.
  void take();
  // Waits for the next; nullopt when none came within `patience`.
  [[nodiscard]] std::optional<Event> wait(std::chrono::milliseconds patience);
  // From any thread.
  void wake();
};

}  // namespace thresh::milter
