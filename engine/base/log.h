// The log: one event, one line, to where the settings say. Mail never waits for it: lines go into a bounded
// queue that one thread of its own writes out; what the queue or the target cannot take is counted, and the
// number is said in the log itself (event log_lost) as soon as a line is taken again.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/log_text.h"
#include "engine/base/result.h"
#include "engine/base/settings.h"

namespace thresh {

class Log {
 public:
  // As the settings log.* say:
  //   log.target  stderr; syslog[:SOCKET] (/dev/log, facility mail); journald[:SOCKET]; file:PATH
  //   log.format  logfmt, json
  //   log.level   debug, info, warning, error: what is below is not written
  //   log.hash_addresses, log.hash_key_file   see AddressHash; without a file the key is a random one
  // Starts a thread: call it after a fork, never before. Errors: a wrong value; a file that cannot be opened;
  // a key file that cannot be read, or shorter than 16 bytes. A syslog daemon or journal that is away is no
  // error, its lines count as lost.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(const Settings& settings);
  // Writes what is waiting; at most a second longer where the target does not take it.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Never fails, never waits for the target. Safe from any number of threads. `event`: a constant, [a-z0-9_].
  void write(LogLevel level, std::string_view event, std::span<const LogField> fields) noexcept;
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) noexcept {
    write(level, event, std::span(fields.begin(), fields.size()));
  }
  [[nodiscard]] bool wants(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }

  // Lines that went nowhere since the start.
  [[nodiscard]] std::uint64_t lost() const;

  // What a reload does: opens file:PATH again (logrotate) and takes log.level; every other setting of the log
  // holds from the start on. On an error all stays as it is. Safe beside write(); may wait a second for a
  // slow target.
  [[nodiscard]] Result<void> reload(const Settings& settings);

 private:
  struct Writer;
  Log();

  std::unique_ptr<Writer> writer_;
  std::atomic<LogLevel> level_{LogLevel::info};
  LogFormat format_ = LogFormat::logfmt;
  bool stamped_ = true;
  bool journal_ = false;
  std::optional<AddressHash> hash_;
};

}  // namespace thresh
