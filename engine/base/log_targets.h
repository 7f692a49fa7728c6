// Where finished lines go: an open descriptor or file, or a unix datagram socket (syslogd's, the journal's).
// None waits longer than its patience, and every line that was not taken is known: that is why syslog(3) and
// sd_journal_send(3), which block and are silent where nobody listens, are not used.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/log_text.h"
#include "engine/base/result.h"

namespace thresh {

// Used by one thread at a time.
class LogTarget {
 public:
  virtual ~LogTarget() = default;
  // `line` without its end. False: it is lost. Waits for a reader that is slow, at most one second, and not
  // at all once it has waited in vain, until a line is taken again.
  [[nodiscard]] virtual bool write(LogLevel level, std::string_view line) = 0;
  // Opens a file again, so that a rotated one is let go; nothing for others. On an error the old one stays.
  [[nodiscard]] virtual Result<void> reopen() { return {}; }

 protected:
  // Until the descriptor takes a write or patience ends.
  [[nodiscard]] bool wait_writable(int descriptor) const;
  bool patient_ = true;
};

// The process' standard error.
[[nodiscard]] std::unique_ptr<LogTarget> standard_error_target();
// Appends; created with mode 0640. A FIFO that nobody reads is an error.
[[nodiscard]] Result<std::unique_ptr<LogTarget>> file_target(const std::string& path);
// RFC 3164 with facility mail, as syslog(3) sends it. The daemon may come and go.
[[nodiscard]] std::unique_ptr<LogTarget> syslog_target(const std::string& socket_path);
// Lines are datagrams of journal_datagram().
[[nodiscard]] std::unique_ptr<LogTarget> journal_target(const std::string& socket_path);

}  // namespace thresh
