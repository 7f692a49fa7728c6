// Patterns of every construct, and texts made of their own pieces, for tests that compare two ways of
// matching.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/match/matcher.h"

namespace thresh::test {

struct Sample {
  const char* source;
  const char* modifiers = "";
  bool multiple = false;
  unsigned maxhits = 0;
};

inline const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {"viagra"},
      {"\\bviagra\\b", "i"},
      {"v.{0,2}i.{0,2}a.{0,2}g", "is"},
      {"^Dear"},
      {"^Dear", "m"},
      {"regards$"},
      {"regards$", "m"},
      {"\\Aone|two\\z"},
      {"(?:free|cheap|best) (?:pills|meds)", "i"},
      {"(?!cheap)c[h\\xe7]e[a\\xe4]p", "i"},
      {"colou?r", "i"},
      {"\\d{3}-\\d{4}"},
      {"\\$\\d[\\d,.]*(?: million)?", "i"},
      {"[A-Z]{5}"},
      {"[^\\x00-\\x7f]"},
      {"[\\xc0-\\xff]{2}", "i"},
      {"(?:\\w{3,}[\\s.]+){4}"},
      {"\\b(?:[a-z]{4,}\\s+){3}"},
      {"(?:[a-z][-_. ]){4}", "i"},
      {"(a)b?\\1"},
      {"(?<w>\\w+) \\k<w>"},
      {"e", "", true},
      {"e", "", true, 3},
      {"\\bthe\\b", "i", true},
      {"", "", true, 7},
      {"x*", "", true},
      {"(?=e)", "", true},
      {"^\\s*\\S", "", true},
      {"^", "m", true},
      {"$", "m", true},
      {".", "", true},
      {"(?:<br>|\\n){2}", "i", true},
      {"a(?=b)", "", true},
      {"(?<=a)b"},
      {"(?<!a)b"},
      {"(?<![a-z])money"},
      {"money(?![a-z])"},
      {"(?=.*foo)(?=.*bar)"},
      {"foo(?!.*bar)"},
      {"(?>a+)b"},
      {"a++b"},
      {"(?i:free) Money"},
      {"(?^:\\xe4)b"},
      {"(?u:\\w)\\xe9"},
      {"(?s)a.b"},
      {"(?x) a b # c"},
      {"(?|(a)|(b))c"},
      {"(a)?(?(1)b|c)d"},
      {"\\((?:[^()]|(?R))*\\)"},
      {"(?(DEFINE)(?<d>\\d+))(?&d)%"},
      {"a\\Kb"},
      {"\\Gab", "", true},
      {"\\R\\R"},
      {"\\h+\\v"},
      {"[[:punct:]]{3}"},
      {"[[:^alpha:]]x"},
      {"\\x{41}\\101\\o{101}"},
      {"\\x{456}|q"},
      {"[\\x{456}z]"},
      {"\\p{L}\\P{L}"},
      {"\\N+\\n"},
      {"a|b|"},
      {"(?:)"},
      {"(?:a|ab)(?:c|bcd)(?:d*)"},
      {"[^a]b"},
      {"\\Bfoo"},
      {"foo\\B"},
      {"\\s+$"},
      {"^.{3,8}$"},
      {"(?:abc){2,3}"},
      {"(?:ab|cd){2}e"},
      {"http://[^/]*\\.example\\b", "i"},
      {"<a\\s[^>]{0,20}href=.(https?:[^\"']*).[^>]*>", "i"},
      {"&#\\d+;"},
      {"\\xe4\\xf6\\xfc", "i"},
      {"(*FAIL)|foo"},
      {"foo(*SKIP)x|o"},
      {"(?:foo|bar)(?=\\s|$)"},
      {"\\b\\w\\b.\\b\\w\\b"},
      {"word\\b\\W+next"},
      {"\\t| {3}"},
      {"(?:[\\x80-\\xff].?){3}"},
      {"[\\xd0\\xd1][\\x80-\\xbf]"},
      {"(?:c[\\xd0]?[\\xbe\\xb0o0]){2}"},
      {"a{0}b"},
      {"(?:a{2}){2}"},
      {"[a-\\x{100}]z"},
      {"(?n)(a)(b)"},
      {"a{,2}b"},
      {"\\0"},
      {"\\cA|\\e"},
      {"[\\b]"},
      {"[]x]y"},
      {"(?-i)ABC", "i"},
      {"A(?i)bc", ""},
      {"(?:^|\\s)re:", "i"},
      {"(?:(?:your|my) )?(?:name|age|sex)(?:\\s?[:,.]){1,3}", "i"},
      {"(?:(?:your )?(?:name|age|sex|city)[:. ]{1,3}){3}", "i"},
      {"(?:^|[^a-z])(?:one|two|three|four|five|six|seven|eight|nine|ten)(?:[^a-z]|$)", "i"},
      {"q(?:u(?:i(?:c(?:k)?)?)?)?"},
  };
  return all;
}

// Text made of pieces of the patterns and of what surrounds words.
inline std::string sample_text(std::mt19937& random) {
  static const std::vector<std::string> pieces = {"viagra",
                                                  "VIAGRA",
                                                  "v-i-a-g",
                                                  "Dear",
                                                  "regards",
                                                  "one",
                                                  "two",
                                                  "free pills",
                                                  "best meds",
                                                  "cheap",
                                                  "ch\xe4p",
                                                  "color",
                                                  "colour",
                                                  "555-1234",
                                                  "$5,000",
                                                  " million",
                                                  "ABCDE",
                                                  "\xe4",
                                                  "\xc4",
                                                  "\xc3\xa4",
                                                  "\xd0\xbe",
                                                  "\xd0\xb0",
                                                  "abcd efgh ijkl ",
                                                  "a_b-c.d ",
                                                  "aba",
                                                  "word word",
                                                  "e",
                                                  "the ",
                                                  "The",
                                                  "<br>",
                                                  "\n",
                                                  "\n\n",
                                                  "ab",
                                                  "b",
                                                  "money",
                                                  "foo",
                                                  "bar",
                                                  "aab",
                                                  "free Money",
                                                  "a\nb",
                                                  "(a(b)c)",
                                                  "12%",
                                                  "\r\n",
                                                  "\t",
                                                  "\v",
                                                  "!!!",
                                                  "AAA",
                                                  "q",
                                                  "z",
                                                  "x",
                                                  " ",
                                                  ".",
                                                  "abc",
                                                  "cd",
                                                  "http://www.example/",
                                                  "<a x href='http://y'>",
                                                  "&#12;",
                                                  "\xc4\xd6\xdc",
                                                  "o",
                                                  "next",
                                                  "   ",
                                                  std::string(1, '\0'),
                                                  "\x01",
                                                  "\x1b",
                                                  "\x08",
                                                  "]y",
                                                  "ABC",
                                                  "Abc",
                                                  "Re: ",
                                                  "your name: ",
                                                  "my age, ",
                                                  "sex..",
                                                  "city: ",
                                                  "seven",
                                                  "quick",
                                                  "c\xd0o",
                                                  "c0",
                                                  "\xa0",
                                                  "\x85",
                                                  "_",
                                                  "7",
                                                  ",",
                                                  ":"};
  std::string text;
  const std::size_t n = random() % 12;
  for (std::size_t i = 0; i < n; ++i) {
    text += pieces[random() % pieces.size()];
    if (random() % 3 == 0) text += ' ';
  }
  return text;
}

inline PatternGroup sample_group() {
  PatternGroup group{"samples", {}};
  for (const Sample& sample : samples()) {
    PatternSpec spec;
    spec.name = std::string("/") + sample.source + "/" + sample.modifiers;
    spec.pattern = {sample.source, sample.modifiers};
    spec.multiple = sample.multiple;
    spec.maxhits = sample.maxhits;
    group.patterns.push_back(std::move(spec));
  }
  return group;
}

}  // namespace thresh::test
