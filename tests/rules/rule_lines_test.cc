// Lines that define rules: what SpamAssassin 4.0.1 makes of them (Conf.pm, Conf/Parser.pm, the plugins).
#include <gtest/gtest.h>

#include "rules/language/rule_set.h"

namespace thresh {
namespace {

RuleSet parsed(std::string_view text) {
  auto rules = RuleSet::parse(text, "test.cf");
  EXPECT_TRUE(rules.has_value()) << text << "\n" << (rules ? "" : rules.error().text());
  return rules ? std::move(*rules) : RuleSet();
}
Rule rule(std::string_view text, std::string_view name = "R") {
  const RuleSet rules = parsed(text);
  const Rule* found = rules.find(name);
  EXPECT_NE(found, nullptr) << text;
  return found != nullptr ? *found : Rule();
}
bool refused(std::string_view text) {
  return !RuleSet::parse(text, "test.cf").has_value();
}

TEST(RuleLines, PatternsOfEveryType) {
  EXPECT_EQ(rule("body R /a b/i").type, RuleType::body);
  EXPECT_EQ(rule("rawbody R m{a/b}s").type, RuleType::rawbody);
  EXPECT_EQ(rule("full R m,x,").type, RuleType::full);
  EXPECT_EQ(rule("URI R qr!x!i").type, RuleType::uri);
  const Rule r = rule("body\tR   m{a/b}is  # comment");
  EXPECT_EQ(r.pattern.source, "a/b");
  EXPECT_EQ(r.pattern.modifiers, "is");
  EXPECT_EQ(r.where.text(), "test.cf:1");
}

TEST(RuleLines, HashAndComments) {
  EXPECT_EQ(rule("body R /a\\#b/ # c").pattern.source, "a#b");
  EXPECT_EQ(rule("# x\n  body R /a/\r").pattern.source, "a");
  EXPECT_EQ(rule("body R /a/\ndescribe R 1 \\# 2 # 3").describe, "1 # 2");
}

TEST(RuleLines, BrokenPatternsAreErrors) {
  for (const char* text :
       {"body R foo", "body R /foo", "body R /a/b/", "body R /x/e", "body R /(/", "body R /[z-a]/",
        "body R /(?{1})/", "body R m\\x\\", "body R", "body", "body R /x/ y", "uri R eval:foo()"})
    EXPECT_TRUE(refused(text)) << text;
}

TEST(RuleLines, AlwaysMatchingPatternsAreRefusedOnRequestOnly) {
  for (const char* pattern : {"/a||b/", "/|a/", "/a|/"}) {
    const std::string line = std::string("body R ") + pattern;
    const RuleSet rules = parsed(line);
    ASSERT_EQ(rules.notes().size(), 1u) << pattern;
    EXPECT_EQ(rules.notes()[0].kind, LintNote::Kind::warning);
    EXPECT_TRUE(refused("ignore_always_matching_regexps 1\n" + line)) << pattern;
  }
  EXPECT_TRUE(parsed("body R /a\\|/").notes().empty());
}

TEST(RuleLines, HeaderRules) {
  Rule r = rule("header R From:addr =~ /x/i");
  EXPECT_EQ(r.header, "From:addr");
  EXPECT_FALSE(r.negated);
  EXPECT_FALSE(r.if_unset.has_value());
  r = rule("header R X-Foo!~ m{a}  [if-unset:  none given]");
  EXPECT_EQ(r.header, "X-Foo");
  EXPECT_TRUE(r.negated);
  EXPECT_EQ(r.if_unset, "none given");
  EXPECT_EQ(r.pattern.source, "a");
  EXPECT_EQ(rule("header R Subject: =~ /x/").header, "Subject");
  EXPECT_EQ(rule("header R EnvelopeFrom:addr:host =~ /x/").header, "EnvelopeFrom:addr:host");
  r = rule("header R exists:X-Foo:");
  EXPECT_TRUE(r.exists);
  EXPECT_EQ(r.header, "X-Foo");
  for (const char* text :
       {"header R From:bogus =~ /x/", "header R From /x/", "header R From = /x/",
        "header R exists:", "header R exists:a b", "header R F@o =~ /x/", "header R a:addr:host:ip =~ /x/",
        "header R From:ADDR =~ /x/", "header R From =~ /x/[if-unset: q]"})
    EXPECT_TRUE(refused(text)) << text;
}

TEST(RuleLines, HeaderRuleDefinedAgainForgetsItsOptions) {
  const Rule r = rule("header R A !~ /x/ [if-unset: y]\nheader R B =~ /z/");
  EXPECT_FALSE(r.negated);
  EXPECT_FALSE(r.if_unset.has_value());
  EXPECT_EQ(r.header, "B");
}

TEST(RuleLines, TheLastDefinitionCounts) {
  EXPECT_EQ(rule("header R A =~ /x/\nmeta R 1").type, RuleType::meta);
  EXPECT_EQ(rule("header R A =~ /x/\nmeta R 1").header, "");
  EXPECT_EQ(rule("meta R 1\nbody R /y/").type, RuleType::body);
  EXPECT_EQ(rule("body R /x/\nbody R /y/").pattern.source, "y");
  EXPECT_EQ(rule("body R /x/\nbody R /y/").where.line, 2);
}

TEST(RuleLines, Evals) {
  Rule r = rule("header R eval:check_header_count_range('Subject','2',\"9\")");
  EXPECT_EQ(r.type, RuleType::header_eval);
  EXPECT_EQ(r.eval_function, "check_header_count_range");
  EXPECT_EQ(r.eval_args, (std::vector<std::string>{"Subject", "2", "9"}));
  EXPECT_EQ(rule("body R eval:check_for_uppercase( 50 , 75 )").eval_args,
            (std::vector<std::string>{"50", "75"}));
  EXPECT_EQ(rule("body R eval:html_text_match('title', '(?i)a, \"b\" (c)')").eval_args[1],
            "(?i)a, \"b\" (c)");
  EXPECT_EQ(rule("body R eval:check_for_mime('a' 'b')").eval_args, (std::vector<std::string>{"a' 'b"}));
  EXPECT_EQ(rule("rawbody R eval:check_for_mime('x')").type, RuleType::rawbody_eval);
  EXPECT_EQ(rule("full R eval:check_dkim_valid()").type, RuleType::full_eval);
  EXPECT_EQ(rule("header R eval:check_rbl('a', 'b.c.')").type, RuleType::rbl_eval);
  EXPECT_EQ(rule("header R rbleval:check_dns_sender()").type, RuleType::rbl_eval);
  EXPECT_TRUE(rule("header R eval:check_for_missing_to_header( )").eval_args.empty());
}

TEST(RuleLines, EvalsThatSpamAssassinRefuses) {
  for (const char* text : {"header R eval:foo", "header R eval:foo (1)", "body R eval:check_for_mime(a_b)",
                           "body R eval:check_for_mime('a)", "body R eval:check_for_missing_to_header()",
                           "header R eval:check_for_mime('x')", "full R eval:check_bayes('0','1')"})
    EXPECT_TRUE(refused(text)) << text;
}

TEST(RuleLines, AnEvalNobodyAnswersIsAWarning) {
  const RuleSet rules = parsed(
      "body R eval:no_such_function()\nheader S eval:check_for_spf_pass()\n"
      "header T eval:check_from_in_auto_welcomelist()");
  ASSERT_EQ(rules.notes().size(), 2u);
  EXPECT_NE(rules.notes()[0].what.find("R never hits") == std::string::npos,
            rules.notes()[1].what.find("R never hits") == std::string::npos);
}

TEST(RuleLines, Scores) {
  using Scores = std::array<double, 4>;
  EXPECT_EQ(rule("body R /x/").scores, (Scores{1, 1, 1, 1}));
  EXPECT_EQ(rule("body T_R /x/", "T_R").scores, (Scores{0.01, 0.01, 0.01, 0.01}));
  EXPECT_EQ(rule("body R /x/\ntflags R nice").scores, (Scores{-1, -1, -1, -1}));
  EXPECT_EQ(rule("body T_R /x/\ntflags T_R foo nice", "T_R").scores, (Scores{-0.01, -0.01, -0.01, -0.01}));
  EXPECT_EQ(rule("body R /x/\nscore R 0.1 -2 3.0 0").scores, (Scores{0.1, -2, 3, 0}));
  EXPECT_EQ(rule("score R 1\nbody R /x/\nscore R (0.5)").scores, (Scores{1.5, 1.5, 1.5, 1.5}));
  EXPECT_EQ(rule("body R /x/\nscore R 1 2 3 4\nscore R (1) 1 1 1").scores, (Scores{2, 3, 4, 5}));
  for (const char* text : {"score R", "score R 1 2", "score R 1.", "score R .5", "score R 1e3", "score R +1",
                           "score R (1)", "score R abc"})
    EXPECT_TRUE(refused(text)) << text;
}

TEST(RuleLines, ARuleWithScoreZeroIsNotActive) {
  const RuleSet rules = parsed("body A /x/\nscore A 0 1 1 1\nbody B /x/\nscore B 1 0 0 0\n");
  EXPECT_FALSE(rules.is_active(*rules.find("A")));
  EXPECT_TRUE(rules.is_active(*rules.find("B")));
  LoadOptions network;
  network.network = true;
  const auto online = RuleSet::parse("body A /x/\nscore A 0 1 1 1\n", "test.cf", network);
  EXPECT_EQ(online->score_set(), 1);
  EXPECT_TRUE(online->is_active(*online->find("A")));
}

TEST(RuleLines, Tflags) {
  const Rule r = rule("body R /x/\ntflags R multiple  maxhits=3 nosubject foo-net");
  EXPECT_TRUE(r.tflags.multiple);
  EXPECT_TRUE(r.tflags.nosubject);
  EXPECT_TRUE(r.tflags.net);  // /\bnet\b/ finds it
  EXPECT_EQ(r.tflags.maxhits, 3u);
  EXPECT_EQ(r.tflags.all.size(), 4u);
  EXPECT_EQ(rule("body R /x/\ntflags R net\ntflags R nice").tflags.net, false);
  EXPECT_EQ(rule("body R /x/\ntflags R maxhits=x3").tflags.maxhits, 0u);
}

TEST(RuleLines, Priorities) {
  EXPECT_EQ(rule("body R /x/\npriority R -5").priority, -5);
  EXPECT_EQ(rule("body R /x/\ntflags R net").priority, -100);
  EXPECT_EQ(rule("body R /(?<NAME>x)/").priority, -10000);
  EXPECT_EQ(rule("body R /(?<low>x)/").priority, 0);
  EXPECT_EQ(rule("full R eval:check_pyzor()").priority, -100);
  // What a meta needs runs before it.
  EXPECT_EQ(rule("body R /x/\nmeta M R\npriority M -500").priority, -500);
  EXPECT_EQ(rule("body R /x/\ntflags R net\npriority R 0\nmeta M R\npriority M -500").priority, -100);
  EXPECT_TRUE(refused("priority R x"));
  EXPECT_TRUE(refused("priority R 1.5"));
  EXPECT_TRUE(refused("priority 9R 1"));
}

TEST(RuleLines, RuleNames) {
  for (const std::string& name :
       {std::string("9R"), std::string("A-B"), std::string("A.B"), std::string(101, 'X')})
    EXPECT_TRUE(refused("body " + name + " /x/")) << name;
  EXPECT_EQ(rule("body " + std::string(100, 'X') + " /x/", std::string(100, 'X')).type, RuleType::body);
}

TEST(RuleLines, CapturesAndTemplates) {
  EXPECT_EQ(rule("body R /(?<NAME>x)(?P<B_2>y)(?'C'z)(?<low>q)(?<!b)(?<D_>w)/").captures,
            (std::vector<std::string>{"NAME", "B_2", "C"}));
  const Rule r = rule("body R /a%{NAME}b/i");
  EXPECT_EQ(r.pattern.source, "a%\\{NAME\\}b");
  EXPECT_EQ(r.templates, (std::vector<std::string>{"NAME"}));
  EXPECT_EQ(rule("body R m{x%{HEADER(From:addr)}}").templates,
            (std::vector<std::string>{"HEADER(From:addr)"}));
  // Only the last of several is ever replaced.
  EXPECT_EQ(rule("body R /%{A}%{B}/").templates, (std::vector<std::string>{"B"}));
  EXPECT_EQ(rule("body R /%{A}%{B}/").pattern.source, "%\\{A\\}%\\{B\\}");
}

TEST(RuleLines, MimeHeader) {
  Rule r = rule("mimeheader R Content-Type:raw =~ /x/i");
  EXPECT_EQ(r.type, RuleType::mimeheader);
  EXPECT_EQ(r.header, "Content-Type:raw");
  r = rule("mimeheader R Foo:!~ /x/ [if-unset: y]");
  EXPECT_EQ(r.header, "Foo");
  EXPECT_TRUE(r.negated);
  EXPECT_EQ(r.if_unset, "y");
  EXPECT_EQ(rule("mimeheader R A =~ /x/").if_unset, "");
  EXPECT_TRUE(refused("mimeheader R Foo:bar =~ /x/"));
  EXPECT_TRUE(refused("mimeheader R Foo"));
  // The second line changes the test, but not the type the name has taken since.
  r = rule("mimeheader R A =~ /x/\nmimeheader R B =~ /y/");
  EXPECT_EQ(r.header, "B");
  EXPECT_EQ(rule("mimeheader R A =~ /x/\nbody R /q/\nmimeheader R B =~ /y/").type, RuleType::body);
}

TEST(RuleLines, UriDetail) {
  const Rule r = rule("uri_detail R text =~ /a b/i type!~m,x, raw =~/q/\nuri_detail R text !~ /z/");
  EXPECT_EQ(r.type, RuleType::uri_detail);
  ASSERT_EQ(r.uri_conditions.size(), 3u);
  EXPECT_EQ(r.uri_conditions[0].key, "raw");
  EXPECT_EQ(r.uri_conditions[1].key, "type");
  EXPECT_TRUE(r.uri_conditions[1].negated);
  EXPECT_EQ(r.uri_conditions[2].key, "text");
  EXPECT_EQ(r.uri_conditions[2].pattern.source, "z");
  EXPECT_TRUE(refused("uri_detail R bogus =~ /x/"));
  EXPECT_TRUE(refused("uri_detail R text"));
  EXPECT_TRUE(refused("uri_detail R text =~ foo"));
}

TEST(RuleLines, EmptyRules) {
  EXPECT_EQ(rule("askdns R _X_.example A").type, RuleType::empty);
  EXPECT_EQ(rule("askdns R _X_.example A").scores[0], 1);
  EXPECT_TRUE(rule("reuse R OLD").defined);
  EXPECT_EQ(rule("body R /x/\nreuse R").type, RuleType::body);
  EXPECT_FALSE(rule("score R 3").defined);
  EXPECT_EQ(rule("score R 3").scores[0], 3);
  EXPECT_TRUE(refused("askdns R"));
  EXPECT_TRUE(refused("askdns R x BAD"));
}

TEST(RuleLines, InFileTests) {
  const Rule r = rule("body R /x/\ntest R ok an x here\ntest R fail  nothing");
  ASSERT_EQ(r.tests.size(), 2u);
  EXPECT_TRUE(r.tests[0].should_match);
  EXPECT_EQ(r.tests[0].text, "an x here");
  EXPECT_FALSE(r.tests[1].should_match);
  EXPECT_EQ(r.tests[1].where.text(), "test.cf:3");
}

TEST(RuleLines, MetasSeeScoredNamesThroughGlobs) {
  const RuleSet rules =
      parsed("body __A_1 /x/\nbody __A_22 /x/\nscore __A_3 1\nmeta __A_M rules_matching(__A_?) > 1\n");
  EXPECT_EQ(rules.find("__A_M")->meta.rules, (std::vector<std::string>{"__A_1", "__A_3"}));
  EXPECT_EQ(rules.find("__A_M")->meta_source, "rules_matching(__A_?) > 1");
}

TEST(RuleLines, CircularMetasAreRefused) {
  EXPECT_TRUE(refused("meta A B\nmeta B A"));
  EXPECT_TRUE(refused("meta A A"));
  EXPECT_FALSE(refused("meta A B && UNDEFINED\nmeta B C\nbody C /x/"));
}

TEST(RuleLines, MetasInheritNet) {
  const RuleSet rules = parsed("body N /x/\ntflags N net\nmeta A N\nmeta B A\ntflags B nice\nmeta C 1");
  EXPECT_TRUE(rules.find("A")->tflags.net);
  EXPECT_TRUE(rules.find("B")->tflags.net);
  EXPECT_TRUE(rules.find("B")->tflags.nice);
  EXPECT_FALSE(rules.find("C")->tflags.net);
}

TEST(RuleLines, Languages) {
  const auto describe = [](std::string_view language) {
    LoadOptions options;
    options.lang = language;
    const auto rules = RuleSet::parse(
        "body R /x/\ndescribe R none\nlang de describe R deutsch\nlang pt_BR describe R brasil\n", "t.cf",
        options);
    return rules->find("R")->describe;
  };
  EXPECT_EQ(describe("C"), "none");
  EXPECT_EQ(describe("de_DE.UTF-8"), "deutsch");
  EXPECT_EQ(describe("pt_BR"), "brasil");
  EXPECT_EQ(describe("pt"), "none");
}

}  // namespace
}  // namespace thresh
