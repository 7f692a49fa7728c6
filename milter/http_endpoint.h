// /metrics and /health over HTTP, for this machine alone: the setting metrics.listen takes loopback addresses
// and unix sockets only.
//
//   GET /metrics  200, Prometheus' text format
//   GET /health   200 "ok", or 503 and the reasons, one a line
//
// Others get 404 (path), 405 (method), 421 (Host: see http_host.h), 400 (no HTTP, no Host, a body) or 431
// (header fields of more than 8 KiB). One request a connection; who is not done after ten seconds is cut off,
// and at most sixteen are served at a time, the next wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/settings.h"

namespace thresh::milter {

struct Health {
  std::vector<std::string> reasons{};  // why not to send mail here; empty: all is well
};

struct HttpLimits {
  std::chrono::milliseconds request{10'000};  // from connecting to the end of the answer
  std::size_t connections = 16;
  static constexpr std::size_t header_bytes = 8192;
};

class HttpEndpoint {
 public:
  using Render = std::function<std::string()>;
  using CheckHealth = std::function<Health()>;

  // Listens where metrics.listen says; null where it is empty. The functions are called in the endpoint's own
  // thread, one at a time; what they throw becomes a 500. Errors: an address that is not this machine's
  // alone, or is taken.
  [[nodiscard]] static Result<std::unique_ptr<HttpEndpoint>> start(const Settings& settings, Render metrics,
                                                                   CheckHealth health,
                                                                   HttpLimits limits = {});
  // Cuts off whoever is connected; waits for a function that is running.
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  // Where it listens, as metrics.listen is written, with the port that port 0 became.
  [[nodiscard]] const std::string& address() const;

 private:
  struct State;
  explicit HttpEndpoint(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace thresh::milter
