// How long things took: counts by bucket and their sum, written by any number of threads at once.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace thresh::milter {

class Histogram {
 public:
  // Upper bounds in microseconds, from a stage that has nothing to do to a deadline (milter.deadline, at most
  // 240 s). Prometheus wants every bucket at every scrape, so there are few.
  static constexpr std::array<std::uint64_t, 15> bounds{100,     250,     500,       1'000,     2'500,
                                                        5'000,   10'000,  25'000,    50'000,    100'000,
                                                        250'000, 500'000, 1'000'000, 5'000'000, 30'000'000};

  void record(std::chrono::nanoseconds time) {
    const auto ns = static_cast<std::uint64_t>(time.count() > 0 ? time.count() : 0);
    std::size_t bucket = 0;
    while (bucket < bounds.size() && ns > bounds[bucket] * 1000) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(ns, std::memory_order_relaxed);
  }

  // In bucket i; the last one has no upper bound.
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const {
    return counts_[bucket].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::chrono::nanoseconds sum() const {
    return std::chrono::nanoseconds(sum_.load(std::memory_order_relaxed));
  }

 private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace thresh::milter
