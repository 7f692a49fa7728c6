// The matcher against PCRE2 over whole texts, and its contract.
#include "engine/match/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "tests/match/sample_patterns.h"

namespace thresh {
namespace {

using Texts = std::vector<std::string_view>;
using Counts = std::map<std::string, std::uint32_t>;

Counts scan(const Matcher& matcher, MatchScratch& scratch, const Texts& texts, GroupId group = 0) {
  std::vector<PatternHit> hits;
  matcher.scan(group, texts, scratch, hits);
  Counts counts;
  for (const PatternHit& hit : hits) counts[matcher.group(group).patterns[hit.pattern].name] = hit.count;
  return counts;
}

// What Perl's loops over the texts count (Plugin::Check).
Counts expected(const PatternGroup& group, const std::vector<Regex>& regexes, const Texts& texts,
                RegexScratch& scratch) {
  Counts counts;
  for (std::size_t i = 0; i < group.patterns.size(); ++i) {
    const PatternSpec& spec = group.patterns[i];
    std::uint32_t n = 0;
    bool done = false;
    for (std::size_t t = spec.skip_first_text ? 1 : 0; t < texts.size() && !done; ++t)
      regexes[i].each(texts[t], scratch, [&](Span) {
        ++n;
        done = !spec.multiple || (spec.maxhits > 0 && n >= spec.maxhits);
        return !done;
      });
    if (n > 0) counts[spec.name] = n;
  }
  return counts;
}

PatternSpec spec_of(std::string name, std::string source, std::string modifiers = "") {
  PatternSpec spec;
  spec.name = std::move(name);
  spec.pattern = {std::move(source), std::move(modifiers)};
  return spec;
}

Matcher compiled(std::vector<PatternSpec> specs, const MatchOptions& options = {}) {
  std::vector<PatternGroup> groups;
  groups.push_back({.name = "group", .patterns = std::move(specs)});
  auto matcher = Matcher::compile(std::move(groups), options);
  EXPECT_TRUE(matcher) << matcher.error().text();
  return std::move(*matcher);
}

TEST(Matcher, CountsAsPatternsDoAlone) {
  PatternGroup group = test::sample_group();
  for (std::size_t i = 0; i < group.patterns.size(); i += 5) group.patterns[i].skip_first_text = true;
  std::vector<Regex> regexes;
  for (const PatternSpec& spec : group.patterns) {
    auto regex = Regex::compile(spec.pattern.source, spec.pattern.modifiers);
    ASSERT_TRUE(regex) << spec.name << ": " << regex.error().text();
    regexes.push_back(std::move(*regex));
  }
  const auto matcher = Matcher::compile({group});
  ASSERT_TRUE(matcher) << matcher.error().text();
  EXPECT_GT(matcher->statistics().filtered, group.patterns.size() / 2);
  MatchScratch scratch(*matcher);
  RegexScratch regex;
  std::mt19937 random(3);
  for (int i = 0; i < 1500; ++i) {
    std::vector<std::string> owned(random() % 6);
    for (std::string& text : owned) {
      text = test::sample_text(random);
      // Now and then one that is longer than what is looked at in one go.
      if (random() % 40 == 0)
        while (text.size() < 9000) text += test::sample_text(random) + " lorem ipsum ";
    }
    const Texts texts(owned.begin(), owned.end());
    scratch.begin_message();
    EXPECT_EQ(scan(*matcher, scratch, texts), expected(group, regexes, texts, regex));
  }
  const MatchWork& work = scratch.work();
  EXPECT_LT(work.confirmed, work.answers / 2);
}

TEST(Matcher, EdgesOfTextsAreNotJoined) {
  const Matcher matcher = compiled({spec_of("ab", "a\\sb"), spec_of("start", "^b"), spec_of("end", "a$"),
                                    spec_of("z", "a\\z"), spec_of("word", "\\bb\\b")});
  MatchScratch scratch(matcher);
  EXPECT_EQ(scan(matcher, scratch, {"xa", "b"}), (Counts{{"start", 1}, {"end", 1}, {"z", 1}, {"word", 1}}));
  EXPECT_EQ(scan(matcher, scratch, {"xa\n", "cb"}), (Counts{{"end", 1}}));
  EXPECT_EQ(scan(matcher, scratch, {"a\nb"}), (Counts{{"ab", 1}, {"word", 1}}));
  EXPECT_EQ(scan(matcher, scratch, {}), Counts());
  EXPECT_EQ(scan(matcher, scratch, {""}), Counts());
}

TEST(Matcher, MultipleCountsUpToMaxhits) {
  PatternSpec all = spec_of("all", "e");
  all.multiple = true;
  PatternSpec three = spec_of("three", "e");
  three.multiple = true;
  three.maxhits = 3;
  PatternSpec body = spec_of("body", "e");
  body.multiple = body.skip_first_text = true;
  const Matcher matcher = compiled({all, three, body, spec_of("once", "e")});
  MatchScratch scratch(matcher);
  EXPECT_EQ(scan(matcher, scratch, {"eee", "e e"}),
            (Counts{{"all", 5}, {"three", 3}, {"body", 2}, {"once", 1}}));
}

TEST(Matcher, LocatesTheFirstMatch) {
  const Matcher matcher = compiled({spec_of("word", "(?:the )?word\\w*")});
  MatchScratch scratch(matcher);
  const Texts texts = {"nothing", "see the wording"};
  std::vector<PatternHit> hits;
  matcher.scan(0, texts, scratch, hits);
  ASSERT_EQ(hits.size(), 1U);
  const auto place = matcher.locate(0, hits[0], texts, scratch);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->text, 1U);
  EXPECT_EQ(place->span.in(texts[1]), "the wording");
  EXPECT_FALSE(matcher.locate(0, hits[0], Texts{"none"}, scratch));
}

// Windows of one pattern are counted in the order of the text, however many there are and however they are
// found.
TEST(Matcher, CountsRepeatsOfManyWords) {
  std::string words;
  for (int i = 0; i < 400; ++i) {
    const char first = static_cast<char>('a' + i % 20);
    const char second = static_cast<char>('a' + i / 20);
    words += std::string(i == 0 ? "" : "|") + first + "[0-9]?" + second + "[xyz]+" + first;
  }
  const Matcher matcher = compiled({spec_of("thrice", "(?:(?:" + words + ")\\W{1,5}){3}")});
  MatchScratch scratch(matcher);
  EXPECT_EQ(scan(matcher, scratch, {"axa, btxb; a5txxa."}), (Counts{}));
  EXPECT_EQ(scan(matcher, scratch, {"aaxa, btxb; atxxa."}), (Counts{{"thrice", 1}}));
  EXPECT_EQ(scan(matcher, scratch, {"aaxa, btxb", "atxxa."}), (Counts{}));
}

// Where PCRE2 would read the rest of the text from each of many places, one pass decides.
TEST(Matcher, ManyBeginningsAreOnePass) {
  const Matcher matcher =
      compiled({spec_of("novowel", "\\@\\S*[bcdf]{7}", "i"), spec_of("pair", "\\@\\S*zz")});
  MatchScratch scratch(matcher);
  const std::string many(20'000, '@');
  EXPECT_EQ(scan(matcher, scratch, {many}), (Counts{}));
  EXPECT_EQ(scan(matcher, scratch, {many + "bcdfbcdf"}), (Counts{{"novowel", 1}}));
  EXPECT_EQ(scan(matcher, scratch, {many, "x@azz"}), (Counts{{"pair", 1}}));
  EXPECT_LT(scratch.work().confirmations, 1000U);
}

TEST(Matcher, KeepsCaptures) {
  PatternSpec one = spec_of("one", "id=(?<ID>\\w*)");
  one.want_captures = true;
  PatternSpec many = spec_of("many", "(?<KEY>\\w+)=");
  many.want_captures = many.multiple = true;
  const Matcher matcher = compiled({one, many});
  MatchScratch scratch(matcher);
  EXPECT_EQ(scan(matcher, scratch, {"id=x7 id=y8", "a=1 id=2 b="}), (Counts{{"one", 1}, {"many", 5}}));
  ASSERT_EQ(scratch.captures().size(), 2U);
  EXPECT_EQ(scratch.captures()[0].rule, "one");
  EXPECT_EQ(scratch.captures()[0].name, "ID");
  EXPECT_THAT(scratch.captures()[0].values, testing::ElementsAre("x7"));
  EXPECT_EQ(scratch.captures()[1].name, "KEY");
  EXPECT_THAT(scratch.captures()[1].values, testing::ElementsAre("id", "a", "b"));
  scratch.begin_message();
  EXPECT_TRUE(scratch.captures().empty());
}

TEST(Matcher, NamesTheRuleThatExplodes) {
  const Matcher matcher = compiled({spec_of("EXPLODES", "^(?:a+a+)+$"), spec_of("FINE", "aab")});
  MatchScratch scratch(matcher);
  const std::string text = std::string(60, 'a') + "b";
  EXPECT_EQ(scan(matcher, scratch, {text}), (Counts{{"FINE", 1}}));
  EXPECT_THAT(scratch.limited(), testing::ElementsAre("EXPLODES"));
  scratch.begin_message();
  EXPECT_TRUE(scratch.limited().empty());
}

TEST(Matcher, NamesTheRuleWithABrokenPattern) {
  const auto matcher = Matcher::compile({{"group", {spec_of("GOOD", "a"), spec_of("BROKEN", "a(")}}});
  ASSERT_FALSE(matcher);
  EXPECT_EQ(matcher.error().where, "BROKEN");
}

TEST(Matcher, ThreadsShareOneMatcher) {
  const PatternGroup group = test::sample_group();
  const auto matcher = Matcher::compile({group});
  ASSERT_TRUE(matcher);
  std::mt19937 random(4);
  std::vector<std::string> owned;
  for (int i = 0; i < 60; ++i) owned.push_back(test::sample_text(random));
  const Texts texts(owned.begin(), owned.end());
  MatchScratch first(*matcher);
  const Counts counts = scan(*matcher, first, texts);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      MatchScratch scratch(*matcher);
      for (int i = 0; i < 30; ++i) EXPECT_EQ(scan(*matcher, scratch, texts), counts);
    });
}

class MatcherCache : public testing::Test {
 protected:
  MatcherCache()
      : dir_(std::filesystem::path(testing::TempDir()) / ("match_cache_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(dir_);
  }
  ~MatcherCache() override { std::filesystem::remove_all(dir_); }
  Matcher make(const char* source = "via(?:gra|grow)") const {
    return compiled({spec_of("R", source), spec_of("S", "[aeiou]{3}\\d")},
                    {.cache_dir = dir_.string(), .compile_threads = 1});
  }
  std::filesystem::path only_file() const {
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::directory_iterator(dir_)) found = entry.path();
    return found;
  }
  std::filesystem::path dir_;
};

TEST_F(MatcherCache, ReadsWhatItWrote) {
  EXPECT_FALSE(make().statistics().from_cache);
  const Matcher again = make();
  EXPECT_TRUE(again.statistics().from_cache);
  EXPECT_EQ(again.statistics().cache_fault, "");
  MatchScratch scratch(again);
  EXPECT_EQ(scan(again, scratch, {"viagrow", "eau1"}), (Counts{{"R", 1}, {"S", 1}}));
  EXPECT_FALSE(make("other").statistics().from_cache);
}

TEST_F(MatcherCache, ADamagedFileIsMadeAgain) {
  make();
  const std::filesystem::path file = only_file();
  const auto size = std::filesystem::file_size(file);
  for (const std::size_t at : {std::size_t{0}, std::size_t{10}, std::size_t{50}, std::size_t{size - 1}}) {
    {
      std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
      f.seekg(static_cast<std::streamoff>(at));
      const char old = static_cast<char>(f.get());
      f.seekp(static_cast<std::streamoff>(at));
      f.put(static_cast<char>(old ^ 1));
    }
    EXPECT_FALSE(make().statistics().from_cache) << at;
    EXPECT_TRUE(make().statistics().from_cache) << at;
  }
  std::filesystem::resize_file(file, size / 2);
  EXPECT_FALSE(make().statistics().from_cache);
}

TEST_F(MatcherCache, ADirectoryOthersCanWriteIsRefused) {
  std::filesystem::create_directories(dir_);
  ::chmod(dir_.c_str(), 0777);
  const Matcher matcher = make();
  EXPECT_FALSE(matcher.statistics().from_cache);
  EXPECT_NE(matcher.statistics().cache_fault, "");
  EXPECT_TRUE(std::filesystem::is_empty(dir_));
}

TEST_F(MatcherCache, AFileOthersCanWriteIsRefused) {
  make();
  ::chmod(only_file().c_str(), 0666);
  EXPECT_FALSE(make().statistics().from_cache);
}

}  // namespace
}  // namespace thresh
