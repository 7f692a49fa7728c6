// The matcher against Perl itself: every sample pattern over generated texts, with counts. Needs the program
// perl.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "engine/match/matcher.h"
#include "tests/match/sample_patterns.h"

namespace thresh {
namespace {

constexpr char script[] = R"perl(
my ($patterns, @texts);
while (<STDIN>) {
  chomp;
  my ($kind, @field) = split / /, $_, -1;
  my $text = pack 'H*', $field[0];
  if ($kind eq 't') { push @texts, $text; next }
  my $source = length $field[1] ? "(?$field[1])$text" : $text;
  push @patterns, [eval { qr/$source/aa }, $field[2], $field[3]];
}
for my $text (@texts) {
  for my $p (@patterns) {
    my ($re, $multiple, $max) = @$p;
    my $n = 0;
    if ($multiple) { pos($text) = 0; while ($text =~ /$re/g) { last if ++$n >= $max && $max } }
    else { $n = 1 if $text =~ /$re/ }
    print "$n ";
  }
  print "\n";
}
)perl";

std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

TEST(MatcherAndPerl, CountTheSame) {
  if (std::system("perl -e 'exit($] >= 5.034 ? 0 : 1)' 2>/dev/null") != 0)
    GTEST_SKIP() << "needs perl 5.34 or later";
  const PatternGroup group = test::sample_group();
  std::mt19937 random(5);
  std::vector<std::string> texts;
  for (int i = 0; i < 1500; ++i) texts.push_back(test::sample_text(random));

  const auto dir = std::filesystem::path(testing::TempDir());
  const std::string name = "thresh_perl_test_" + std::to_string(::getpid());
  const auto program = dir / (name + ".pl");
  const auto input = dir / (name + ".in");
  std::ofstream(program) << script;
  {
    std::ofstream in(input);
    for (const PatternSpec& spec : group.patterns)
      in << "p " << hex(spec.pattern.source) << ' ' << spec.pattern.modifiers << ' ' << spec.multiple << ' '
         << spec.maxhits << '\n';
    for (const std::string& text : texts) in << "t " << hex(text) << '\n';
  }
  const std::string command = "perl '" + program.string() + "' < '" + input.string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> perl(::popen(command.c_str(), "r"), ::pclose);
  ASSERT_TRUE(perl);

  const auto matcher = Matcher::compile({group});
  ASSERT_TRUE(matcher) << matcher.error().text();
  MatchScratch scratch(*matcher);
  std::size_t matches = 0;
  for (const std::string& text : texts) {
    std::vector<PatternHit> hits;
    const std::string_view one[] = {text};
    matcher->scan(0, one, scratch, hits);
    std::vector<unsigned> counts(group.patterns.size());
    for (const PatternHit& hit : hits) counts[hit.pattern] = hit.count;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      unsigned n = 0;
      ASSERT_EQ(std::fscanf(perl.get(), "%u", &n), 1);
      EXPECT_EQ(counts[i], n) << group.patterns[i].name << " in " << text;
      matches += n;
    }
  }
  EXPECT_GT(matches, 10000U);
  std::filesystem::remove(program);
  std::filesystem::remove(input);
}

}  // namespace
}  // namespace thresh
