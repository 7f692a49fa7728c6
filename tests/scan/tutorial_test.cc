// The examples at the head of scanner.h.
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

#include "engine/scan/scanner.h"

namespace {

std::string complain(const std::string& text) {
  return text;
}

std::string tutorial(std::string_view message) {
  auto rules =
      thresh::RuleSet::parse("body HELLO /hello/\nscore HELLO 2.5\ndescribe HELLO Says hello\n", "mine.cf");
  if (!rules) return complain(rules.error().text());
  auto scanner = thresh::Scanner::make(std::move(*rules));
  if (!scanner) return complain(scanner.error().text());
  thresh::Verdict v = (*scanner)->scan(message);
  v = (*scanner)->scan(message, {}, {.subrules = true, .texts = true});
  std::ostringstream out;
  for (const thresh::VerdictHit& hit : v.hits)
    out << hit.rule << ' ' << hit.score << ' ' << hit.where << ' ' << hit.text << '\n';
  return out.str();
}

TEST(Tutorial, TheVerdictExplainsItself) {
  EXPECT_EQ(tutorial("Subject: x\n\nwell, hello there\n"), "HELLO 2.5 mine.cf:1 hello\n");
  EXPECT_EQ(tutorial("Subject: x\n\ngood bye\n"), "");
}

}  // namespace
