#include "corpus/ordered_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

namespace thresh {
namespace {

TEST(OrderedRun, DeliversInOrderWhateverTheThreads) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    std::vector<std::size_t> seen;
    ordered_run<std::size_t>(
        1000, threads, [](std::size_t i) { return i * i; },
        [&](std::size_t i, std::size_t r) {
          EXPECT_EQ(r, i * i);
          seen.push_back(i);
        });
    std::vector<std::size_t> expected(1000);
    std::iota(expected.begin(), expected.end(), 0U);
    EXPECT_EQ(seen, expected);
  }
}

TEST(OrderedRun, NoItemsNoWork) {
  ordered_run<int>(0, 4, [](std::size_t) { return 1; }, [](std::size_t, int) { FAIL(); });
}

TEST(OrderedRun, EveryItemIsTakenOnce) {
  std::atomic<int> taken = 0;
  ordered_run<int>(500, 3, [&](std::size_t) { return ++taken; }, [](std::size_t, int) {});
  EXPECT_EQ(taken, 500);
}

// While the first item is not handed out, the others stop at the window.
TEST(OrderedRun, FewResultsWait) {
  constexpr unsigned threads = 4;
  constexpr std::size_t window = waiting_results * threads;
  std::atomic<std::size_t> begun = 0;
  std::atomic<std::size_t> delivered = 0;
  std::atomic<std::size_t> farthest = 0;
  ordered_run<int>(
      20 * window, threads,
      [&](std::size_t item) {
        ++begun;
        const std::size_t ahead = item - std::min<std::size_t>(item, delivered);
        std::size_t known = farthest;
        while (ahead > known && !farthest.compare_exchange_weak(known, ahead)) {
        }
        return 0;
      },
      [&](std::size_t item, int) {
        // The window fills whatever the speed of the threads.
        while (item == 0 && begun < window) std::this_thread::yield();
        ++delivered;
      });
  EXPECT_EQ(begun, 20 * window);
  EXPECT_LE(farthest, window);
  EXPECT_GE(farthest, window - 1);
}

}  // namespace
}  // namespace thresh
