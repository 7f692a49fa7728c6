// A Regex that is compiled when it is first asked for: of the patterns of a rule set most are never
// confirmed. Safe from several threads.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "engine/regex/regex.h"

namespace thresh {

class LazyRegex {
 public:
  // `existence`: only whether the pattern matches will be asked (existence_form). The pattern has been
  // compiled before, or its analysis has been read from the cache; one that cannot be compiled after all
  // never matches. `pattern` must live as long.
  LazyRegex(const PerlPattern& pattern, bool existence) : pattern_(&pattern), existence_(existence) {}

  [[nodiscard]] const Regex& get() const {
    if (const Regex* ready = ready_.load(std::memory_order_acquire)) return *ready;
    return make();
  }

 private:
  const Regex& make() const;

  const PerlPattern* pattern_;
  bool existence_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Regex> regex_;
  mutable std::atomic<const Regex*> ready_ = nullptr;
};

}  // namespace thresh
