// What plugins add to a message before any rule runs (their extract_metadata and parsed_metadata).
#pragma once

#include "engine/evals/eval.h"

namespace thresh {

// To be called once a message, before rules are matched. Does nothing for plugins that are not loaded.
void extract_metadata(EvalContext& context);

}  // namespace thresh
