#!/usr/bin/perl
# judge_cases.pl [--write] PLUGINS.pre FILE.cases...: holds the case files (tests/evals/case_file.h says how they are written)
# against SpamAssassin: every rule of every case, with its value. Prints each difference and fails on one. With --write,
# SpamAssassin's answers take the place of those in the files.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);

# OLEVBMacro reads archives only where Archive::Zip is installed, and the reference
# has none.
BEGIN { unshift @INC, sub { $_[1] eq 'Archive/Zip.pm' ? die "not part of the reference\n" : undef } }
use Mail::SpamAssassin;

my $write = @ARGV && $ARGV[0] eq '--write' ? shift : '';
my ($plugins, @files) = @ARGV;
die "usage: judge_cases.pl [--write] PLUGINS.pre FILE.cases...\n" unless @files;
sub slurp { my ($path) = @_; open my $file, '<:raw', $path or die "$path: $!\n"; local $/; return scalar <$file> }

# \xHH is a byte, \*9:x nine x, a backslash at the end of a line takes its newline away.
sub unescaped {
  my ($text) = @_;
  $text =~ s/\\(?:x([0-9a-fA-F]{2})|\*(\d+):(.)|\n)/defined $1 ? chr hex $1 : defined $2 ? $3 x $2 : ''/gse;
  return $text;
}

sub engine {
  my ($rules, $folder) = @_;
  my $sa = Mail::SpamAssassin->new({
    config_text => slurp($plugins) . $rules, local_tests_only => 1, dont_copy_prefs => 1, languages_filename => "$folder/languages",
    userprefs_filename => '/dev/null', home_dir_for_helpers => '/nonexistent', require_rules => 0 });
  $sa->compile_now(0, 0);
  return $sa;
}

# All rules that hit and that `names` has, in the form of a case's second line.
sub hits {
  my ($sa, $message, $names) = @_;
  my $mail = $sa->parse(\$message, 1);
  my $status = $sa->check($mail);
  my $hit = $status->{tests_already_hit};
  my $text = join ' ', 'hits:', map { $hit->{$_} == 1 ? $_ : sprintf '%s=%.15g', $_, $hit->{$_} }
    grep { $names->{$_} && $hit->{$_} } sort keys %$hit;
  $status->finish;
  $mail->finish;
  return $text;
}

# The answers to the messages, in a process of its own: rule sets leave traces in the process that read them.
sub ask {
  my ($rules, $folder, @messages) = @_;
  my $names = { map { $_ => 1 } $rules =~ /^(?:header|body|rawbody|full|uri|uri_detail|mimeheader|meta)\s+(\w+)\s/mg };
  my $child = open(my $from, '-|') // die "fork: $!\n";
  if (!$child) {
    $SIG{__WARN__} = sub { print STDERR $_[0] if $ENV{THRESH_SHOW_WARNINGS} };
    my $sa = engine($rules, $folder);
    print hits($sa, unescaped($_), $names), "\n" for @messages;
    close STDOUT;
    require POSIX;
    POSIX::_exit(0);
  }
  chomp(my @answers = <$from>);
  close $from or die "SpamAssassin failed\n";
  die "SpamAssassin stopped after " . @answers . " messages\n" if @answers != @messages;
  return @answers;
}

my ($cases, $different) = (0, 0);
for my $file (@files) {
  my $folder = abs_path(dirname($file));
  my $out = '';
  for my $section (split /^(?=## rules)/m, slurp($file)) {
    if ($section !~ /\A## rules/) {
      $out .= $section;
      next;
    }
    my ($head, @parts) = split /^(?=## case )/m, $section;
    $head =~ /\A## rules(?: (\S+))?\n(.*)\z/s;
    my $rules = (defined $1 ? slurp("$folder/$1") : '') . $2;
    $rules =~ s/\@FOLDER\@/$folder/g;
    $out .= $head;
    my @split = map { /\A## case ([^\n]*)\n([^\n]*)\n(.*)\z/s ? [$1, $2, $3] : die "$file: not a case: $_" } @parts;
    my @answers = ask($rules, $folder, map { $_->[2] } @split);
    for my $one (@split) {
      my ($name, $said, $message) = @$one;
      my $answer = shift @answers;
      ++$cases;
      if ($answer ne $said) {
        ++$different;
        print "$file: $name\n  file:         $said\n  SpamAssassin: $answer\n" unless $write;
      }
      $out .= "## case $name\n$answer\n$message";
    }
  }
  next unless $write;
  open my $handle, '>:raw', $file or die "$file: $!\n";
  print $handle $out;
  close $handle or die "$file: $!\n";
}
printf "%d cases, SpamAssassin %s of %d\n", $cases, $write ? 'wrote the answers' : 'disagrees with the answers', $different;
exit($different && !$write ? 1 : 0);
