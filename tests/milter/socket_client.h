// A client that sends what it is told, over TCP or a unix socket, and reads until the other side closes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <string_view>

#include "engine/base/descriptor.h"

namespace thresh::milter::testing {

class SocketClient {
 public:
  // "127.0.0.1:PORT", "[::1]:PORT" or "unix:PATH".
  explicit SocketClient(const std::string& address) {
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (address.starts_with("unix:")) {
      auto& local = reinterpret_cast<sockaddr_un&>(storage);
      local.sun_family = AF_UNIX;
      address.copy(local.sun_path, sizeof local.sun_path - 1, 5);
      size = sizeof local;
    } else {
      const std::size_t colon = address.rfind(':');
      const auto port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
      if (address.starts_with('[')) {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = port;
        ::inet_pton(AF_INET6, address.substr(1, colon - 2).c_str(), &v6.sin6_addr);
        size = sizeof v6;
      } else {
        auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
        v4.sin_family = AF_INET;
        v4.sin_port = port;
        ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &v4.sin_addr);
        size = sizeof v4;
      }
    }
    socket_ = Descriptor(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }

  // False once the other side has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void finish() { ::shutdown(socket_.get(), SHUT_WR); }
  // What comes until the other side closes; nothing more after half a minute, and closed() is false.
  std::string read_all() {
    std::string all;
    std::string chunk(65536, '\0');
    for (;;) {
      pollfd ready{socket_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 30'000) <= 0) return all;
      const ssize_t count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
      if (count <= 0) {
        closed_ = true;
        return all;
      }
      all.append(chunk, 0, static_cast<std::size_t>(count));
    }
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  Descriptor socket_;
  bool connected_ = false;
  bool closed_ = false;
};

inline std::string ask(const std::string& address, std::string_view request) {
  SocketClient client(address);
  client.send(request);
  return client.read_all();
}

}  // namespace thresh::milter::testing
