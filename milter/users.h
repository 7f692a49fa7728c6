// Users by name.
#pragma once

#include <sys/types.h>

#include <string>

#include "engine/base/result.h"

namespace thresh::milter {

// `user`: a name or a number. Errors: no such user.
[[nodiscard]] Result<uid_t> user_id(const std::string& user);

}  // namespace thresh::milter
