// The socket on which the mail server reaches the milter. Opened here and not by libmilter, which would take
// the path of a live instance away and knows no modes and groups.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/base/settings.h"

namespace thresh::milter {

class ListeningSocket {
 public:
  // As milter.socket, milter.socket_mode and milter.socket_group say: unix:PATH (with local: as another
  // name), inet:PORT@HOST, inet6:PORT@HOST (no host: every address), fd:N (open already; mode and group are
  // whoever's opened it). A unix socket that nobody serves any more is replaced; one that is served is an
  // error. While the socket is open PATH.lock is held, so that of two that start at once one gets it.
  [[nodiscard]] static Result<ListeningSocket> open(const Settings& settings);
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();  // removes the path, unless somebody has put another socket there

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::string& name() const { return name_; }  // as the setting has it
  void close();

 private:
  ListeningSocket() = default;
  [[nodiscard]] Result<void> open_unix(const std::string& path, const Settings& settings);
  [[nodiscard]] Result<void> open_inet(int family, const std::string& address);
  [[nodiscard]] Result<void> take_fd(const std::string& number);

  std::string name_;
  int fd_ = -1;
  std::string path_;  // of a unix socket that we made
  int lock_ = -1;
  unsigned long long device_ = 0, inode_ = 0;
};

}  // namespace thresh::milter
