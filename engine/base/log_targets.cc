#include "engine/base/log_targets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "engine/base/descriptor.h"

namespace thresh {
namespace {

constexpr std::chrono::milliseconds patience{1000};

class DescriptorTarget : public LogTarget {
 public:
  // `path` empty: not reopened.
  DescriptorTarget(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  bool write(LogLevel, std::string_view line) override {
    // A line that was cut off in the middle must not become the beginning of the next.
    std::string bytes = half_line_ ? "\n" : "";
    bytes += line;
    bytes += '\n';
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      if (!wait_writable(descriptor_.get())) break;
      // A pipe that is ready takes PIPE_BUF bytes; with more, the write could wait for its reader.
      const std::size_t size = std::min<std::size_t>(PIPE_BUF, bytes.size() - sent);
      const ssize_t count = ::write(descriptor_.get(), bytes.data() + sent, size);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    if (sent > 0) half_line_ = bytes[sent - 1] != '\n';
    return patient_ = sent == bytes.size();
  }

  Result<void> reopen() override {
    if (path_.empty()) return {};
    Result<Descriptor> opened = open_file(path_);
    if (!opened) return std::unexpected(opened.error());
    descriptor_ = std::move(*opened);
    half_line_ = false;
    return {};
  }

  static Result<Descriptor> open_file(const std::string& path) {
    Descriptor opened(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640));
    if (!opened)
      return fail(fmt::format("the log cannot be written: {}", std::strerror(errno)), path, "see log.target");
    return opened;
  }

 private:
  Descriptor descriptor_;
  std::string path_;
  bool half_line_ = false;
};

class DatagramTarget : public LogTarget {
 public:
  explicit DatagramTarget(std::string socket_path) : path_(std::move(socket_path)) {}

 protected:
  bool send(std::string_view datagram) {
    // The daemon on the other side may have been started again since.
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (!socket_ && !connect()) break;
      ssize_t count = try_send(datagram);
      if (count < 0 && errno == EAGAIN && wait_writable(socket_.get())) count = try_send(datagram);
      if (count >= 0) return patient_ = true;
      if (errno == EAGAIN || errno == EMSGSIZE) break;
      socket_ = {};
    }
    return patient_ = false;
  }

 private:
  ssize_t try_send(std::string_view datagram) {
    ssize_t count = 0;
    do count = ::send(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count;
  }
  bool connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return false;
    path_.copy(address.sun_path, path_.size());
    Descriptor made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return false;
    socket_ = std::move(made);
    return true;
  }

  std::string path_;
  Descriptor socket_;
};

class SyslogTarget : public DatagramTarget {
 public:
  using DatagramTarget::DatagramTarget;
  bool write(LogLevel level, std::string_view line) override {
    constexpr int mail = 2 << 3;
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::localtime_r(&now, &parts);
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    return send(fmt::format("<{}>{} {:2} {:02}:{:02}:{:02} thresh[{}]: {}", mail | syslog_severity(level),
                            months.substr(static_cast<std::size_t>(parts.tm_mon) * 3, 3), parts.tm_mday,
                            parts.tm_hour, parts.tm_min, parts.tm_sec, ::getpid(), line));
  }
};

class JournalTarget : public DatagramTarget {
 public:
  using DatagramTarget::DatagramTarget;
  bool write(LogLevel, std::string_view datagram) override { return send(datagram); }
};

}  // namespace

bool LogTarget::wait_writable(int descriptor) const {
  pollfd wanted{descriptor, POLLOUT, 0};
  int ready = 0;
  do ready = ::poll(&wanted, 1, patient_ ? static_cast<int>(patience.count()) : 0);
  while (ready < 0 && errno == EINTR);
  // What else is wrong with it, the write says.
  if (ready == 0) errno = EAGAIN;
  return ready > 0;
}

std::unique_ptr<LogTarget> standard_error_target() {
  // A duplicate, so that whoever closes descriptor 2 does not send our lines into what is opened next.
  return std::make_unique<DescriptorTarget>(Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)), "");
}

Result<std::unique_ptr<LogTarget>> file_target(const std::string& path) {
  Result<Descriptor> opened = DescriptorTarget::open_file(path);
  if (!opened) return std::unexpected(opened.error());
  return std::make_unique<DescriptorTarget>(std::move(*opened), path);
}

std::unique_ptr<LogTarget> syslog_target(const std::string& socket_path) {
  return std::make_unique<SyslogTarget>(socket_path);
}

std::unique_ptr<LogTarget> journal_target(const std::string& socket_path) {
  return std::make_unique<JournalTarget>(socket_path);
}

}  // namespace thresh
