#!/usr/bin/perl
# ask_spamassassin.pl SITE_SETTINGS LIST: what SpamAssassin says of the messages that LIST names, stock rules, local
# tests only. Prints a line a message: path, score, public rules, sub-rules (NAME=count where hit more than once),
# and how many charsets were guessed.
use strict;
use warnings;
use Mail::SpamAssassin;

my ($settings, $list) = @ARGV;
sub slurp { my ($path) = @_; open my $file, '<:raw', $path or die "$path: $!\n"; local $/; return scalar <$file> }

my $sa = Mail::SpamAssassin->new({
  rules_filename => '/usr/share/spamassassin', site_rules_filename => $settings, local_tests_only => 1, dont_copy_prefs => 1,
  userprefs_filename => '/dev/null', home_dir_for_helpers => '/nonexistent' });
$sa->compile_now(0, 0);

my $guessed = 0;
if (eval { require Encode::Detect::Detector }) {
  no warnings qw(redefine prototype);
  my $detect = \&Encode::Detect::Detector::detect;
  *Encode::Detect::Detector::detect = sub ($) { ++$guessed; return $detect->(@_) };
}

for my $path (split /\n/, slurp($list)) {
  my $raw = slurp($path);    # $/ must be defined while SpamAssassin checks
  $guessed = 0;
  my $mail = $sa->parse(\$raw, 1);
  my $status = $sa->check($mail);
  my %sub;
  $sub{$_}++ for grep { length } split /,/, $status->get_names_of_subtests_hit;
  printf "%s\t%.3f\t%s\t%s\t%d\n", $path, $status->get_score,
    join(',', sort grep { length && $_ ne 'none' } split /,/, $status->get_names_of_tests_hit),
    join(',', map { $sub{$_} > 1 ? "$_=$sub{$_}" : $_ } sort keys %sub), $guessed;
  $status->finish;
  $mail->finish;
}
