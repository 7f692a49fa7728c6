// Settings, rules and what is made of them: one set, that goes out of use as a whole when the milter reloads.
// Messages that began under a set end under it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/base/settings.h"
#include "engine/scan/scanner.h"
#include "milter/policy.h"

namespace thresh::milter {

struct Generation {
  Settings settings;
  std::unique_ptr<const Scanner> scanner;
  Policy policy;
  std::size_t max_message = 0;  // bytes kept of one message: scan.max_full_size
  std::chrono::nanoseconds deadline{};

  // Errors: of the settings, or of the policy made of them.
  [[nodiscard]] static Result<std::shared_ptr<const Generation>> make(Settings settings,
                                                                      std::unique_ptr<const Scanner> scanner);
};

// Reads settings and rules anew and makes a set of them.
using LoadGeneration = std::function<Result<std::shared_ptr<const Generation>>()>;

}  // namespace thresh::milter
