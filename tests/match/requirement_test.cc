// Requirements and trimmed forms against the pattern they come from.
#include "engine/match/requirement.h"

#include <gtest/gtest.h>

#include "engine/match/existence.h"
#include "tests/match/sample_patterns.h"

namespace thresh {
namespace {

bool stands_in(const Window& window, std::string_view text, std::size_t at) {
  if (at + window.size() > text.size()) return false;
  for (std::size_t i = 0; i < window.size(); ++i)
    if (!window[i].has(static_cast<unsigned char>(text[at + i]))) return false;
  return true;
}

// Places of any window, in the text between newlines as the matcher joins it.
std::vector<std::int64_t> places(const Requirement& requirement, const std::string& text) {
  const std::string joined = "\n" + text + "\n";
  std::vector<std::int64_t> found;
  for (std::size_t at = 0; at < joined.size(); ++at)
    for (const Window& window : requirement.any_of)
      if (stands_in(window, joined, at)) {
        found.push_back(static_cast<std::int64_t>(at) - 1);
        break;
      }
  return found;
}

TEST(Requirement, StandsInEveryTextThatMatches) {
  std::mt19937 random(1);
  std::size_t matched = 0;
  for (const test::Sample& sample : test::samples()) {
    const auto tree = syntax::parse(sample.source, sample.modifiers);
    ASSERT_TRUE(tree) << sample.source << ": " << tree.error().text();
    const auto requirement = find_requirement(*tree);
    if (!requirement) continue;
    const auto regex = Regex::compile(*tree);
    ASSERT_TRUE(regex);
    RegexScratch scratch;
    for (int i = 0; i < 400; ++i) {
      const std::string text = test::sample_text(random);
      const auto found = places(*requirement, text);
      regex->each(text, scratch, [&](Span match) {
        ++matched;
        EXPECT_GE(found.size(), requirement->times) << sample.source << " in " << text;
        bool near = false;
        const auto begin = static_cast<std::int64_t>(match.begin);
        for (const std::int64_t w : found)
          near = near ||
                 ((requirement->most_before == syntax::unlimited || begin >= w - requirement->most_before) &&
                  begin <= w + 1 - static_cast<std::int64_t>(requirement->least_before));
        // \K moves what is reported as the beginning.
        const bool moved = std::string_view(sample.source).find("\\K") != std::string_view::npos;
        EXPECT_TRUE(near || moved) << sample.source << " in " << text;
        return true;
      });
    }
  }
  EXPECT_GT(matched, 1000U);
}

TEST(Requirement, OfWordsIsTheWord) {
  const auto tree = syntax::parse("\\bviagra\\b", "i");
  ASSERT_TRUE(tree);
  const auto requirement = find_requirement(*tree);
  ASSERT_TRUE(requirement);
  ASSERT_EQ(requirement->any_of.size(), 1U);
  // Seven bytes at least: the letters and what is beside them.
  EXPECT_GE(requirement->any_of[0].size(), 7U);
  EXPECT_LT(requirement->frequency, 1e-5);
}

TEST(Requirement, NoneWhereAPatternMatchesNothing) {
  for (const char* source : {"", "a*", "(?:a|)", "(?=a)", "a?b*", "(?:abc|)\\b"}) {
    const auto tree = syntax::parse(source, "");
    ASSERT_TRUE(tree);
    EXPECT_FALSE(find_requirement(*tree)) << source;
  }
}

TEST(Requirement, CountsWhatARepeatRepeats) {
  const auto tree = syntax::parse("(?:[a-z]{3}:\\d){5}", "");
  ASSERT_TRUE(tree);
  const auto requirement = find_requirement(*tree);
  ASSERT_TRUE(requirement);
  RegexScratch scratch;
  const auto regex = Regex::compile(*tree);
  EXPECT_TRUE(regex->matches("abc:1abc:2abc:3abc:4abc:5", scratch));
  EXPECT_GE(places(*requirement, "abc:1abc:2abc:3abc:4abc:5").size(), requirement->times);
}

TEST(Existence, SaysTheSameAsThePattern) {
  std::mt19937 random(2);
  for (const test::Sample& sample : test::samples()) {
    const auto tree = syntax::parse(sample.source, sample.modifiers);
    ASSERT_TRUE(tree);
    const auto regex = Regex::compile(*tree);
    const auto form = Regex::compile(existence_form(*tree));
    ASSERT_TRUE(regex && form) << sample.source;
    RegexScratch scratch;
    for (int i = 0; i < 300; ++i) {
      const std::string text = test::sample_text(random);
      EXPECT_EQ(regex->matches(text, scratch), form->matches(text, scratch))
          << sample.source << " (" << form->translated() << ") in " << text;
    }
  }
}

TEST(Existence, LeavesOutWhatNeedNotBeThere) {
  const auto translated = [](const char* source) {
    const auto regex = Regex::compile(existence_form(*syntax::parse(source, "")));
    return regex ? regex->translated() : "error";
  };
  EXPECT_EQ(translated("(?:the )?word\\w*"), "word");
  EXPECT_EQ(translated("a+bc{2,9}"), "ab(?:cc)");
  EXPECT_EQ(translated("\\b(?:the )?word"), "\\b(?:the )?word");
  EXPECT_EQ(translated("a++b"), "a++b");
  EXPECT_EQ(translated("(a)b*\\1"), "(a)b*\\g{1}");
}

}  // namespace
}  // namespace thresh
