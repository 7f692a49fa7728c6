// The bounds of patterns are reached, and what is beyond them is refused or named.
#include "engine/regex/limits.h"

#include <gtest/gtest.h>

#include <cmath>

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

// The ways to divide a row of letters grow with the third power of its length.
TEST(PatternLimits, Backtracks) {
  const auto regex = Regex::compile("^b*b*b*b*[xy]");
  ASSERT_TRUE(regex);
  RegexScratch scratch;
  const auto power = [](double backtracks) { return static_cast<std::size_t>(std::cbrt(6 * backtracks)); };
  EXPECT_FALSE(is_limited(*regex, std::string(power(limits::backtracks / 4.0), 'b'), scratch));
  EXPECT_EQ(scratch.limits_hit(), 0U);
  // PCRE2's own bound is ten times ours.
  EXPECT_TRUE(is_limited(*regex, std::string(power(limits::backtracks * 2.0), 'b'), scratch));
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
  std::string source = "^";
  for (int i = 0; i < 100; ++i) source += "()";
  source += "(?:a|b)*c";
  RegexScratch scratch;
  const auto first = [&](std::size_t letters) {
    const auto fresh = Regex::compile(source);
    Span found;
    return fresh->match(std::string(letters, 'b'), 0, scratch, found);
  };
  EXPECT_EQ(first(1000), MatchStatus::no_match);
  EXPECT_EQ(first(limits::backtrack_depth / 2), MatchStatus::limit);
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
