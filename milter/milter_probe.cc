#include "milter/milter_probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/base/descriptor.h"

namespace thresh::milter {
namespace {

using Clock = std::chrono::steady_clock;

// Packets are a length (32 bits, network order), a command and its data. SMFIC_OPTNEG: protocol 6, every
// action and every protocol step offered, for a milter refuses a server that does not offer what it asks for.
constexpr std::string_view negotiation("\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff", 17);
constexpr std::string_view farewell("\0\0\0\x01Q", 5);
// Command, version, actions, steps; macro lists may follow, each as long as Postfix would take.
constexpr std::size_t least_answer = 13;
constexpr std::size_t most_answer = 65536;

std::unexpected<Error> failed(std::string_view what) {
  return fail(fmt::format("{}: {}", what, std::strerror(errno)), "the milter's own socket");
}
std::unexpected<Error> wrong(std::string_view what) {
  return fail(std::string(what), "the milter's own socket");
}

Result<void> wait(int socket, short event, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return wrong("no answer in time");
    pollfd wanted{socket, event, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed("cannot be waited for");
  }
}

Result<void> send_all(int socket, std::string_view bytes, Clock::time_point end) {
  while (!bytes.empty()) {
    if (auto ready = wait(socket, POLLOUT, end); !ready) return ready;
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return failed("cannot be written to");
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<std::string> read_exactly(int socket, std::size_t size, Clock::time_point end) {
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size;) {
    if (auto ready = wait(socket, POLLIN, end); !ready) return std::unexpected(ready.error());
    const ssize_t count = ::recv(socket, bytes.data() + at, size - at, 0);
    if (count == 0) return wrong("closed without an answer");
    if (count < 0 && errno != EAGAIN && errno != EINTR) return failed("cannot be read");
    if (count > 0) at += static_cast<std::size_t>(count);
  }
  return bytes;
}

Result<Descriptor> connect_to(const SocketAddress& address, Clock::time_point end) {
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("no socket to try it with");
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(socket.get(), where, address.size) == 0) return socket;
  if (errno != EINPROGRESS) return failed("cannot be connected to");
  if (auto ready = wait(socket.get(), POLLOUT, end); !ready) return std::unexpected(ready.error());
  socklen_t size = sizeof errno;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &errno, &size) != 0 || errno != 0)
    return failed("cannot be connected to");
  return socket;
}

}  // namespace

Result<SocketAddress> address_to_reach(int listening) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(listening, reinterpret_cast<sockaddr*>(&address.storage), &address.size) != 0)
    return failed("has no address");
  if (address.storage.ss_family == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else if (address.storage.ss_family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    if (std::memcmp(&v6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0) v6.sin6_addr = in6addr_loopback;
  } else if (address.storage.ss_family != AF_UNIX) {
    return wrong("is neither a unix nor an inet socket");
  }
  return address;
}

Result<void> probe_milter(const SocketAddress& address, std::chrono::milliseconds patience) {
  const Clock::time_point end = Clock::now() + patience;
  const auto socket = connect_to(address, end);
  if (!socket) return std::unexpected(socket.error());
  if (auto sent = send_all(socket->get(), negotiation, end); !sent) return sent;
  const auto head = read_exactly(socket->get(), 4, end);
  if (!head) return std::unexpected(head.error());
  std::uint32_t length = 0;
  std::memcpy(&length, head->data(), sizeof length);
  length = ntohl(length);
  if (length < least_answer || length > most_answer) return wrong("the answer is none of a milter");
  const auto answer = read_exactly(socket->get(), length, end);
  if (!answer) return std::unexpected(answer.error());
  if (answer->front() != 'O') return wrong("the answer is none to a negotiation");
  // It has answered; whether it waits for a farewell is its own affair.
  (void)send_all(socket->get(), farewell, end);
  return {};
}

}  // namespace thresh::milter
