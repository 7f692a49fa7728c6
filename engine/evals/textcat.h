// What TextCat contributes to a message besides its tests.
#pragma once

#include "engine/evals/eval.h"

namespace thresh {

// Puts the metadata X-Languages ("en de", empty when nothing fits) and X-Languages-Length, which header rules
// may ask for; nothing when the plugin is not loaded.
void put_language_metadata(EvalContext& context);

}  // namespace thresh
