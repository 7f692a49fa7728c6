#include "milter/listening_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <netdb.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace thresh::milter {
namespace {

constexpr int backlog = 1024;  // the kernel cuts it to net.core.somaxconn

std::unexpected<Error> trouble(const std::string& what, const std::string& where,
                               const std::string& remedy = {}) {
  return fail(fmt::format("{}: {}", what, std::strerror(errno)), where, remedy);
}

std::optional<mode_t> octal(const std::string& text) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 0777) return std::nullopt;
  return static_cast<mode_t>(mode);
}

Result<gid_t> group_id(const std::string& name, const std::string& where) {
  std::string buffer(16384, '\0');
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return fail(fmt::format("there is no group {}", name), where);
  return found->gr_gid;
}

// Somebody answers at the path.
bool is_served(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return true;
  const bool connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
                         errno == EAGAIN;  // its queue is full, so it is there
  ::close(probe);
  return connected;
}

}  // namespace

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : name_(std::move(other.name_)),
      fd_(std::exchange(other.fd_, -1)),
      path_(std::exchange(other.path_, {})),
      lock_(std::exchange(other.lock_, -1)),
      device_(other.device_),
      inode_(other.inode_) {}

ListeningSocket::~ListeningSocket() {
  close();
}

void ListeningSocket::close() {
  if (!path_.empty()) {
    struct stat now{};
    if (::lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_)
      ::unlink(path_.c_str());
    path_.clear();
  }
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  // The lock file stays: removing it would let two processes hold locks on two files of that name.
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

Result<ListeningSocket> ListeningSocket::open(const Settings& settings) {
  ListeningSocket made;
  made.name_ = settings.text("milter.socket");
  const std::string& where = settings.origin("milter.socket");
  const std::size_t colon = made.name_.find(':');
  const std::string kind = made.name_.substr(0, colon);
  const std::string rest = colon == std::string::npos ? std::string() : made.name_.substr(colon + 1);
  Result<void> opened;
  if (kind == "unix" || kind == "local")
    opened = made.open_unix(rest, settings);
  else if (kind == "inet" || kind == "inet6")
    opened = made.open_inet(kind == "inet" ? AF_INET : AF_INET6, rest);
  else if (kind == "fd")
    opened = made.take_fd(rest);
  else
    opened = fail(fmt::format("milter.socket is \"{}\"", made.name_), {},
                  "unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N");
  if (!opened) {
    if (opened.error().where.empty()) opened.error().where = where;
    return std::unexpected(opened.error());
  }
  return made;
}

Result<void> ListeningSocket::open_unix(const std::string& path, const Settings& settings) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return fail(fmt::format("milter.socket: a path of 1 to {} bytes is wanted", sizeof address.sun_path - 1));
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto mode = octal(settings.text("milter.socket_mode"));
  if (!mode)
    return fail(fmt::format("milter.socket_mode is \"{}\"", settings.text("milter.socket_mode")),
                settings.origin("milter.socket_mode"), "octal digits, such as 0660");
  std::optional<gid_t> group;
  if (const std::string& name = settings.text("milter.socket_group"); !name.empty()) {
    const auto id = group_id(name, settings.origin("milter.socket_group"));
    if (!id) return std::unexpected(id.error());
    group = *id;
  }

  const std::string lock_path = path + ".lock";
  lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0)
    return trouble("cannot be opened", lock_path, "the directory must exist and the milter may write to it");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    return fail("another milter serves this socket", path, "stop it, or choose another milter.socket");
  struct stat old{};
  if (::lstat(path.c_str(), &old) == 0) {
    if (!S_ISSOCK(old.st_mode))
      return fail("exists and is no socket", path, "remove it, or choose another milter.socket");
    if (is_served(address))
      return fail("another program serves this socket", path, "stop it, or choose another milter.socket");
    if (::unlink(path.c_str()) != 0) return trouble("the old socket cannot be removed", path);
  }
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return trouble("no socket", path);
  // Nobody may connect before mode and group are right.
  const mode_t before = ::umask(0777);
  const int bound = ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0) return trouble("cannot be bound", path);
  path_ = path;
  struct stat made{};
  if (::lstat(path.c_str(), &made) != 0) return trouble("is gone again", path);
  device_ = made.st_dev;
  inode_ = made.st_ino;
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0)
    return trouble(fmt::format("cannot be given to group {}", settings.text("milter.socket_group")), path);
  if (::chmod(path.c_str(), *mode) != 0) return trouble("mode cannot be set", path);
  if (::listen(fd_, backlog) != 0) return trouble("nobody can connect", path);
  return {};
}

Result<void> ListeningSocket::open_inet(int family, const std::string& text) {
  const std::size_t at = text.find('@');
  const std::string port = text.substr(0, at);
  const std::string host = at == std::string::npos ? std::string() : text.substr(at + 1);
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
      error != 0)
    return fail(fmt::format("milter.socket {}: {}", name_, ::gai_strerror(error)), {}, "inet:PORT@HOST");
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  fd_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return trouble("no socket", name_);
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd_, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd_, backlog) != 0)
    return trouble("cannot be opened", name_);
  return {};
}

Result<void> ListeningSocket::take_fd(const std::string& number) {
  int fd = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), fd);
  int listening = 0;
  socklen_t size = sizeof listening;
  if (error != std::errc() || end != number.data() + number.size() || fd < 0 ||
      ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
    return fail(fmt::format("milter.socket is {}, and that is no socket that listens", name_), {},
                "start the milter by its socket unit, or choose unix:PATH");
  fd_ = fd;
  ::fcntl(fd_, F_SETFD, FD_CLOEXEC);
  return {};
}

}  // namespace thresh::milter
