// Whether PCRE2 may make machine code here.
#pragma once

#include "engine/base/result.h"

namespace thresh::milter {

// Compiles a pattern to machine code and runs it. To be asked at the start: without machine code every
// pattern is interpreted, several times slower, and nothing but a slow server would tell. Errors: PCRE2 was
// built without its JIT; memory may not be both written and run, which the service setting
// MemoryDenyWriteExecute sees to.
[[nodiscard]] Result<void> check_jit();

}  // namespace thresh::milter
