// Automata against PCRE2: what they reject never matches, and exact ones accept nothing else.
#include "engine/match/lazy_dfa.h"

#include <gtest/gtest.h>

#include "engine/match/existence.h"
#include "tests/match/sample_patterns.h"

namespace thresh {
namespace {

TEST(LazyDfa, AnswersAsPcre2Does) {
  std::mt19937 random(7);
  RegexScratch scratch;
  std::size_t used = 0;
  std::size_t yes = 0;
  std::size_t exact = 0;
  for (const test::Sample& sample : test::samples()) {
    const auto tree = syntax::parse(sample.source, sample.modifiers);
    ASSERT_TRUE(tree);
    for (const bool trimmed : {false, true}) {
      const syntax::Pattern pattern = trimmed ? existence_form(*tree) : *tree;
      const auto automaton = ByteAutomaton::make(pattern);
      if (!automaton) continue;
      exact += automaton->exact;
      const auto regex = Regex::compile(pattern);
      ASSERT_TRUE(regex);
      LazyDfa dfa(*automaton, used);
      for (int i = 0; i < 300; ++i) {
        const std::string text = test::sample_text(random);
        const std::size_t from = i % 3 == 0 ? random() % (text.size() + 1) : 0;
        const std::size_t last = i % 2 == 0 ? text.size() : from + random() % (text.size() - from + 1);
        Span found;
        const MatchStatus status = regex->match_starting(text, from, last, scratch, found);
        if (status == MatchStatus::limit) continue;
        const LazyDfa::Answer answer = dfa.run(text, from, last);
        // \K moves what PCRE2 counts as the beginning.
        if (std::string_view(sample.source).find("\\K") != std::string_view::npos) continue;
        if (status == MatchStatus::match) {
          ++yes;
          EXPECT_NE(answer, LazyDfa::Answer::no)
              << sample.source << " in " << text << " from " << from << " to " << last;
        } else if (automaton->exact) {
          EXPECT_NE(answer, LazyDfa::Answer::yes)
              << sample.source << " in " << text << " from " << from << " to " << last;
        }
      }
    }
  }
  EXPECT_GT(yes, 1000U);
  EXPECT_GT(exact, test::samples().size());
}

TEST(LazyDfa, KnowsWhatItsTablesTake) {
  const auto tree = syntax::parse("[a-z]{3,9}x.*[0-9]y", "");
  ASSERT_TRUE(tree);
  const auto automaton = ByteAutomaton::make(*tree);
  ASSERT_TRUE(automaton);
  std::size_t used = 0;
  LazyDfa dfa(*automaton, used);
  EXPECT_EQ(used, 0U);
  EXPECT_EQ(dfa.run("abcdefx 1 2 3z 4y", 0, 17), LazyDfa::Answer::yes);
  EXPECT_GT(used, 0U);
  dfa.clear();
  EXPECT_EQ(used, 0U);
  EXPECT_EQ(dfa.run("abcdefx 1 2 3z 4z", 0, 17), LazyDfa::Answer::no);
}

TEST(LazyDfa, NoneForWhatDependsOnTheSearch) {
  const auto tree = syntax::parse("\\Gx", "");
  ASSERT_TRUE(tree);
  EXPECT_FALSE(ByteAutomaton::make(*tree));
}

// More copies than an automaton holds are loosened.
TEST(LazyDfa, LargeRepeatsAreLoosened) {
  const auto tree = syntax::parse("(?:ab|cd){5000}", "");
  ASSERT_TRUE(tree);
  const auto automaton = ByteAutomaton::make(*tree);
  ASSERT_TRUE(automaton);
  EXPECT_FALSE(automaton->exact);
  EXPECT_LE(automaton->states.size(), ByteAutomaton::max_states);
}

}  // namespace
}  // namespace thresh
