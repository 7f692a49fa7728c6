// Regex against what Perl 5.36 does with the same pattern under /aa (expectations taken from it).
#include "engine/regex/regex.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/regex/byte_set.h"

namespace thresh {
namespace {

using std::string_literals::operator""s;

// "b-e,b-e," of every match of while (/g).
std::string matches_of(std::string_view pattern, std::string_view text, std::string_view modifiers = "") {
  const auto regex = Regex::compile(pattern, modifiers);
  if (!regex) return "error: " + regex.error().text();
  RegexScratch scratch;
  std::string out;
  const MatchStatus status = regex->each(text, scratch, [&](Span s) {
    out += std::to_string(s.begin) + "-" + std::to_string(s.end) + ",";
    return true;
  });
  return status == MatchStatus::limit ? out + "limit" : out;
}

struct Case {
  std::string pattern;
  std::string text;
  std::string found;
};

TEST(Regex, FindsWhatPerlFinds) {
  const Case cases[] = {
      {"(?i)\\xe4", "\xc4", "0-1,"},
      {"(?i)[\\xe0-\\xe9]", "\xc5", "0-1,"},
      {"(?i)[^\\xe4]", "\xc4", ""},
      {"(?i)\\xd7", "\xf7", ""},
      {"(?i)\\xdf", "ss", ""},
      {"(?i)\\x{178}", "\xff", "0-1,"},
      {"(?i)\\x{3bc}", "\xb5", "0-1,"},
      {"(?i:a)B", "AB ab aB", "0-2,6-8,"},
      {"(?^i:\\xe4)", "\xc4", ""},  // back to /d: ASCII case only
      {"(?u:\\w)", "\xe9", "0-1,"},
      {"\\w", "\xe9", ""},
      {"\\s", "\xa0\x85", ""},
      {"\\s", "\x0b", "0-1,"},
      {"\\h", "\xa0", "0-1,"},
      {"\\v", "\x85", "0-1,"},
      {"\\R", "\r\n\n\x85", "0-2,2-3,3-4,"},
      {"[[:alpha:]]+", "ab\xe9", "0-2,"},
      {"[[:^digit:]]", "1a", "1-2,"},
      {"\\p{L}", "1\xe9", "1-2,"},
      {"\\P{L}", "1\xe9", "0-1,"},
      {"\\x{456}", "\x56", ""},
      {"\\x{456}?a", "a", "0-1,"},
      {"[^\\x{456}]", "a", "0-1,"},
      {"a$", "a\n", "0-1,"},
      {"a\\z", "a\n", ""},
      {"a$", "a\n\n", ""},
      {"(?m)a$", "a\na", "0-1,2-3,"},
      {"(?m)^", "a\n", "0-0,"},
      {"(?m)^", "\n\n", "0-0,1-1,"},
      {"^a", "aa", "0-1,"},
      {"a*", "baac", "0-0,1-3,3-3,4-4,"},
      {"a*?", "aa", "0-0,0-1,1-1,1-2,2-2,"},
      {"(?=a)", "aab", "0-0,1-1,"},
      {"\\Ga", "aab", "0-1,1-2,"},
      {"a\\Kb", "abab", "1-2,3-4,"},
      {"\\bfoo\\b", "foo_ foo\xe9", "5-8,"},
      {".", "\n", ""},
      {"(?s).", "\n", "0-1,"},
      {"\\N", "\na", "1-2,"},
      {"a{,2}b", "aaab", "1-4,"},
      {"a{ 1, 2 }b", "aaab", "1-4,"},
      {"(?x) a b # c", "ab", "0-2,"},
      {"(?xx)[a b]", " ", ""},
      {"(a)|b\\1", "bab", "1-2,"},
      {"(a)\\g{-1}", "aa", "0-2,"},
      {"(?<x>a|b)\\k<x>", "abb", "1-3,"},
      {"(?i)(a)\\1", "aA", "0-2,"},
      {"(?|(a)|(b))\\1", "bb", "0-2,"},
      {"(a)?(?(1)b|c)", "ab c", "0-2,3-4,"},
      {"(\\((?:[^()]|(?1))*\\))", "x(a(b)c)", "1-8,"},
      {"(?(DEFINE)(?<d>\\d+))(?&d)-", "12-", "0-3,"},
      {"(?>a+)ab", "aaab", ""},
      {"a++b", "aab", "0-3,"},
      {"(?<=a{1,3})b", "aab", "2-3,"},
      {"(?<!(?:a|bc))d", "bcdxd", "4-5,"},
      {"\\101\\x41\\o{101}", "AAA", "0-3,"},
      {"(a)\\10", "a\x08", "0-2,"},
      {"[\\b]", "\x08", "0-1,"},
      {"[]a]+", "]a", "0-2,"},
      {"[a\\-z]+", "-az", "0-3,"},
      {"a(?#x)b", "ab", "0-2,"},
      {"", "ab", "0-0,1-1,2-2,"},
      {"\\0", "a\0b"s, "1-2,"},
  };
  for (const Case& c : cases) EXPECT_EQ(matches_of(c.pattern, c.text), c.found) << c.pattern;
}

TEST(Regex, RefusesWhatSpamAssassinRefuses) {
  for (const char* pattern : {"a{",
                              "x {",
                              "[x]{a",
                              "a{3,2}",
                              "a{2}{3}",
                              "a**",
                              "+a",
                              "a|*b",
                              "^*",
                              "\\b+",
                              "(?=a)*",
                              "()*",
                              "\\y",
                              "\\Qa\\E",
                              "[\\w-x]",
                              "[a-\\d]",
                              "[z-a]",
                              "[[:foo:]]",
                              "[:alpha:]",
                              "[[.a.]]",
                              "\\8",
                              "\\08",
                              "\\1",
                              "\\xg",
                              "\\x{zz}",
                              "\\o{8}",
                              "\\C",
                              "(?<=a+)b",
                              "(?<!(a|bc))d",
                              "(?g)a",
                              "(?o)a",
                              "(?-p)a",
                              "(?^-i:a)",
                              "(?:a",
                              "a)",
                              "\\k<m>",
                              "(?1)",
                              "(?&m)",
                              "(?{1})",
                              "(*foo)",
                              "(a)(?(1)a|b|c)",
                              "a\\",
                              "[a",
                              "a{65535}",
                              "\\p{Foo}",
                              "\\b{wb}",
                              "\\c",
                              "(?=\\Ka)",
                              "(?<1a>b)",
                              "(?x)( ?:a)"})
    EXPECT_FALSE(Regex::compile(pattern)) << pattern;
  EXPECT_FALSE(Regex::compile("a", "g"));
  EXPECT_FALSE(Regex::compile(std::string(500, '(') + std::string(500, ')')));
}

TEST(Regex, GivesGroups) {
  const auto regex = Regex::compile("(?<user>\\w+)(x)?@(\\w+)");
  ASSERT_TRUE(regex);
  ASSERT_EQ(regex->names().size(), 1U);
  EXPECT_EQ(regex->names()[0].first, "user");
  RegexScratch scratch;
  Span found;
  std::vector<Span> groups;
  const std::string_view text = "to me@here";
  ASSERT_EQ(regex->match(text, 0, scratch, found, &groups), MatchStatus::match);
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[1].in(text), "me");
  EXPECT_EQ(groups[2].begin, std::string_view::npos);
  EXPECT_EQ(groups[3].in(text), "here");
}

TEST(Regex, ExplodingPatternEndsAtTheLimit) {
  const auto regex = Regex::compile("^(?:a+a+)+$");
  ASSERT_TRUE(regex);
  RegexScratch scratch;
  EXPECT_FALSE(regex->matches(std::string(40, 'a') + "b", scratch));
  EXPECT_EQ(scratch.limits_hit(), 1U);
}

TEST(Regex, DeepRecursionGoesOnInTheInterpreter) {
  const auto regex = Regex::compile("^(\\((?:[^()]|(?1))*\\))$");
  ASSERT_TRUE(regex);
  RegexScratch scratch;
  const std::string text = std::string(20000, '(') + std::string(20000, ')');
  EXPECT_TRUE(regex->matches(text, scratch) || scratch.limits_hit() == 1);
}

TEST(Regex, TooLargeForPcre2IsWrittenWithCalls) {
  std::string letters;
  for (int i = 0; i < 60; ++i)
    letters += "[" + std::string(1, static_cast<char>('a' + i % 26)) + "\\x80-\\x90]x|";
  const auto regex = Regex::compile("<(?:(?:" + letters + "zz){1,20}y){1,20}>");
  ASSERT_TRUE(regex) << regex.error().text();
  RegexScratch scratch;
  EXPECT_TRUE(regex->matches("<axbxzzyzzy>", scratch));
  EXPECT_FALSE(regex->matches("<axbxzzyzz>", scratch));
}

TEST(PerlPattern, TakesDelimitersOff) {
  const auto check = [](const char* text) {
    const auto p = parse_delimited(text);
    return p ? p->source + "|" + p->modifiers : "error: " + p.error().what;
  };
  EXPECT_EQ(check("/a\\/b/i"), "a\\/b|i");
  EXPECT_EQ(check("m{a{2}}is"), "a{2}|is");
  EXPECT_EQ(check("m,a,"), "a|");
  EXPECT_EQ(check("qr'a'x"), "a|x");
  EXPECT_EQ(check("m<a>"), "a|");
  EXPECT_EQ(check("a"), "error: missing regexp delimiters");
  EXPECT_EQ(check("mxax"), "error: missing regexp delimiters");
  EXPECT_EQ(check("/a"), "error: invalid end delimiter/mods");
  EXPECT_EQ(check("/a/ge"), "error: invalid end delimiter/mods");
  EXPECT_EQ(check("/a/b/"), "error: unquoted delimiter '/' found");
  EXPECT_EQ(check("m\\a\\"), "error: backslash delimiter not allowed");
  EXPECT_EQ(check("/(?{1})/"), "error: eval (?{}) found");
}

TEST(ByteSet, FoldsEachByteToItsOtherCase) {
  for (const bool ascii_only : {false, true})
    for (unsigned b = 0; b < 256; ++b) {
      const auto byte = static_cast<unsigned char>(b);
      ByteSet expected = ByteSet::of(byte);
      expected.add(ascii_only ? bytes::other_ascii_case(byte) : bytes::other_case(byte));
      EXPECT_EQ(bytes::fold(ByteSet::of(byte), ascii_only), expected) << b;
    }
}

}  // namespace
}  // namespace thresh
