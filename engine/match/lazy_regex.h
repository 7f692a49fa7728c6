// A pattern that is compiled when it is first asked for: of the patterns of a rule set most are never
// confirmed. Safe from several threads.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/match/sequence_counter.h"
#include "engine/regex/regex.h"

namespace thresh {

class LazyRegex {
 public:
  struct Compiled {
    Regex regex;
    std::optional<SequenceCounter> counter;  // where matches can be counted without the regex
  };
  // `existence`: only whether the pattern matches will be asked (existence_form). The pattern has been
  // compiled before, or its plan has been read from the cache; one that cannot be compiled after all never
  // matches. `pattern` must live as long.
  LazyRegex(const PerlPattern& pattern, bool existence) : pattern_(&pattern), existence_(existence) {}

  [[nodiscard]] const Compiled& get() const {
    if (const Compiled* ready = ready_.load(std::memory_order_acquire)) return *ready;
    return make();
  }

 private:
  const Compiled& make() const;

  const PerlPattern* pattern_;
  bool existence_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Compiled> compiled_;
  mutable std::atomic<const Compiled*> ready_ = nullptr;
};

}  // namespace thresh
