// Tells the service manager that we live, for as long as we answer: each time the milter's own socket was
// asked first.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/result.h"

namespace thresh::milter {

class Watchdog {
 public:
  using Failed = std::function<void(const Error&)>;

  // Asks what listens on the descriptor four times in the interval that the service manager gives
  // (WatchdogSec=), each time for a quarter of it at most; one answer in the interval keeps us alive. Null
  // where it gives none. `failed` is called in the watchdog's own thread for each try without an answer. The
  // descriptor is only looked at now. Errors: it has no address; no thread.
  //
  // A server so busy that it takes no connection for that long counts as dead: choose WatchdogSec= well above
  // milter.deadline.
  [[nodiscard]] static Result<std::unique_ptr<Watchdog>> start(int listening, Failed failed);
  // Waits for the try that is under way. Call it before the socket is closed.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  struct State;
  explicit Watchdog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace thresh::milter
