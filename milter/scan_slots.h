// As many scans at a time as there are cores: more would only make each slower. Safe from several threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "milter/gauges.h"

namespace thresh::milter {

class ScanSlots {
 public:
  ScanSlots(unsigned slots, Gauges& gauges) : free_(static_cast<int>(slots)), gauges_(gauges) {}

  // Held for one scan.
  class Loan {
   public:
    explicit Loan(ScanSlots* slots) : slots_(slots) {}
    Loan(Loan&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (slots_ != nullptr) slots_->give_back();
    }
    explicit operator bool() const { return slots_ != nullptr; }

   private:
    ScanSlots* slots_;
  };

  // Waits until a slot is free; an empty loan where none is before `deadline`.
  [[nodiscard]] Loan take(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (free_ <= 0) {
      ++gauges_.waiting;
      const bool got = freed_.wait_until(lock, deadline, [&] { return free_ > 0; });
      --gauges_.waiting;
      if (!got) return Loan(nullptr);
    }
    --free_;
    ++gauges_.scanning;
    return Loan(this);
  }

  // Other settings: `slots` in all from now on.
  void resize(int difference) {
    const std::lock_guard lock(mutex_);
    free_ += difference;
    freed_.notify_all();
  }

 private:
  void give_back() {
    --gauges_.scanning;
    const std::lock_guard lock(mutex_);
    ++free_;
    freed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  int free_;
  Gauges& gauges_;
};

}  // namespace thresh::milter
