// Asks a milter whether it answers, as a mail server would begin: option negotiation (SMFIC_OPTNEG), then
// farewell (SMFIC_QUIT). A process can hold its socket open long after it stopped to serve; this tells.
#pragma once

#include <sys/socket.h>

#include <chrono>

#include "engine/base/result.h"

namespace thresh::milter {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// Where to reach what listens on the descriptor (getsockname(2)); loopback where it listens on every address.
[[nodiscard]] Result<SocketAddress> address_to_reach(int listening);

// Errors: nobody there, no answer in time, an answer that is none of the milter protocol's.
[[nodiscard]] Result<void> probe_milter(const SocketAddress& address, std::chrono::milliseconds patience);

}  // namespace thresh::milter
