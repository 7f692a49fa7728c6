#include "engine/base/arena.h"

#include <gtest/gtest.h>

#include <string>

namespace thresh {
namespace {

TEST(Arena, CopiesOutliveTheirSource) {
  Arena arena(64);
  std::string_view kept;
  {
    std::string text = "to be kept";
    kept = arena.copy(text);
    text.assign(text.size(), 'x');
  }
  EXPECT_EQ(kept, "to be kept");
}

TEST(Arena, LargeRequestGetsItsOwnChunkAndResetGivesItBack) {
  Arena arena(1024);
  (void)arena.bytes(10);
  const std::size_t small = arena.footprint();
  (void)arena.bytes(100'000);
  EXPECT_GE(arena.footprint(), small + 100'000);
  arena.reset();
  EXPECT_EQ(arena.footprint(), small);
}

TEST(Arena, ShrinkLastReusesTheTail) {
  Arena arena(1024);
  char* first = arena.bytes(100);
  arena.shrink_last(first, 100, 10);
  EXPECT_EQ(arena.bytes(1), first + 10);
}

TEST(Arena, RespectsAlignment) {
  Arena arena(1024);
  (void)arena.bytes(1);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.make<double>(1.0)) % alignof(double), 0U);
}

}  // namespace
}  // namespace thresh
