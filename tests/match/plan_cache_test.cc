// What is kept of a plan, read back and cut short.
#include "engine/match/plan_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace thresh {
namespace {

TEST(PlanCache, WhatIsCutShortAnywhereIsNoPlan) {
  PatternSpec rare;
  rare.name = "RARE";
  rare.pattern.source = "via(?:gra|grow)";
  const std::vector<PatternGroup> groups = {
      {.name = "body", .patterns = {rare}},
      {.name = "full", .patterns = {rare}, .kind = TextKind::full},
  };
  const auto plan = make_plan(groups, 1);
  ASSERT_TRUE(plan);
  const auto dir = std::filesystem::path(testing::TempDir()) / ("plan_cache_" + std::to_string(::getpid()));
  ASSERT_TRUE(write_plan(dir, plan_key(groups), *plan));
  std::ifstream in(std::filesystem::directory_iterator(dir)->path(), std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove_all(dir);

  constexpr std::size_t head = 8 + 32 + 32;  // magic, key, digest
  ASSERT_GT(file.size(), head);
  const std::string body = file.substr(head);
  const auto whole = parse_plan(body, groups);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->databases, plan->databases);
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(parse_plan(body.substr(0, size), groups)) << size;
}

}  // namespace
}  // namespace thresh
