// libmilter's side: the callbacks that turn its calls into a Dialogue. libmilter keeps its state in the
// process, so there is one Filter a process and one socket; several sockets are several instances
// (docs/impl.md).
#pragma once

#include "engine/base/result.h"
#include "milter/dialogue.h"

namespace thresh::milter {

class Filter {
 public:
  // `fd`: a socket that listens. `shared` must outlive the process' last callback.
  [[nodiscard]] static Result<void> open(int fd, Shared& shared, int connection_timeout_seconds);

  // smfi_main: serves as long as the process lives; false when libmilter gave up. Called once, from a thread
  // of its own: libmilter starts a thread that would take SIGHUP, SIGTERM and SIGINT, and blocks them in the
  // calling one.
  [[nodiscard]] static bool run();

  // From now on a new message waits at MAIL FROM until the process ends: the mail server then does as its
  // milter_default_action says, as if the milter had not been there.
  static void hold_new_messages();
};

}  // namespace thresh::milter
