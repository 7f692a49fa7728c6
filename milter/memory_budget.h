// One budget of bytes for all messages in memory. Safe from several threads.
#pragma once

#include <atomic>
#include <cstddef>

#include "milter/gauges.h"

namespace thresh::milter {

class MemoryBudget {
 public:
  // `gauges.bytes_held` is what is taken.
  MemoryBudget(std::size_t most, Gauges& gauges) : most_(most), held_(gauges.bytes_held) {}

  // Takes `bytes` where that stays within the budget.
  [[nodiscard]] bool try_take(std::size_t bytes) {
    const auto wanted = static_cast<std::int64_t>(bytes);
    if (held_.fetch_add(wanted) + wanted <= static_cast<std::int64_t>(most_.load())) return true;
    held_ -= wanted;
    return false;
  }
  // Takes `bytes` in any case: what is kept of each message whatever others hold.
  void take(std::size_t bytes) { held_ += static_cast<std::int64_t>(bytes); }
  void give_back(std::size_t bytes) { held_ -= static_cast<std::int64_t>(bytes); }

  void set_most(std::size_t most) { most_ = most; }

 private:
  std::atomic<std::size_t> most_;
  std::atomic<std::int64_t>& held_;
};

}  // namespace thresh::milter
