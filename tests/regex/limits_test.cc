// The bounds of patterns are reached, and what is beyond them is refused or named.
#include "engine/regex/limits.h"

#include <gtest/gtest.h>

#include "engine/regex/regex.h"
#include "engine/regex/syntax.h"

namespace thresh {
namespace {

std::string nested(int depth) {
  return std::string(depth, '(') + "a" + std::string(depth, ')');
}

TEST(PatternLimits, Nesting) {
  EXPECT_TRUE(Regex::compile(nested(limits::pattern_nesting - 1)));
  EXPECT_FALSE(Regex::compile(nested(limits::pattern_nesting + 1)));
  EXPECT_FALSE(Regex::compile(nested(100'000)));
  EXPECT_FALSE(Regex::compile(std::string(100'000, '(')));
}

TEST(PatternLimits, Length) {
  const auto regex = Regex::compile(std::string(limits::pattern_bytes + 1, 'a'));
  ASSERT_FALSE(regex);
  // However it is read.
  EXPECT_FALSE(syntax::parse(std::string(limits::pattern_bytes + 1, 'a'), ""));
  EXPECT_TRUE(syntax::parse(std::string(limits::pattern_bytes, 'a'), ""));
  EXPECT_EQ(regex.error().what, "the pattern is longer than 1 MiB");
}

// Each a? in a lookbehind doubles the texts of fixed length that it stands for.
TEST(PatternLimits, ShapesOfALookbehind) {
  const auto behind = [](int optional) {
    std::string text = "(?<=";
    for (int i = 0; i < optional; ++i) text += std::string(1, static_cast<char>('a' + i % 26)) + "?";
    return text + "z)y";
  };
  EXPECT_TRUE(Regex::compile(behind(10)));
  const auto refused = Regex::compile(behind(11));  // 2,048
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what, "");
}

// Any status but `limit`, asked so often that the interpreter and the machine code both answer.
bool is_limited(const Regex& regex, std::string_view text, RegexScratch& scratch) {
  bool limited = false;
  for (int i = 0; i < 4; ++i) {
    Span found;
    const bool now = regex.match(text, 0, scratch, found) == MatchStatus::limit;
    EXPECT_TRUE(i == 0 || now == limited) << i;
    limited = now;
  }
  return limited;
}

TEST(PatternLimits, Backtracks) {
  // Each `a?` doubles the ways to fail.
  const auto ways = [](int optional) {
    std::string source = "^";
    for (int i = 0; i < optional; ++i) source += "a?";
    return source + "[bc]{3}$";
  };
  const std::string text(30, 'a');
  RegexScratch scratch;
  const auto few = Regex::compile(ways(12));
  ASSERT_TRUE(few);
  EXPECT_FALSE(is_limited(*few, text + "d", scratch));
  const auto exploding = Regex::compile("^(?:a+a+)+$");
  ASSERT_TRUE(exploding);
  EXPECT_FALSE(is_limited(*exploding, std::string(15, 'a') + "b", scratch));
  EXPECT_EQ(scratch.limits_hit(), 0U);
  EXPECT_TRUE(is_limited(*exploding, std::string(40, 'a') + "b", scratch));
  EXPECT_EQ(scratch.limits_hit(), 4U);
}

// The first runs are interpreted. Far fewer backtracks than the bound above, and the interpreter's heap
// suffices.
TEST(PatternLimits, DepthOfBacktracks) {
  const auto regex = Regex::compile("^(?:a|b)*c");
  ASSERT_TRUE(regex);
  RegexScratch scratch;
  const auto first = [&](std::size_t letters) {
    const auto fresh = Regex::compile("^(?:a|b)*c");
    Span found;
    return fresh->match(std::string(letters, 'b'), 0, scratch, found);
  };
  EXPECT_EQ(first(limits::backtrack_depth / 4), MatchStatus::no_match);
  EXPECT_EQ(first(limits::backtrack_depth + 1000), MatchStatus::limit);
}

// Many groups make what is remembered of each step large, long before the depth is reached.
TEST(PatternLimits, HeapOfTheInterpreter) {
  std::string source = "^(?:";
  for (int i = 0; i < 100; ++i) source += "(" + std::string(1, static_cast<char>('a' + i % 25)) + ")|";
  source += "(z))*!";
  RegexScratch scratch;
  const auto first = [&](std::size_t letters) {
    const auto fresh = Regex::compile(source);
    Span found;
    std::vector<Span> groups;
    return fresh->match(std::string(letters, 'a'), 0, scratch, found, &groups);
  };
  EXPECT_EQ(first(1000), MatchStatus::no_match);
  EXPECT_EQ(first(limits::backtrack_depth / 3), MatchStatus::limit);
}

// Machine code has a stack of its own; what does not fit there the interpreter decides, every time.
TEST(PatternLimits, StackOfTheMachineCode) {
  const auto regex = Regex::compile("^(\\((?:[^()]|(?1))*\\))$");
  ASSERT_TRUE(regex);
  RegexScratch scratch;
  const std::string text = std::string(20'000, '(') + std::string(20'000, ')');
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(regex->matches(text, scratch)) << i;
  EXPECT_FALSE(regex->matches(text + ")", scratch));
  EXPECT_EQ(scratch.limits_hit(), 0U);
}

}  // namespace
}  // namespace thresh
