// The filter before redirector patterns: it may never hold back a pattern that would match.
#include "engine/message/redirector.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace thresh {
namespace {

TEST(Redirector, ReadsTextThatEveryMatchContains) {
  struct Case {
    std::string_view pattern, text;
  };
  for (const Case& c : {
           Case{R"(^http://go\.example\.com/(.*)$)", "http://go.example.com/"},
           Case{"a(b)?cde", "cde"},
           Case{"abc?de", "ab"},
           Case{"abc*", "ab"},
           Case{"abc+de", "abc"},
           Case{"ab{2}cd", "cd"},
           Case{"ABC", "abc"},
           Case{"x[abc]yz", "yz"},
           Case{"x[]a]yz", "yz"},
           Case{"x[^]a]yz", "yz"},
           Case{"x[[:alpha:]]yz", "yz"},
           Case{R"(x[\]]yz)", "yz"},
           Case{R"(x(a\)b|[)])yz)", "yz"},
           Case{"ab|cd", ""},
           Case{"(?i)abc", "abc"},
           Case{"(?x)a b c", ""},
           Case{"a(?i)bc", ""},
           Case{"a(?#x)bc", ""},
           Case{R"(\x41bc)", ""},
           Case{R"(\Qabc\E)", ""},
           Case{R"(\d\w\.)", "."},
           Case{"(?<=ab)cde", "cde"},
           Case{"(abc", ""},
           Case{"[abc", ""},
           Case{"", ""},
       })
    EXPECT_EQ(required_text(c.pattern), c.text) << c.pattern;
}

TEST(Redirector, GivesTheFirstTargetWithADot) {
  RedirectorPatterns patterns;
  EXPECT_FALSE(patterns.target("http://x.example.com/?to=y.example.org"));
  patterns.push_back(Regex::compile("[?&]to=([^&]*)", "i").value());
  patterns.push_back(Regex::compile("via/(.*)").value());
  patterns.push_back(Regex::compile("nogroup").value());
  const auto target = [&](std::string_view uri) {
    const auto found = patterns.target(uri);
    return found ? std::string(found->in(uri)) : std::string("-");
  };
  EXPECT_EQ(target("http://x.example.com/?TO=y.example.org&z"), "y.example.org");
  EXPECT_EQ(target("http://x.example.com/via/a.b?to=nodot"), "a.b?to=nodot");
  EXPECT_EQ(target("http://x.example.com/nogroup"), "-");
  EXPECT_EQ(target("http://x.example.com/"), "-");
}

}  // namespace
}  // namespace thresh
