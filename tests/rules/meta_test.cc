// Metas: the expected values come from SpamAssassin 4.0.1's own compiled metas.
#include "rules/language/meta.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace thresh {
namespace {

std::vector<std::string> sub_rules(std::string_view glob) {
  if (glob == "__D*") return {"__D"};
  return {};
}

double value_of(std::string_view text, const std::map<std::string, double>& values) {
  const auto meta = parse_meta(text, sub_rules);
  EXPECT_TRUE(meta.has_value()) << text << ": " << (meta ? "" : meta.error().text());
  if (!meta) return std::nan("");
  std::vector<double> in_order;
  std::vector<std::uint32_t> slots;
  for (const std::string& name : meta->rules) {
    slots.push_back(static_cast<std::uint32_t>(in_order.size()));
    in_order.push_back(values.contains(name) ? values.at(name) : 0);
  }
  const double value = meta->evaluate(in_order);
  EXPECT_EQ(meta->evaluate([&](std::uint32_t i) { return in_order[i]; }), value) << text;
  EXPECT_EQ(meta->evaluate(in_order, slots), value) << text;
  EXPECT_EQ(meta->evaluate_partial(in_order, slots), value) << text;
  return value;
}

std::map<std::string, double> assignment(std::string_view text) {
  std::map<std::string, double> values;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    const std::size_t equals = pair.find('=');
    values[std::string(pair.substr(0, equals))] = std::stod(std::string(pair.substr(equals + 1)));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
  }
  return values;
}

TEST(Meta, ValuesAreThoseOfPerl) {
  struct Row {
    const char* text;
    const char* values;
    double expected;
  };
  static constexpr Row kRows[] = {
      {"3 && (E1) * 3!= 2", "E1=1", 1},
      {"2 != !3 && 3", "", 3},
      {"0 < A && C&& C", "A=100,C=3", 3},
      {"(1!= 5||__D <= 0/ 0 ^ !5 < !(C) ? (1 ||E1) : C)", "C=4,E1=1,__D=3", 1},
      {"2 ||2 && ! C", "C=1", 2},
      {"0 && A || B * 1", "A=1,B=1", 1},
      {"! C + C< 100000 ^ 5 * C", "C=1", 4},
      {"(A ^ E1)", "A=100,E1=2", 102},
      {"C ^ 0 - (C)", "C=0", 0},
      {"(C ? C : 0) >0 <= __D == C", "C=0.5,__D=0", 0},
      {"(! C >=2 ? __D : 3 == 2 && B)", "B=0,C=3,__D=7", 0},
      {"0&& A< A + 1 == !3 /3 - 1", "A=4", 0},
      {"0 == 0 || 10 > B < 0", "B=0.5", 1},
      {"B> 3 != 0", "B=1", 0},
      {"(!E1>= __D)", "E1=0,__D=0.5", 1},
      {"!-  (! C > 0)", "C=1", 1},
      {"A> 3 < __D <= B", "A=4,B=0,__D=0", 0},
      {"A + C >=__D", "A=1,C=1,__D=0", 1},
      {"3 != () - 5 - - __D >= (!A)+ 5 && ! E1 != 5 + E1", "A=-1,E1=0,__D=2", 1},
      {"! rules_matching(__D*)", "__D=0", 1},
      {"2 ? B : C >= C >A / E1", "A=7,B=100,C=1,E1=1", 100},
      {"(B) <= 1 + A - A / 1 >=1 || ((2 && ! B))", "A=0.5,B=1", 1},
      {"3 ? A : E1", "A=100,E1=0", 100},
      {"A ? A : (2)", "A=4", 4},
      {"(E1 !=E1^ 0) || local_tests_only", "E1=0", 1},
      {"E1 >2 <=(E1) >= 5 && ! local_tests_only", "E1=0", 0},
      {"!2/ 3 == local_tests_only", "", 0},
      {"local_tests_only", "", 1},
      {"1 >= ! 5 - (rules_matching(__D*))", "__D=2", 1},
      {"B - rules_matching(__D*) >=1 ^ 0", "B=1,__D=7", 0},
      {"!( )!= E1", "E1=7", 1},
      {"( ) - A> 5", "A=100", 0},
      {"(!5 / 1&& ! ( ) > A / B)", "A=0,B=1", 0},
      {"(A - B != B)<= (( ) <= !_)", "A=0,B=2,_=1", 1},
      {"(__D) ^ (2 < 2 && ! __D) ^ - !E1 ? A : A", "A=1,E1=0.5,__D=0.5", 1},
      {"0||B - E1 + B || C", "B=7,C=1,E1=3", 11},
      {"- (0 - - C)", "C=-1", 1},
      {"(C <= 3&& B ? 5 : A - -__D == 1 ^ 1)", "A=3,B=0.5,C=3,__D=0.5", 5},
  };
  for (const Row& row : kRows)
    EXPECT_DOUBLE_EQ(value_of(row.text, assignment(row.values)), row.expected) << row.text;
}

TEST(Meta, RefusesWhatSpamAssassinRefuses) {
  for (const char* text :
       {"-2",       "1+B",       "B /C",    "2+ A",    "2/ A",     "! 08",     "1/ C",     "__D-0",
        "A >-1",    "! A B",     "3/__D",   "2 / A",   "1 > -2",   "A ^ .5",   "! B ?A",   "2 ? E1",
        "__D/ 0",   "-3 - 5",    "5. > 3",  ".5 * B",  "(0.5)-1",  "__D / 0",  "(C / A)",  "(! -.5)",
        "A/! ! B",  "+1 <= A",   "1 == 5.", "B!= A:B", "1..2 ^ 2", "2+ 3 ^ A", "5- ! - 1", "A:B == B",
        "-E1 / E1", "A &&",      "(A",      "A)",      "A B",      "A = B",    "A & B",    "A | B",
        "A ! B",    "A == == B", "$A",      "A::B",    "A->B",     "A; B",     "{A}",      "@A",
        "%A",       "A / 0",     "A ? B",   "A ++ B",  "-- A"})
    EXPECT_FALSE(parse_meta(text, sub_rules).has_value()) << text;
}

// The lexer passes over what it does not know.
TEST(Meta, CharactersOutsideOfTheLanguageAreSkipped) {
  EXPECT_EQ(value_of("A &&& B", {{"A", 1}, {"B", 3}}), 3);
  EXPECT_EQ(value_of("A ||| B,", {{"B", 3}}), 3);
  EXPECT_EQ(value_of("\"A\"", {{"A", 2}}), 2);
}

TEST(Meta, AndAndOrGiveTheDecidingValue) {
  EXPECT_EQ(value_of("A && B", {{"A", 2}, {"B", 5}}), 5);
  EXPECT_EQ(value_of("A || B", {{"A", 2}, {"B", 5}}), 2);
  EXPECT_EQ(value_of("!A", {{"A", 2}}), 0);
  EXPECT_EQ(value_of("A > 1", {{"A", 2}}), 1);
}

TEST(Meta, DependenciesAreNamedOnce) {
  const auto meta = parse_meta("A && (B || A) && rules_matching(__D*) > 0", sub_rules);
  ASSERT_TRUE(meta);
  EXPECT_EQ(meta->rules, (std::vector<std::string>{"A", "B", "__D"}));
}

TEST(Meta, LocalTestsOnlyIsAConstant) {
  EXPECT_EQ(parse_meta("local_tests_only", {}, true)->evaluate(std::span<const double>()), 1);
  EXPECT_EQ(parse_meta("local_tests_only", {}, false)->evaluate(std::span<const double>()), 0);
  EXPECT_TRUE(parse_meta("local_tests_only", {}, true)->rules.empty());
}

TEST(Meta, DivisionByZeroGivesZero) {
  EXPECT_EQ(value_of("5 + 1 / (A - 1)", {{"A", 1}}), 0);
}

TEST(Meta, UnknownSpreadsOnlyToWhatDependsOnIt) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const auto partial = [](std::string_view text, double a, double u) {
    const auto meta = parse_meta(text, {});
    std::vector<double> values;
    std::vector<std::uint32_t> slots;
    for (const std::string& name : meta->rules) {
      slots.push_back(static_cast<std::uint32_t>(values.size()));
      values.push_back(name == "U" ? u : a);
    }
    return meta->evaluate_partial(values, slots);
  };
  for (const char* text : {"U", "!U", "!!U", "U + A", "U > 0", "U == A", "U && A", "A && U", "U ? 1 : 0",
                           "0 < U < 2", "U ^ 1", "A - U", "U && U", "U || 0", "0 || U"})
    EXPECT_TRUE(std::isnan(partial(text, 1, kUnknown))) << text;
  EXPECT_EQ(partial("A && U", 0, kUnknown), 0);
  EXPECT_EQ(partial("U && A", 0, kUnknown), 0);
  EXPECT_EQ(partial("A || U", 1, kUnknown), 1);
  EXPECT_EQ(partial("U || A", 1, kUnknown), 1);
  EXPECT_EQ(partial("A ? 2 : U", 1, kUnknown), 2);
  EXPECT_EQ(partial("!(U && A) + 1", 0, kUnknown), 2);
  EXPECT_TRUE(std::isnan(partial("U || A", 0, kUnknown)));
}

TEST(Meta, DepthAndLengthAreBounded) {
  const std::string deep = std::string(100'000, '(') + "A" + std::string(100'000, ')');
  EXPECT_FALSE(parse_meta(deep, {}).has_value());
  EXPECT_EQ(value_of(std::string(100'000, '!') + "A", {}), 0);
  std::string sum = "A";
  for (int i = 0; i < 50'000; ++i) sum += " + A";
  EXPECT_EQ(value_of(sum, {{"A", 1}}), 50'001);
  for (int i = 0; i < 100'000; ++i) sum += " + A";
  EXPECT_FALSE(parse_meta(sum, {}).has_value());
}

}  // namespace
}  // namespace thresh
