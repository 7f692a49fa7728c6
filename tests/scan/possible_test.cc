// The proofs that oracle.generated gives for rules that cannot hit.
#include "tests/generate/possible.h"

#include <gtest/gtest.h>

namespace thresh::generate {
namespace {

class Possible : public testing::Test {
 protected:
  // What is proved against the meta X of this expression. A and B may hit, C more than once, N never runs.
  static std::string proof(const std::string& expression) {
    const auto rules = RuleSet::parse(
        "body A /a/\nbody B /b/\nbody C /c/\ntflags C multiple\nbody N /n/\nmeta M A && N\n"
        "meta NOT_M !M\nmeta X " +
            expression + "\n",
        "x.cf");
    EXPECT_TRUE(rules) << rules.error().text();
    if (!rules) return "not a rule set";
    const std::set<std::string, std::less<>> idle = {"N"};
    return Possibility(*rules, idle).proof_against("X").value_or("");
  }
};

TEST_F(Possible, LeavesOpenWhatMayHit) {
  for (const char* const open : {"A", "A || N", "A && !N", "A && NOT_M", "A + B > 1", "C > 40", "A - B < 0",
                                 "C * 3 > 20", "!A && B", "N == 0", "(A + N) == 1", "C + B > 5", "C == 6"})
    EXPECT_EQ(proof(open), "") << open;
}

TEST_F(Possible, BoundsProveForAllValues) {
  for (const char* const never :
       {"0", "N", "A && N", "M", "A && M", "!NOT_M", "N > 0", "N + M >= 1", "A && N > 2", "A * N", "A < 0",
        "(A > 1) > 1", "A + B > 2", "(A && B) && (N || M)", "(!A + !B + N) > 2"})
    EXPECT_EQ(proof(never), "proved: 0 whatever the rules that run say") << never;
}

TEST_F(Possible, TriesEveryAssignmentWhereARuleIsAskedBothWays) {
  EXPECT_EQ(proof("A && !A"), "proved: 0 for every assignment of the 1 rules that are free");
  EXPECT_EQ(proof("(A || B) && !A && !B"), "proved: 0 for every assignment of the 2 rules that are free");
  EXPECT_EQ(proof("(A + !A) > 1"), "proved: 0 for every assignment of the 1 rules that are free");
}

}  // namespace
}  // namespace thresh::generate
