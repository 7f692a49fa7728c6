// The asking side of milter/control_socket.h.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "milter/control_request.h"
#include "milter/control_socket.h"
#include "milter/local_socket.h"

namespace thresh::milter {
namespace {

using Clock = std::chrono::steady_clock;

// "OK LENGTH\n" or "ERROR TEXT\n".
constexpr std::size_t max_head = 2048;

class Conversation {
 public:
  Conversation(Descriptor socket, std::string path, Clock::time_point end)
      : socket_(std::move(socket)), path_(std::move(path)), end_(end) {}

  [[nodiscard]] Result<void> send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (auto ready = wait(POLLOUT); !ready) return ready;
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      // A server that refuses does not read on; its answer says why.
      if (count < 0 && errno == EPIPE) return {};
      if (count < 0 && errno != EAGAIN && errno != EINTR) return failed("the request cannot be sent");
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }
  // Until the server closes; no more than an answer may have.
  [[nodiscard]] Result<std::string> read_all() {
    std::string all;
    std::array<char, 16384> chunk{};
    for (;;) {
      if (auto ready = wait(POLLIN); !ready) return std::unexpected(ready.error());
      const ssize_t count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
      // The server closed without reading all that was sent.
      if (count == 0 || (count < 0 && errno == ECONNRESET)) return all;
      if (count < 0 && errno != EAGAIN && errno != EINTR) return failed("the answer cannot be read");
      if (count > 0) all.append(chunk.data(), static_cast<std::size_t>(count));
      if (all.size() > max_head + max_control_answer) return fail("the answer is too long", path_);
    }
  }

 private:
  [[nodiscard]] std::unexpected<Error> failed(std::string_view what) const {
    return fail(fmt::format("{}: {}", what, std::strerror(errno)), path_);
  }
  [[nodiscard]] Result<void> wait(short event) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
      if (left.count() <= 0) return fail("no answer in time", path_);
      pollfd wanted{socket_.get(), event, 0};
      const int ready = ::poll(&wanted, 1, static_cast<int>(left.count()));
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return failed("cannot be waited for");
    }
  }

  Descriptor socket_;
  std::string path_;
  Clock::time_point end_;
};

Result<std::string> read_answer(std::string answer, const std::string& path) {
  const std::size_t end = answer.find('\n');
  const std::string_view head = std::string_view(answer).substr(0, end);
  if (end != std::string::npos && head.starts_with("ERROR ")) return fail(std::string(head.substr(6)), path);
  std::size_t length = 0;
  if (end != std::string::npos && head.starts_with("OK ")) {
    const auto [rest, error] = std::from_chars(head.data() + 3, head.data() + head.size(), length);
    if (error == std::errc() && rest == head.data() + head.size() && answer.size() - end - 1 == length)
      return answer.substr(end + 1);
  }
  return fail(answer.empty() ? "the server closed without an answer" : "not the answer of a Thresh server",
              path);
}

}  // namespace

Result<std::string> control_request(const std::string& path, std::string_view verb, std::string_view argument,
                                    std::chrono::milliseconds patience) {
  const std::string line =
      argument.empty() ? fmt::format("{}\n", verb) : fmt::format("{} {}\n", verb, argument);
  if (line.size() > max_control_request)
    return fail(fmt::format("the request is longer than {} bytes", max_control_request), path);
  auto socket = connect_local(path);
  if (!socket) {
    socket.error().remedy = "is Thresh running? see control.socket";
    return std::unexpected(socket.error());
  }
  Conversation conversation(std::move(*socket), path, Clock::now() + patience);
  if (auto sent = conversation.send(line); !sent) return std::unexpected(sent.error());
  auto answer = conversation.read_all();
  if (!answer) return answer;
  return read_answer(std::move(*answer), path);
}

}  // namespace thresh::milter
