#include "milter/local_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace thresh::milter {
namespace {

constexpr int backlog = 64;

std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path || path.contains('\0')) return {};
  path.copy(address.sun_path, path.size());
  return address;
}

std::unexpected<Error> failed(std::string_view what, const std::string& path) {
  return fail(fmt::format("{}: {}", what, std::strerror(errno)), path);
}

// 0, or why nobody answers there.
int probe(const sockaddr_un& address) {
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return errno;
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                                   : errno;
}

// Makes way where a dead process' socket is in it.
Result<void> clear(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return failed("the socket cannot be made", path);
  }
  if (!S_ISSOCK(status.st_mode))
    return fail("is there and is no socket", path, "remove it, or name another path");
  errno = probe(address);
  // EAGAIN: so busy that its queue is full.
  if (errno == 0 || errno == EAGAIN)
    return fail("another process listens there", path, "is Thresh running already?");
  if (errno != ECONNREFUSED && errno != ENOENT)
    return failed("the socket that is there cannot be tried", path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("the old socket cannot be removed", path);
  return {};
}

}  // namespace

Result<LocalSocket> LocalSocket::listen(const std::string& path, mode_t mode) {
  const auto address = address_of(path);
  if (!address) return fail("is no path for a socket", path, "1 to 107 bytes");
  if (auto way = clear(path, *address); !way) return std::unexpected(way.error());
  Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made || ::bind(made.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return failed("the socket cannot be made", path);
  LocalSocket socket;
  socket.path_ = path;
  if (::lstat(path.c_str(), &socket.identity_) != 0 || ::chmod(path.c_str(), mode) != 0 ||
      ::listen(made.get(), backlog) != 0)
    return failed("the socket cannot be set up", path);
  socket.descriptor_ = std::move(made);
  return socket;
}

LocalSocket::~LocalSocket() {
  struct stat now{};
  if (!path_.empty() && ::lstat(path_.c_str(), &now) == 0 && now.st_dev == identity_.st_dev &&
      now.st_ino == identity_.st_ino)
    ::unlink(path_.c_str());
}

Result<Descriptor> connect_local(const std::string& path) {
  const auto address = address_of(path);
  if (!address) return fail("is no path of a socket", path);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return failed("cannot be connected to", path);
  return socket;
}

}  // namespace thresh::milter
