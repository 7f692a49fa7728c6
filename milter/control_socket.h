// How a running server is asked and told: a unix stream socket (setting control.socket).
//
// The protocol. The client connects, sends one line of at most 4 KiB and reads one answer; then the server
// closes.
//
//   client   VERB [ARGUMENT] LF
//   server   OK LENGTH LF, and LENGTH bytes
//        or  ERROR TEXT LF
//
// Who asks is known from the kernel (SO_PEERCRED, unix(7)). Each verb has its list of users; the one the
// server runs as may use all. Who may use none is cut off before a byte is read, so that the few connections
// there are stay for those who may.
//
// The verbs of the server: `status` answers a JSON object, `reload` says in a line what is at work now.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh::milter {

struct ControlVerb {
  std::string name;                // [a-z][a-z0-9-]*
  std::vector<std::string> users;  // names, or numbers
  // Its answer, at most max_control_answer bytes; an error's text goes to the client. Called in one of the
  // socket's own threads: one call of a verb at a time, different verbs side by side.
  std::function<Result<std::string>(std::string_view argument)> run;
};

inline constexpr std::size_t max_control_answer = std::size_t{4} << 20;

struct ControlLimits {
  std::chrono::milliseconds request{5'000};  // to send the line, and again to take the answer
  std::size_t connections = 16;              // the next wait
};

class ControlSocket {
 public:
  // Errors: a user that does not exist, a verb named twice; a path that cannot be used (LocalSocket::listen).
  [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> start(const std::string& path,
                                                                    std::vector<ControlVerb> verbs,
                                                                    ControlLimits limits = {});
  // Cuts off whoever is connected, waits for verbs that are running, removes the path. Not to be called by a
  // verb.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  struct State;
  explicit ControlSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Asks a running server and waits for its answer; a reload may compile rules for a minute. Errors: nobody
// there, what the server refused, no answer in time.
[[nodiscard]] Result<std::string> control_request(
    const std::string& path, std::string_view verb, std::string_view argument = {},
    std::chrono::milliseconds patience = std::chrono::milliseconds(300'000));

}  // namespace thresh::milter
