// The matcher against Perl over every pattern that the scanner hands to it for the stock rules: texts made
// from each pattern and near misses of it, changed in case and in bytes, over all patterns of its group;
// texts of other patterns; paragraphs of real mail where some is at hand. Counts must be Perl's, as
// SpamAssassin's loops over texts count (Plugin/Check.pm). Needs perl and the stock rules.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "engine/match/matcher.h"
#include "engine/scan/rule_plan.h"
#include "engine/scan/scanner.h"
#include "tests/generate/pattern_text.h"
#include "tests/support/shared.h"

namespace thresh {
namespace {

using generate::PatternText;
using generate::Random;

constexpr char stock_rules[] = "/usr/share/spamassassin";
constexpr unsigned seed = 11;
// Of each pattern; with the changed ones about twenty texts a pattern.
constexpr int hits_of_pattern = 6;
// Texts of other groups' patterns that every group sees.
constexpr std::size_t foreign_texts = 250;
constexpr std::size_t real_messages = 120;

// Reads, in hex, patterns ("p GROUP PATTERN MODIFIERS MULTIPLE MAXHITS SKIP") and messages ("m GROUP
// TEXT..."), prints a line a message: INDEX:COUNT of the patterns that hit.
constexpr char script[] = R"perl(
use strict; no warnings;
my %patterns;
while (<STDIN>) {
  chomp;
  my ($kind, $group, @field) = split / /, $_, -1;
  if ($kind eq 'p') {
    my $source = pack 'H*', $field[0];
    $source = "(?$field[1])$source" if length $field[1];
    push @{$patterns{$group}}, [qr/$source/aa, @field[2 .. 4]];
    next;
  }
  my @texts = map { pack 'H*', $_ } @field;
  my @out;
  my $i = -1;
  for my $p (@{$patterns{$group}}) {
    ++$i;
    my ($re, $multiple, $max, $skip) = @$p;
    my $n = 0;
    TEXT: for my $k ($skip ? 1 .. $#texts : 0 .. $#texts) {
      if ($multiple) {
        pos($texts[$k]) = 0;
        while ($texts[$k] =~ /$re/g) { ++$n; last TEXT if $max && $n >= $max }
      } elsif ($texts[$k] =~ /$re/) { $n = 1; last TEXT }
    }
    push @out, "$i:$n" if $n;
  }
  print "@out\n";
}
)perl";

std::string hex(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// The text with another case here and there, or with bytes beyond ASCII in it.
std::string changed(Random& random, std::string text) {
  if (text.empty()) return text;
  switch (generate::below(random, 3)) {
    case 0:
      for (char& c : text)
        if (generate::chance(random, 50))
          c = static_cast<char>(bytes::other_case(static_cast<unsigned char>(c)));
      break;
    case 1:
      text[generate::below(random, text.size())] = static_cast<char>(0x80 + generate::below(random, 128));
      break;
    default: {
      constexpr std::string_view utf8[] = {"\xc3\xa4", "\xc2\xa0", "\xe2\x80\x8b", "\xd0\xb0",
                                           "\xf0\x9d\x90\x80"};
      text.insert(generate::below(random, text.size() + 1), utf8[generate::below(random, std::size(utf8))]);
    }
  }
  return text;
}

struct Sample {
  GroupId group;
  std::vector<std::string> texts;
};

class StockPatterns : public ::testing::Test {
 protected:
  // The plan's groups; empty where the stock rules are missing.
  static RuleSet load() {
    std::vector<std::string> paths{stock_rules};
    auto rules = RuleSet::load(paths);
    EXPECT_TRUE(rules) << rules.error().text();
    return std::move(*rules);
  }

  // Texts of every pattern, by group. Patterns of which no text could be made are counted.
  void make_texts(const std::vector<PatternGroup>& groups) {
    texts_.resize(groups.size());
    Random random(seed);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (const PatternSpec& spec : groups[g].patterns) {
        ++patterns_;
        auto maker = PatternText::make(spec.pattern);
        ASSERT_TRUE(maker) << spec.name << ": " << maker.error().text();
        std::vector<std::string>& into = texts_[g];
        bool any = false;
        for (int i = 0; i < hits_of_pattern; ++i) {
          const auto hit = maker->hit(random, 100, spec.multiple ? 1 + static_cast<unsigned>(i) * 2 : 1);
          if (!hit) break;
          any = true;
          into.push_back(*hit);
          if (i == 0) into.push_back("so " + *hit + " it ");
          if (const auto miss = maker->near_miss(random, *hit)) into.push_back(*miss);
          into.push_back(changed(random, *hit));
        }
        if (!any) without_.push_back(spec.name);
      }
    }
  }

  // One to four texts at a time, as paragraphs of a message; headers have one.
  void make_messages(const std::vector<PatternGroup>& groups) {
    Random random(seed + 1);
    std::vector<std::string> pool;
    for (const auto& texts : texts_) pool.insert(pool.end(), texts.begin(), texts.end());
    for (GroupId g = 0; g < groups.size(); ++g) {
      if (groups[g].patterns.empty()) continue;
      const bool header = groups[g].name.starts_with("header");
      std::vector<std::string> texts = texts_[g];
      for (std::size_t i = 0; i < foreign_texts; ++i)
        texts.push_back(pool[generate::below(random, pool.size())]);
      for (std::size_t i = 0; i < texts.size();) {
        const std::size_t n = std::min(header ? 1 : 1 + generate::below(random, 4), texts.size() - i);
        Sample message{g, {}};
        for (std::size_t k = 0; k < n; ++k) message.texts.push_back(texts[i++]);
        messages_.push_back(std::move(message));
      }
    }
  }

  void add_real_mail(const Scanner& scanner, const RulePlan& plan) {
    const auto corpora = testing::corpora_dir();
    const auto shared = testing::shared_dir();
    if (!corpora || !shared) return;
    std::vector<std::string> paths;
    for (const char* file : {"modern.tsv", "spamassassin.tsv"}) {
      std::ifstream in(*shared + "/oracle/" + file);
      for (std::string line; std::getline(in, line);)
        paths.push_back(*corpora + '/' + line.substr(0, line.find('\t')));
    }
    if (paths.empty()) return;
    for (std::size_t i = 0; i < real_messages; ++i) {
      const std::string bytes = testing::read_file(paths[i * paths.size() / real_messages]);
      if (bytes.empty()) continue;
      ++real_;
      Arena arena;
      const Message message(bytes, scanner.message_settings(), arena);
      const auto add = [&](GroupId group, std::span<const std::string_view> texts) {
        if (!texts.empty()) messages_.push_back({group, {texts.begin(), texts.end()}});
      };
      add(plan.body.group, message.body());
      add(plan.rawbody.group, message.rawbody());
      add(plan.uri.group, message.uris());
      for (const HeaderGroup& header : plan.headers)
        if (const auto text = message.get_joined(header.query); text && header.has_patterns())
          add(header.group, std::span(&*text, 1));
    }
  }

  std::vector<std::vector<std::string>> texts_;  // by group
  std::vector<Sample> messages_;
  std::vector<std::string> without_;
  std::size_t patterns_ = 0, real_ = 0;
};

TEST_F(StockPatterns, CountAsPerlDoes) {
  if (!std::filesystem::exists(stock_rules)) GTEST_SKIP() << "needs " << stock_rules;
  if (std::system("perl -e 'exit($] >= 5.034 ? 0 : 1)' 2>/dev/null") != 0)
    GTEST_SKIP() << "needs perl 5.34 or later";
  const RuleSet rules = load();
  const auto plan = plan_rules(rules);
  ASSERT_TRUE(plan) << plan.error().text();
  ASSERT_NO_FATAL_FAILURE(make_texts(plan->groups));
  make_messages(plan->groups);
  const auto scanner = Scanner::make(load());
  ASSERT_TRUE(scanner) << scanner.error().text();
  add_real_mail(**scanner, *plan);

  const auto name =
      std::filesystem::path(::testing::TempDir()) / ("thresh_stock_" + std::to_string(::getpid()));
  const std::string program = name.string() + ".pl", input = name.string() + ".in";
  std::ofstream(program) << script;
  {
    std::ofstream in(input);
    for (std::size_t g = 0; g < plan->groups.size(); ++g)
      for (const PatternSpec& spec : plan->groups[g].patterns)
        in << "p " << g << ' ' << hex(spec.pattern.source) << ' ' << spec.pattern.modifiers << ' '
           << spec.multiple << ' ' << spec.maxhits << ' ' << spec.skip_first_text << '\n';
    for (const Sample& message : messages_) {
      in << "m " << message.group;
      for (const std::string& text : message.texts) in << ' ' << hex(text);
      in << '\n';
    }
  }
  const std::unique_ptr<FILE, int (*)(FILE*)> perl(
      ::popen(("perl '" + program + "' < '" + input + "'").c_str(), "r"), ::pclose);
  ASSERT_TRUE(perl);
  const auto matcher = Matcher::compile(plan->groups);
  ASSERT_TRUE(matcher) << matcher.error().text();
  MatchScratch scratch(*matcher);
  std::size_t hits = 0, differences = 0, limited = 0;
  std::vector<std::vector<bool>> hit(plan->groups.size());
  for (std::size_t g = 0; g < hit.size(); ++g) hit[g].resize(plan->groups[g].patterns.size());
  std::string line;
  for (const Sample& message : messages_) {
    line.clear();
    for (int c; (c = std::fgetc(perl.get())) != EOF && c != '\n';) line += static_cast<char>(c);
    ASSERT_FALSE(std::feof(perl.get())) << "perl ended early";
    std::map<std::uint32_t, std::uint32_t> want, got;
    for (const char* at = line.c_str(); *at != '\0';) {
      char* end = nullptr;
      const auto index = static_cast<std::uint32_t>(std::strtoul(at, &end, 10));
      want[index] = static_cast<std::uint32_t>(std::strtoul(end + 1, &end, 10));
      hit[message.group][index] = true;
      at = end;
    }
    std::vector<std::string_view> texts(message.texts.begin(), message.texts.end());
    std::vector<PatternHit> found;
    scratch.begin_message();
    matcher->scan(message.group, texts, scratch, found);
    limited += scratch.limited().size();
    for (const PatternHit& h : found) got[h.pattern] = h.count;
    hits += want.size();
    if (got == want) continue;
    for (const auto& [a, b] : {std::pair(&want, &got), std::pair(&got, &want)})
      for (const auto& [index, count] : *a)
        if (const auto other = b->find(index); other == b->end() || (other->second != count && a == &want)) {
          ++differences;
          if (differences <= 20)
            ADD_FAILURE() << plan->groups[message.group].patterns[index].name << ": Perl counts "
                          << (a == &want ? count : 0) << ", the matcher "
                          << (a == &got           ? count
                              : other == b->end() ? 0
                                                  : other->second)
                          << " in «" << ::testing::PrintToString(message.texts) << "»";
        }
  }
  std::size_t hit_patterns = 0;
  for (const auto& group : hit)
    hit_patterns += static_cast<std::size_t>(std::count(group.begin(), group.end(), true));
  const MatchWork& work = scratch.work();
  std::cout << patterns_ << " patterns, " << hit_patterns << " hit, no text made for " << without_.size()
            << "; " << messages_.size() << " messages (" << real_ << " real mails), " << work.answers
            << " answers, " << hits << " hits, " << differences << " differences, " << limited
            << " limits; without PCRE2 "
            << 100 * (1 - static_cast<double>(work.confirmed) / static_cast<double>(work.answers)) << " %\n";
  for (const std::string& rule : without_) std::cout << "no text made for " << rule << '\n';
  EXPECT_EQ(differences, 0U);
  EXPECT_EQ(limited, 0U);
  EXPECT_GT(hit_patterns, patterns_ * 95 / 100);
  std::filesystem::remove(program);
  std::filesystem::remove(input);
}

}  // namespace
}  // namespace thresh
