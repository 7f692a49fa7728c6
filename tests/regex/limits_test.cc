// The bounds of patterns are reached, and what is beyond them is refused or named.
#include <gtest/gtest.h>

#include "engine/regex/regex.h"
#include "engine/regex/syntax.h"

namespace thresh {
namespace {

std::string nested(int depth) {
  return std::string(depth, '(') + "a" + std::string(depth, ')');
}

TEST(PatternLimits, Nesting) {
  EXPECT_TRUE(Regex::compile(nested(syntax::max_nesting - 1)));
  EXPECT_FALSE(Regex::compile(nested(syntax::max_nesting + 1)));
  EXPECT_FALSE(Regex::compile(nested(100'000)));
  EXPECT_FALSE(Regex::compile(std::string(100'000, '(')));
}

TEST(PatternLimits, Length) {
  const auto regex = Regex::compile(std::string((1 << 20) + 1, 'a'));
  ASSERT_FALSE(regex);
  EXPECT_EQ(regex.error().what, "the pattern is longer than 1 MiB");
}

// Each a? in a lookbehind doubles the texts of fixed length that it stands for.
TEST(PatternLimits, ShapesOfALookbehind) {
  const auto behind = [](int optional) {
    std::string text = "(?<=";
    for (int i = 0; i < optional; ++i) text += std::string(1, static_cast<char>('a' + i % 26)) + "?";
    return text + "z)y";
  };
  EXPECT_TRUE(Regex::compile(behind(8)));
  EXPECT_FALSE(Regex::compile(behind(30)));
}

// The heap of the interpreter, where the stack of the machine code is too small: whatever the text, an
// answer.
TEST(PatternLimits, HeapAndDepth) {
  const auto regex = Regex::compile("^(?:(a)|(b)|(c)(?=.)|(?R))*$");
  ASSERT_TRUE(regex) << regex.error().text();
  RegexScratch scratch;
  std::string text;
  for (int i = 0; i < 2'000'000; ++i) text += "abc"[i % 3];
  static_cast<void>(regex->matches(text + "\n!", scratch));
  EXPECT_LE(scratch.limits_hit(), 1U);
}

}  // namespace
}  // namespace thresh
