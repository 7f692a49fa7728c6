// Hyperscan's part in matching: expressions of byte sets, databases on disk, and groups of long texts.
#include "engine/match/hyperscan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/match/sample_patterns.h"

namespace thresh {
namespace {

using Places = std::vector<std::pair<std::uint32_t, std::size_t>>;

Places places(const HyperscanDatabase& database, std::string_view text) {
  HyperscanScratch scratch;
  Places found;
  EXPECT_TRUE(
      database.scan(text, scratch, [&](std::uint32_t id, std::size_t end) { found.emplace_back(id, end); }));
  std::ranges::sort(found);
  return found;
}

TEST(Hyperscan, FindsSequencesOfSets) {
  if (!HyperscanDatabase::runs_here()) GTEST_SKIP() << "needs a processor with SSSE3";
  const ByteSet all = ByteSet::all();
  const std::vector<std::string> expressions = {
      hyperscan_expression(std::vector{ByteSet::of('a'), all, bytes::digit}),
      hyperscan_expression(
          std::vector{bytes::newline, ByteSet::of('\\') | ByteSet::of(']') | ByteSet::of('^')}),
      hyperscan_expression(std::vector{ByteSet::range(0x80, 0xff), ByteSet::of(0)})};
  const auto database = HyperscanDatabase::compile(expressions);
  ASSERT_TRUE(database) << database.error().text();
  using namespace std::string_view_literals;
  EXPECT_EQ(places(*database, "a\n1 aa22\n]\n^\xe4\0"sv),
            (Places{{0, 3}, {0, 7}, {0, 8}, {1, 10}, {1, 12}, {2, 14}}));
}

TEST(Hyperscan, DatabasesComeBackFromBytes) {
  if (!HyperscanDatabase::runs_here()) GTEST_SKIP() << "needs a processor with SSSE3";
  const std::vector<std::string> expressions = {
      hyperscan_expression(std::vector{bytes::digit, bytes::digit})};
  const auto made = HyperscanDatabase::compile(expressions);
  ASSERT_TRUE(made);
  const std::string bytes = made->serialize();
  const auto read = HyperscanDatabase::deserialize(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(places(*read, "x12 345"), places(*made, "x12 345"));
  EXPECT_FALSE(HyperscanDatabase::deserialize(bytes.substr(0, bytes.size() / 2)));
  EXPECT_FALSE(HyperscanDatabase::deserialize(""));
}

// A group of few patterns over long texts answers as the same group does without Hyperscan.
TEST(Hyperscan, LongTextsAreAnsweredAsShortOnesAre) {
  PatternGroup group;
  group.patterns = test::sample_group().patterns;
  std::mt19937 random(11);
  for (std::size_t first = 0; first + 6 <= group.patterns.size(); first += 6) {
    PatternGroup shorts{.name = "short",
                        .patterns = {group.patterns.begin() + static_cast<std::ptrdiff_t>(first),
                                     group.patterns.begin() + static_cast<std::ptrdiff_t>(first + 6)}};
    PatternGroup longs = shorts;
    longs.kind = TextKind::full;
    const auto matcher = Matcher::compile({shorts, longs});
    ASSERT_TRUE(matcher) << matcher.error().text();
    MatchScratch scratch(*matcher);
    for (int i = 0; i < 20; ++i) {
      std::string text;
      // Longer than Hyperscan is given at a time.
      const std::size_t size = i == 0 ? 300'000 : 3000;
      while (text.size() < size) text += test::sample_text(random) + (random() % 2 == 0 ? "\n" : " ");
      const std::string_view texts[] = {text};
      std::vector<std::vector<PatternHit>> hits(2);
      for (GroupId g = 0; g < 2; ++g) {
        matcher->scan(g, texts, scratch, hits[g]);
        std::ranges::sort(hits[g], {}, &PatternHit::pattern);
      }
      ASSERT_EQ(hits[0].size(), hits[1].size()) << first;
      for (std::size_t h = 0; h < hits[0].size(); ++h) {
        EXPECT_EQ(hits[0][h].pattern, hits[1][h].pattern);
        EXPECT_EQ(hits[0][h].count, hits[1][h].count) << shorts.patterns[hits[0][h].pattern].name;
      }
    }
    if (HyperscanDatabase::runs_here() && first == 0) {
      EXPECT_GT(matcher->statistics().hyperscan_bytes, 0U);
    }
  }
}

}  // namespace
}  // namespace thresh
