// Work over many items on several threads with results in the order of the items: workers take items as they
// come free, the caller's thread hands out the results. At most `window` results wait, so memory is bounded
// however slow one item is.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace thresh {

// Results a thread that may wait for those before them: 64 verdicts are small, and one message that takes
// long does not stop the others.
inline constexpr std::size_t waiting_results = 64;

// `work(i)` runs on the workers, in any order; `deliver(i, result)` on the calling thread, for i = 0, 1, 2,
// ... Neither may throw.
template <typename Result, typename Work, typename Deliver>
void ordered_run(std::size_t items, unsigned threads, Work&& work, Deliver&& deliver) {
  if (threads <= 1) {
    for (std::size_t i = 0; i < items; ++i) deliver(i, work(i));
    return;
  }
  const std::size_t window = waiting_results * threads;
  std::mutex mutex;
  std::condition_variable room, done;
  std::vector<std::optional<Result>> ring(window);
  std::size_t next = 0;       // item to take
  std::size_t delivered = 0;  // items handed out

  const auto worker = [&] {
    for (;;) {
      std::size_t item = 0;
      {
        std::unique_lock lock(mutex);
        room.wait(lock, [&] { return next >= items || next < delivered + window; });
        if (next >= items) return;
        item = next++;
      }
      Result result = work(item);
      bool is_due = false;
      {
        const std::lock_guard lock(mutex);
        ring[item % window] = std::move(result);
        is_due = item == delivered;
      }
      if (is_due) done.notify_one();
    }
  };
  std::vector<std::jthread> workers;
  workers.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) workers.emplace_back(worker);

  for (std::size_t item = 0; item < items; ++item) {
    std::optional<Result> result;
    {
      std::unique_lock lock(mutex);
      done.wait(lock, [&] { return ring[item % window].has_value(); });
      result.swap(ring[item % window]);
    }
    deliver(item, std::move(*result));
    {
      const std::lock_guard lock(mutex);
      ++delivered;
    }
    room.notify_all();
  }
}

}  // namespace thresh
