// The bounds of engine/match/limits.h are reached, and the answers are those of PCRE2 alone.
#include "engine/match/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <random>

#include "engine/match/existence.h"
#include "engine/match/filter.h"
#include "engine/match/hyperscan.h"
#include "engine/match/lazy_dfa.h"
#include "engine/match/matcher.h"
#include "engine/match/plan_cache.h"
#include "engine/match/requirement.h"
#include "engine/match/sequence_counter.h"

namespace thresh {
namespace {

using Texts = std::vector<std::string_view>;

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

syntax::Pattern parsed(std::string_view source) {
  auto tree = syntax::parse(source, "");
  EXPECT_TRUE(tree) << tree.error().text();
  return std::move(*tree);
}

struct Found {
  std::optional<Requirement> requirement;
  SearchWork work;
};
Found find(std::string_view source, const limits::SearchBounds& bounds = {}) {
  Found found;
  found.requirement = find_requirement(parsed(source), TextKind::body, bounds, &found.work);
  return found;
}

Matcher compiled(std::vector<std::string> sources, TextKind kind = TextKind::body, bool multiple = false) {
  PatternGroup group{.name = "group", .patterns = {}, .kind = kind};
  for (std::size_t i = 0; i < sources.size(); ++i)
    group.patterns.push_back(
        {.name = "R" + std::to_string(i), .pattern = {std::move(sources[i]), ""}, .multiple = multiple});
  auto matcher = Matcher::compile({std::move(group)}, {.cache_dir = "", .compile_threads = 1});
  EXPECT_TRUE(matcher) << matcher.error().text();
  return std::move(*matcher);
}

std::vector<std::uint32_t> hits_of(const Matcher& matcher, MatchScratch& scratch, const Texts& texts) {
  std::vector<PatternHit> hits;
  matcher.scan(0, texts, scratch, hits);
  std::vector<std::uint32_t> patterns;
  for (const PatternHit& hit : hits) patterns.push_back(hit.pattern);
  std::ranges::sort(patterns);
  return patterns;
}

// Whether PCRE2 alone says the same of each text.
void expect_as_pcre2(const std::string& source, const std::vector<std::string>& texts) {
  const Matcher matcher = compiled({source});
  MatchScratch scratch(matcher);
  const auto regex = Regex::compile(source);
  ASSERT_TRUE(regex) << regex.error().text();
  RegexScratch alone;
  for (const std::string& text : texts) {
    EXPECT_EQ(!hits_of(matcher, scratch, {text}).empty(), regex->matches(text, alone))
        << source.substr(0, 60) << " in " << text.substr(0, 60);
  }
  EXPECT_EQ(alone.limits_hit(), 0U);
  EXPECT_TRUE(scratch.limited().empty());
}

std::vector<std::string> words(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26 % 26),
                   static_cast<char>('a' + i / 676 % 26), static_cast<char>('0' + i % 10), 'q'});
  return out;
}
std::string any_of(const std::vector<std::string>& parts) {
  std::string out = "(?:";
  for (const std::string& part : parts) out += (out.size() > 3 ? "|" : "") + part;
  return out + ")";
}

// Three pairs of frequent letters: 512 windows of six bytes.
const std::string pairs = repeated("(?:th|he|in|er|an|re|on|at)", 3);

TEST(SearchBounds, Paths) {
  const limits::SearchBounds usual;
  const auto bounded = find(pairs);
  ASSERT_TRUE(bounded.requirement);
  EXPECT_LE(bounded.requirement->any_of.size(), usual.max_paths);
  const auto free = find(pairs, {.max_paths = 4096});
  ASSERT_TRUE(free.requirement);
  EXPECT_EQ(free.requirement->any_of.size(), 512U);
  expect_as_pcre2(pairs, {"thhein", "x erererx", "aterth", "taerin", "ththt", "ththta"});
}

TEST(SearchBounds, FirstLooks) {
  const limits::SearchBounds usual;
  // Without work left there are first looks only.
  const auto rough = find(pairs, {.max_work = 0});
  ASSERT_TRUE(rough.requirement);
  EXPECT_LE(rough.requirement->any_of.size(), 4 * usual.few_paths);
  const auto wide = find(pairs, {.few_paths = 64, .max_work = 0});
  ASSERT_TRUE(wide.requirement);
  EXPECT_GT(wide.requirement->any_of.size(), 4 * usual.few_paths);
}

// `count` alternatives, each five pairs of frequent letters long, perhaps behind any four: a hundred windows
// each are their best.
struct Frequent {
  std::string source;
  std::vector<std::string> texts;  // one that matches for each alternative
};
Frequent frequent(unsigned count, bool behind_any) {
  constexpr std::array<std::string_view, 4> lists = {"th|he|in|er|an|re|on|at", "en|nd|ti|es|or|te|of|ed",
                                                     "is|it|al|ar|st|to|nt|ng", "se|ha|as|ou|io|le|ve|co"};
  std::vector<std::string> alternatives;
  Frequent out;
  for (unsigned i = 0; i < count; ++i) {
    std::string& alternative = alternatives.emplace_back(behind_any ? "[a-z]{4}" : "");
    std::string& text = out.texts.emplace_back(behind_any ? "abcd" : "");
    for (unsigned part = 0, rest = i; part < 5; ++part, rest /= 4) {
      const std::string_view list = lists[rest % 4];
      alternative += "(?:" + std::string(list) + ")";
      text += list.substr((i + 2 * part) % 8 * 3, 2);
    }
  }
  out.source = any_of(alternatives);
  return out;
}

// Whether a window of the requirement stands in the text.
bool is_met(const Requirement& requirement, std::string_view text) {
  return std::ranges::any_of(requirement.any_of, [&](const Window& window) {
    for (std::size_t at = 0; at + window.size() <= text.size(); ++at) {
      std::size_t fit = 0;
      while (fit < window.size() && window[fit].has(static_cast<unsigned char>(text[at + fit]))) ++fit;
      if (fit == window.size()) return true;
    }
    return false;
  });
}

TEST(SearchBounds, Windows) {
  const limits::SearchBounds usual;
  const Frequent many = frequent(24, true);
  const auto bounded = find(many.source);
  const auto free = find(many.source, {.max_windows = none});
  ASSERT_TRUE(bounded.requirement && free.requirement);
  // What begins the pattern is taken together.
  EXPECT_LE(bounded.requirement->any_of.size(), usual.max_windows);
  EXPECT_GT(free.requirement->any_of.size(), usual.max_windows);
  for (const std::string& text : many.texts) EXPECT_TRUE(is_met(*bounded.requirement, text)) << text;
  std::vector<std::string> texts = many.texts;
  texts.insert(texts.end(), {"thththththx", "th is it on a", many.texts[3].substr(2)});
  expect_as_pcre2(many.source, texts);
}

// Four copies of four copies, and so on.
std::string nested(const std::string& inner, int depth) {
  std::string out = inner;
  for (int i = 0; i < depth; ++i) out = "(?:" + out + "){4}";
  return out;
}

TEST(SearchBounds, States) {
  const limits::SearchBounds usual;
  const std::string source = nested(any_of(words(60)), 8);
  const auto bounded = find(source);
  EXPECT_GT(bounded.work.states, usual.max_states);
  EXPECT_LT(bounded.work.states, usual.max_states + 10'000);
  EXPECT_GT(find(source, {.max_states = 2 * usual.max_states}).work.states, 2 * usual.max_states);
  const std::string word = words(60).back();
  EXPECT_GT(find(nested(any_of(words(60)), 5)).work.states, usual.max_states);
  expect_as_pcre2(nested(any_of(words(60)), 5), {repeated(word, 1024), repeated(word, 1023)});
}

TEST(SearchBounds, Copies) {
  const limits::SearchBounds usual;
  const std::string group = "(?:ab|cd){100}";
  EXPECT_LT(find(group).work.states, 12 * usual.max_copies + 40);
  EXPECT_GT(find(group, {.max_copies = 100}).work.states, 400U);
  expect_as_pcre2(group, {repeated("ab", 100), repeated("cd", 99), repeated("abcd", 49) + "ab", "x"});
  const std::string byte = "[ax]{300}z";
  EXPECT_LT(find(byte).work.states, usual.max_byte_copies + 40);
  EXPECT_GT(find(byte, {.max_byte_copies = 300}).work.states, 300U);
  expect_as_pcre2(byte, {repeated("a", 300) + "z", repeated("x", 299) + "z", repeated("ax", 150) + "z"});
}

TEST(SearchBounds, Points) {
  const limits::SearchBounds usual;
  const std::string source = repeated("[a-z] ", 100);
  EXPECT_LE(find(source).work.looks, usual.max_points + 1);
  EXPECT_GT(find(source, {.max_points = none}).work.looks, 150U);
  // What is rare stands before the last 40 points.
  expect_as_pcre2("q9q" + source, {"q9q" + repeated("a ", 100), "q9" + repeated("a ", 100),
                                   "q9q" + repeated("a ", 99), "-q9q" + repeated("b ", 100) + "-"});
}

TEST(SearchBounds, Looks) {
  const limits::SearchBounds usual;
  std::vector<std::string> lines;
  for (const std::string& word : words(300)) lines.push_back(word + repeated("ab", 20));
  const std::string source = any_of(lines);
  const auto bounded = find(source);
  EXPECT_GT(bounded.work.looks, usual.max_looks);
  EXPECT_LT(bounded.work.looks, usual.max_looks + 1000);  // those that find the bound reached
  EXPECT_GT(find(source, {.max_looks = none}).work.looks, 2 * usual.max_looks);
  expect_as_pcre2(source, {words(300)[0] + repeated("ab", 20), words(300)[299] + repeated("ab", 21),
                           words(300)[150] + repeated("ab", 19)});
}

TEST(SearchBounds, Work) {
  const limits::SearchBounds usual;
  // Many places that are worth a closer look.
  const Frequent many = frequent(700, false);
  const auto bounded = find(many.source);
  const auto free = find(many.source, {.max_work = none});
  EXPECT_GT(bounded.work.steps, usual.max_work);
  EXPECT_LT(bounded.work.steps, free.work.steps);
  ASSERT_TRUE(bounded.requirement);
  for (const std::string& text : many.texts) ASSERT_TRUE(is_met(*bounded.requirement, text)) << text;
}

TEST(MatchLimits, CopiedNodes) {
  const auto size_of = [](const auto& self, const syntax::Node& node) -> std::size_t {
    std::size_t n = 1;
    for (const syntax::Node& child : node.children) n += self(self, child);
    return n;
  };
  const auto growth = [&](std::size_t count) {
    const syntax::Pattern tree = parsed("(?:" + any_of(words(count)) + " ){3}z");
    return size_of(size_of, existence_form(tree).root) - size_of(size_of, tree.root);
  };
  EXPECT_GT(growth(400), 400U);
  EXPECT_EQ(growth(limits::copied_nodes / 5), 0U);
  const auto word = words(900);
  const std::string source = "(?:" + any_of(word) + " ){3}z";
  expect_as_pcre2(source, {word[0] + " " + word[1] + " " + word[899] + " z", word[0] + " " + word[1] + " z"});
}

TEST(MatchLimits, Sequences) {
  const auto of = [](std::size_t count) {
    std::string source = "(?:";
    for (std::size_t i = 0; i < count; ++i) {
      char text[8];
      std::snprintf(text, sizeof text, "%s\\x%02xa", i > 0 ? "|" : "", static_cast<unsigned>(i + 1));
      source += text;
    }
    return source + ")";
  };
  EXPECT_TRUE(SequenceCounter::make(parsed(of(limits::sequences))));
  EXPECT_FALSE(SequenceCounter::make(parsed(of(limits::sequences + 1))));
  const Matcher matcher = compiled({of(limits::sequences), of(limits::sequences + 1)}, TextKind::body, true);
  MatchScratch scratch(matcher);
  std::vector<PatternHit> hits;
  const Texts texts = {"!a\"a-a--",
                       "x\xc9"
                       "a"};
  matcher.scan(0, texts, scratch, hits);
  std::ranges::sort(hits, {}, &PatternHit::pattern);
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].count, 3U);
  EXPECT_EQ(hits[1].count, 4U);
}

MatchPlan planned(std::vector<std::string> sources) {
  std::vector<PatternGroup> groups(1);
  for (std::string& source : sources)
    groups[0].patterns.push_back({.name = "R", .pattern = {std::move(source), ""}});
  auto plan = make_plan(groups, 1);
  EXPECT_TRUE(plan) << plan.error().text();
  return std::move(*plan);
}

TEST(MatchLimits, Spellings) {
  const auto window = [](std::string_view source) { return find(source).requirement->any_of.at(0); };
  EXPECT_EQ(Filter::gram_at(window("[a-f][a-h]q9")), 0U);
  EXPECT_EQ(Filter::gram_at(window("[a-g][a-g]q9")), none);
  expect_as_pcre2("[a-g][a-g]q9", {"agq9", "hgq9", "xxaaq9xx"});
  expect_as_pcre2("[a-f][a-h]q9", {"ahq9", "gaq9", "xxaaq9xx"});
}

TEST(MatchLimits, Masks) {
  // Forty alternatives with a window each, of so many spellings that no four bytes of them are few.
  const auto of = [](bool high, std::size_t more) {
    std::vector<std::string> parts;
    for (unsigned i = 0; i < 40; ++i) {
      char rare[16];
      if (high)
        std::snprintf(rare, sizeof rare, "\\x%02x", 0xc0 + i);
      else
        std::snprintf(rare, sizeof rare, "%u", 10 + i);
      parts.push_back("[a-z]{8}[a-g]" + std::string(rare) + "[h-n]" + (high ? "[a-g]{2}" : "") + "[a-z]{4}" +
                      repeated("[a-z]", more));
    }
    return any_of(parts);
  };
  const auto windows = [](const std::string& source) {
    const MatchPlan plan = planned({source});
    EXPECT_TRUE(plan.groups[0][0]);
    for (const PlannedWindow& window : plan.groups[0][0]->windows)
      EXPECT_EQ(window.gram, PlannedWindow::no_gram);
    return plan.groups[0][0]->windows.size();
  };
  EXPECT_EQ(windows(of(false, 0)), limits::masks);
  EXPECT_EQ(windows(of(true, 0)), limits::high_masks);
  EXPECT_EQ(windows(of(false, 30)), limits::dear_masks);
  expect_as_pcre2(of(false, 0), {"abcdabcdg10nabcd", "abcdabcda49hzzzz", "abcdabcdg50nabcd",
                                 "abcdabcdh10nabcd", "-abcdabcda27kqqqq-"});
  expect_as_pcre2(of(true, 0), {"abcdabcdg\xc0ngaabcd", "abcdabcda\xe7hagzzzz", "abcdabcda\xe8hagzzzz",
                                "abcdabcda\xe7oagzzzz"});
}

// 24 classes a pattern, all different, of which a plan needs some.
TEST(MatchLimits, ByteSets) {
  std::vector<std::string> sources;
  unsigned next = 0;
  const auto one = [&] {
    const unsigned n = next++;
    std::string set = "[";
    for (unsigned bit = 0; bit < 17; ++bit)
      if ((n + 1) >> bit & 1) set += static_cast<char>('a' + bit);
    return set + "]";
  };
  while (next < limits::byte_sets + 20'000) {
    std::string source = "#";
    for (int i = 0; i < 24; ++i) source += one();
    sources.push_back(source);
  }
  const auto text_of = [](const std::string& source) {
    std::string text = "#";
    for (std::size_t at = source.find('['); at != std::string::npos; at = source.find('[', at + 1))
      text += source[at + 1];
    return text;
  };
  const std::string first = text_of(sources.front());
  const std::string last = text_of(sources.back());
  const Matcher matcher = compiled(sources);
  EXPECT_GT(matcher.statistics().always, 0U);
  EXPECT_GT(matcher.statistics().filtered, sources.size() / 2);
  MatchScratch scratch(matcher);
  EXPECT_THAT(hits_of(matcher, scratch, {first}), testing::Contains(0U));
  EXPECT_THAT(hits_of(matcher, scratch, {last}), testing::Contains(sources.size() - 1));
  EXPECT_TRUE(hits_of(matcher, scratch, {last.substr(1)}).empty());
}

// Few windows are Hyperscan's, more are not; the answers are the same.
TEST(MatchLimits, HyperscanWindows) {
  if (!HyperscanDatabase::runs_here()) GTEST_SKIP() << "needs a processor with SSSE3";
  const auto of = [](std::size_t count) { return compiled(words(count), TextKind::full); };
  const Matcher few = of(limits::hyperscan_windows);
  const Matcher many = of(limits::hyperscan_windows + 1);
  EXPECT_EQ(few.statistics().windows, limits::hyperscan_windows);
  EXPECT_GT(few.statistics().hyperscan_bytes, 0U);
  EXPECT_EQ(many.statistics().hyperscan_bytes, 0U);
  std::string text;
  for (const std::string& word : words(20)) text += word + repeated(" text", 1000);
  MatchScratch one(few);
  MatchScratch other(many);
  const auto hits = hits_of(few, one, {text});
  EXPECT_EQ(hits.size(), 20U);
  EXPECT_EQ(hits, hits_of(many, other, {text}));
}

// Texts of two letters, for patterns whose automata tell apart the last so many of them.
std::string letters(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += random() % 2 == 0 ? 'a' : 'b';
  return out;
}

// 2^15 states: nearly every byte leads to a new one.
TEST(MatchLimits, AutomatonStates) {
  const std::string source = "a[ab]{14}z";
  const auto automaton = ByteAutomaton::make(parsed(source));
  ASSERT_TRUE(automaton);
  std::size_t used = 0;
  LazyDfa dfa(*automaton, used);
  const std::string text = letters(100'000, 1);
  EXPECT_EQ(dfa.run(text.substr(0, 1000), 0, 1000), LazyDfa::Answer::no);
  const std::size_t each = used / 1000;
  EXPECT_EQ(dfa.run(text, 0, text.size()), LazyDfa::Answer::unknown);
  EXPECT_LT(used, 4 * each * limits::automaton_states);
  // As long as it is asked.
  EXPECT_EQ(dfa.run("z", 0, 1), LazyDfa::Answer::unknown);
  dfa.clear();
  EXPECT_EQ(dfa.run("z", 0, 1), LazyDfa::Answer::no);
}

// New states that are rare enough: the tables begin anew, and the answer is exact.
TEST(MatchLimits, AutomatonBeginsAnew) {
  const std::string source = "a[ab]{14}z";
  const auto automaton = ByteAutomaton::make(parsed(source));
  ASSERT_TRUE(automaton);
  std::size_t used = 0;
  LazyDfa dfa(*automaton, used);
  std::string text;
  for (unsigned i = 0; i < 2000; ++i) text += repeated("-", 100) + letters(10, i);
  EXPECT_EQ(dfa.run(text, 0, text.size()), LazyDfa::Answer::no);
  for (unsigned seed = 0; seed < 20; ++seed) {
    text.clear();
    for (unsigned i = 0; i < 1500; ++i) text += repeated("-", 200) + letters(30, seed * 10'000 + i);
    ASSERT_EQ(dfa.run(text, 0, text.size()), LazyDfa::Answer::no);
    EXPECT_LE(used, 2 * limits::automaton_bytes);
  }
  text += "a" + letters(14, 0) + "z";
  EXPECT_EQ(dfa.run(text, 0, text.size()), LazyDfa::Answer::yes);
}

// States of thousands of places each fill the bytes before their number fills.
TEST(MatchLimits, AutomatonBytes) {
  const auto automaton = ByteAutomaton::make(parsed("[ab]{2000}[bc]{1500}z"));
  ASSERT_TRUE(automaton);
  std::size_t used = 0;
  LazyDfa dfa(*automaton, used);
  const std::string text = letters(20'000, 2);
  EXPECT_EQ(dfa.run(text, 0, text.size()), LazyDfa::Answer::unknown);
  EXPECT_GE(used, limits::automaton_bytes);
  EXPECT_LE(used, 2 * limits::automaton_bytes);
}

TEST(MatchLimits, AutomataOfAThread) {
  // Of forty patterns each needs a part of the 8 MiB.
  std::vector<std::string> sources;
  for (int i = 0; i < 40; ++i)
    sources.push_back("\\@q9z\\S*a[ab]{10}[" + std::string(1, static_cast<char>('c' + i % 20)) +
                      static_cast<char>('C' + i / 20) + "]");
  const Matcher matcher = compiled(sources);
  MatchScratch scratch(matcher);
  const std::string many = repeated("@q9z", 200);
  std::size_t most = 0;
  bool fell = false;
  for (unsigned i = 0; i < 2; ++i) {
    const std::string text = many + letters(5000, i);
    for (const char end : {'x', 'C', 'f', 'q'}) {
      const std::string ends = text + "a" + letters(10, i) + end;
      const std::size_t before = scratch.memory().automata;
      std::vector<std::uint32_t> expected;
      for (std::uint32_t p = 0; p < sources.size(); ++p)
        if (sources[p].find(end, sources[p].rfind('[')) != std::string::npos) expected.push_back(p);
      EXPECT_EQ(hits_of(matcher, scratch, {ends}), expected);
      fell = fell || scratch.memory().automata < before;
      most = std::max(most, scratch.memory().automata);
    }
  }
  EXPECT_TRUE(fell);
  EXPECT_GT(most, limits::automata_bytes / 2);
  EXPECT_LE(most, limits::automata_bytes + 2 * limits::automaton_bytes);
}

TEST(MatchLimits, StatesAndSetsOfAByteAutomaton) {
  EXPECT_TRUE(ByteAutomaton::make(parsed(any_of(words(600)))));
  EXPECT_FALSE(ByteAutomaton::make(parsed(any_of(words(ByteAutomaton::max_states)))));

  std::vector<std::string> parts;
  for (int i = 0; i < 24; ++i)
    parts.push_back("(?<=[" + std::string(1, static_cast<char>('a' + i)) + "0])" +
                    static_cast<char>('b' + i));
  const std::string source = any_of(parts);
  const auto automaton = ByteAutomaton::make(parsed(source));
  ASSERT_TRUE(automaton);
  EXPECT_EQ(automaton->behind.size(), ByteAutomaton::max_behind);
  EXPECT_FALSE(automaton->exact);
  std::size_t used = 0;
  LazyDfa dfa(*automaton, used);
  const auto regex = Regex::compile(source);
  ASSERT_TRUE(regex);
  RegexScratch scratch;
  for (char first = 'a'; first <= 'y'; ++first)
    for (char second = 'a'; second <= 'y'; ++second) {
      const std::string text{first, second};
      if (regex->matches(text, scratch)) {
        EXPECT_EQ(dfa.run(text, 0, 2), LazyDfa::Answer::yes) << text;
      }
    }
  expect_as_pcre2(source, {"ab", "xy", "ba", "0q", "qq"});
}

// The 64th look at a text is an automaton's, and the last.
TEST(MatchLimits, Looks) {
  const Matcher matcher = compiled({"\\@\\S*[bcdf]{7}q"});
  MatchScratch scratch(matcher);
  EXPECT_TRUE(hits_of(matcher, scratch, {std::string(2'000, '@') + "bcdfbcq"}).empty());
  EXPECT_LT(scratch.work().confirmations, limits::looks);
  EXPECT_FALSE(hits_of(matcher, scratch, {std::string(2'000, '@') + "bcdfbcfq"}).empty());
}

// Paragraphs of which each takes PCRE2 to its limit.
TEST(MatchLimits, ExhaustedLooks) {
  const std::string hard = "x" + std::string(60, 'a') + "b";
  for (const bool multiple : {false, true}) {
    const Matcher matcher = compiled({"^x(?:a+a+)+$", "hello"}, TextKind::body, multiple);
    MatchScratch scratch(matcher);
    const Texts texts(500, hard);
    EXPECT_TRUE(hits_of(matcher, scratch, texts).empty());
    EXPECT_EQ(scratch.regex().limits_hit(), limits::exhausted_looks);
    EXPECT_THAT(scratch.limited(), testing::ElementsAre("R0"));
    // What was found before counts, and so does what is found between a few.
    EXPECT_EQ(hits_of(matcher, scratch, {"xaaa", hard, "hello"}), (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(hits_of(matcher, scratch, {hard, hard, "xaaa", "hello"}), (std::vector<std::uint32_t>{0, 1}));
  }
}

TEST(MatchLimits, CapturedValues) {
  PatternGroup group{.name = "group", .patterns = {}};
  group.patterns.push_back(
      {.name = "KEYS", .pattern = {"k(?<KEY>\\d+)", ""}, .multiple = true, .want_captures = true});
  const auto matcher = Matcher::compile({std::move(group)});
  ASSERT_TRUE(matcher);
  MatchScratch scratch(*matcher);
  std::string text;
  for (std::size_t i = 0; i < limits::captured_values; ++i) text += "k" + std::to_string(i) + " k7 ";
  std::vector<PatternHit> hits;
  matcher->scan(0, Texts{text}, scratch, hits);
  ASSERT_EQ(scratch.captures().size(), 1U);
  EXPECT_EQ(scratch.captures()[0].values.size(), limits::captured_values);
  EXPECT_TRUE(scratch.cut_captures().empty());
  scratch.begin_message();
  hits.clear();
  matcher->scan(0, Texts{text + "k70000 k70001"}, scratch, hits);
  EXPECT_EQ(scratch.captures()[0].values.size(), limits::captured_values);
  EXPECT_THAT(scratch.cut_captures(), testing::ElementsAre("KEY"));
  EXPECT_EQ(hits[0].count, 2 * limits::captured_values + 2);
}

TEST(MatchLimits, KeptBytes) {
  const Matcher matcher = compiled({"b[0-9]z"});
  MatchScratch scratch(matcher);
  const std::string large(2 * limits::kept_bytes, 'x');
  EXPECT_TRUE(hits_of(matcher, scratch, {large}).empty());
  EXPECT_GT(scratch.memory().texts, limits::kept_bytes);
  scratch.begin_message();
  EXPECT_LE(scratch.memory().texts, limits::kept_bytes);
  EXPECT_EQ(hits_of(matcher, scratch, {"b0z"}).size(), 1U);
  const std::size_t small = scratch.memory().texts;
  scratch.begin_message();
  EXPECT_EQ(scratch.memory().texts, small);
}

class PlanFile : public testing::Test {
 protected:
  PlanFile()
      : dir_(std::filesystem::path(testing::TempDir()) / ("plan_limits_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(dir_);
    groups_.push_back({.name = "group", .patterns = {{.name = "R", .pattern = {"via(?:gra|grow)", ""}}}});
    key_ = plan_key(groups_);
    auto plan = make_plan(groups_, 1);
    EXPECT_TRUE(plan);
    plan_ = std::move(*plan);
  }
  ~PlanFile() override { std::filesystem::remove_all(dir_); }
  std::filesystem::path only_file() const { return std::filesystem::directory_iterator(dir_)->path(); }

  std::filesystem::path dir_;
  std::vector<PatternGroup> groups_;
  PlanKey key_{};
  MatchPlan plan_;
};

TEST_F(PlanFile, SizeIsBounded) {
  ASSERT_TRUE(write_plan(dir_, key_, plan_));
  const std::size_t size = std::filesystem::file_size(only_file());
  EXPECT_TRUE(read_plan(dir_, key_, groups_, size));
  EXPECT_FALSE(read_plan(dir_, key_, groups_, size - 1));
  // What would not be read is not written, and that is said.
  const auto refused = write_plan(dir_, key_, plan_, size - 1);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("is not kept: more than " + std::to_string(size - 1)),
            std::string::npos);
  EXPECT_TRUE(read_plan(dir_, key_, groups_));
}

// What the filter could not bear is not taken, even from a file whose digest is right.
TEST_F(PlanFile, RefusesWhatDoesNotFit) {
  FilterPlan good = *plan_.groups[0][0];
  const auto is_read = [&](const FilterPlan& pattern) {
    plan_.groups[0][0] = pattern;
    EXPECT_TRUE(write_plan(dir_, key_, plan_));
    return read_plan(dir_, key_, groups_).has_value();
  };
  plan_.sets.push_back(ByteSet::all());
  EXPECT_TRUE(is_read(good));
  FilterPlan bad = good;
  for (std::uint16_t& set : bad.windows[0].sets) set = static_cast<std::uint16_t>(plan_.sets.size() - 1);
  bad.windows[0].gram = PlannedWindow::no_gram;
  EXPECT_TRUE(is_read(bad));
  bad.windows[0].gram = 0;  // 2^32 spellings
  EXPECT_FALSE(is_read(bad));
  bad = good;
  bad.times = max_times + 1;
  EXPECT_FALSE(is_read(bad));
  bad = good;
  bad.windows[0].size = max_checked + 1;
  EXPECT_FALSE(is_read(bad));
  bad = good;
  bad.windows[0].sets[0] = static_cast<std::uint16_t>(plan_.sets.size());
  EXPECT_FALSE(is_read(bad));
}

// A sparse file, so large that reading it would fail loudly.
TEST_F(PlanFile, AHugeFileIsMadeAgain) {
  ASSERT_TRUE(write_plan(dir_, key_, plan_));
  std::error_code fault;
  std::filesystem::resize_file(only_file(), std::uintmax_t{1} << 43, fault);
  if (fault) std::filesystem::resize_file(only_file(), limits::plan_file_bytes + 1);
  EXPECT_FALSE(read_plan(dir_, key_, groups_));
  const auto matcher = Matcher::compile(groups_, {.cache_dir = dir_.string(), .compile_threads = 1});
  ASSERT_TRUE(matcher);
  EXPECT_FALSE(matcher->statistics().from_cache);
  EXPECT_EQ(matcher->statistics().cache_fault, "");
  EXPECT_TRUE(read_plan(dir_, key_, groups_));
}

}  // namespace
}  // namespace thresh
