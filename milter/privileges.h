// From root to the user that the milter runs as.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace thresh::milter {

// Becomes `user` with its group and the groups it is in. Nothing where `user` is empty or what we are
// already; an error where it does not exist or we are not root. Not undone; for a process with one thread.
[[nodiscard]] Result<void> become(const std::string& user);

}  // namespace thresh::milter
