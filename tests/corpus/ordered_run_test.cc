#include "corpus/ordered_run.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

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

}  // namespace
}  // namespace thresh
