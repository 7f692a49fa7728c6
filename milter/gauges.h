// What is going on at this moment. Written by the dialogue, read by metrics and control socket.
#pragma once

#include <atomic>
#include <cstdint>

namespace thresh::milter {

struct Gauges {
  std::atomic<std::int64_t> connections = 0;  // open milter connections
  std::atomic<std::int64_t> in_flight = 0;    // messages between MAIL FROM and their answer
  std::atomic<std::int64_t> scanning = 0;
  std::atomic<std::int64_t> waiting = 0;     // for a scan slot
  std::atomic<std::int64_t> bytes_held = 0;  // of messages in memory
  std::atomic<std::int64_t> aborted = 0;     // counter: messages that the client or the mail server gave up
  std::atomic<std::int64_t> reloads = 0;     // counter
  std::atomic<std::int64_t> refused_reloads = 0;  // counter
};

}  // namespace thresh::milter
