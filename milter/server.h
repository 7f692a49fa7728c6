// The milter as a process: opens the socket, loads the rules, serves until it is told to stop; reloads on
// SIGHUP.
#pragma once

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/base/settings.h"
#include "milter/generation.h"

namespace thresh::milter {

// Runs in the main thread of a process that has no other thread yet, and ends the process' use of libmilter:
// call it once. `load` is called for the first set and at each reload, in this thread; a set that cannot be
// loaded at the start is an error, later it is logged and the old one stays. Returns once told to stop and
// mails in flight are done with, or setting milter.stop_limit has passed.
[[nodiscard]] Result<void> serve(const Settings& settings, const LoadGeneration& load);

}  // namespace thresh::milter
