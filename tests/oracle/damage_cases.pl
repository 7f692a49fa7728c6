#!/usr/bin/perl
# damage_cases.pl SEED TIMES FROM TO: the case files of the folder FROM (tests/evals/case_file.h) with every message damaged at random
# in TIMES ways, and what else the cases read, into the folder TO. The same seed gives the same messages.
use strict;
use warnings;
use File::Basename qw(basename);
use File::Copy qw(copy);

my ($seed, $times, $from, $to) = @ARGV;
die "usage: damage_cases.pl SEED TIMES FROM TO\n" unless defined $to;
srand($seed);
sub slurp { my ($path) = @_; open my $file, '<:raw', $path or die "$path: $!\n"; local $/; return scalar <$file> }
sub below { return int rand $_[0] }
sub one_of { return $_[below(scalar @_)] }

sub unescaped {
  my ($text) = @_;
  $text =~ s/\\(?:x([0-9a-fA-F]{2})|\*(\d+):(.)|\n)/defined $1 ? chr hex $1 : defined $2 ? $3 x $2 : ''/gse;
  return $text;
}

# Every byte as it is or as \xHH; a last line without an end as a backslash.
sub escaped {
  my ($text) = @_;
  $text =~ s/(^## |[^\n\t -~]|\\)/join '', map { sprintf '\\x%02x', ord } split m{}, $1/gme;
  return $text =~ /\n\z/ ? $text : "$text\\\n";
}

my @pieces = ("\n", "\r\n", "\0", "\t", ' ', '"', '<', '>', '@', ':', ';', '=', '?', '-', '--', '.', ',', '(', ')', '/', "\xe9", "\xc3\xa9", '=?utf-8?Q?', '?=',
  '0', '1', '9', 'A', 'undef', 'http://', 'mailto:', "\n\n", '--=_b', '--=_b--', 'base64', 'text/html', 'example.com', '[203.0.113.9]', '&amp;', '%41');

# One way of damage; `others`: messages to take lines from.
sub damaged {
  my ($text, $others) = @_;
  my $kind = below(13);
  my @lines = split /^/m, $text;
  return $text unless @lines;
  my $at = below(scalar @lines);
  my $spot = below(length($text) + 1);
  if ($kind == 0) { splice @lines, $at, 1 }
  elsif ($kind == 1) { splice @lines, below(scalar @lines), 0, $lines[$at] }
  elsif ($kind == 2) { my $other = below(scalar @lines); @lines[$at, $other] = @lines[$other, $at] }
  elsif ($kind == 3) { my @more = split /^/m, one_of(@$others); splice @lines, $at, below(2), one_of(@more) if @more }
  elsif ($kind == 4) { substr($text, $spot, 0) = one_of(@pieces); return $text }
  elsif ($kind == 5) { substr($text, $spot, 1 + below(3)) = '' if $spot < length $text; return $text }
  elsif ($kind == 6) { substr($text, $spot, 1) = chr below(256) if $spot < length $text; return $text }
  elsif ($kind == 7) { $text =~ s/(\d+)/below(3) ? $1 : $1 + one_of(-1, 1)/ge; return $text }
  elsif ($kind == 8) { $lines[$at] = one_of(uc $lines[$at], lc $lines[$at]) }
  elsif ($kind == 9) { return below(4) ? substr($text, 0, $spot) : $text =~ s/\n/\r\n/gr }
  elsif ($kind == 10) { $lines[$at] =~ s/(["<>@;:,.=?-])/below(2) ? '' : $1 . $1/e }
  elsif ($kind == 11) { my @words = split /(\s+)/, $lines[$at], -1; @words[0, -1] = @words[-1, 0]; $lines[$at] = join '', @words }
  else { my @words = split /\b/, one_of(@$others); $lines[$at] =~ s/(\w+)/below(3) ? $1 : one_of(@words)/ge if @words }
  return join '', @lines;
}

for my $file (glob "$from/*") {
  if ($file !~ /\.cases\z/) {
    copy($file, $to) or die "$file: $!\n";
    next;
  }
  open my $out, '>:raw', "$to/" . basename($file) or die "$to: $!\n";
  for my $section (split /^(?=## rules)/m, slurp($file)) {
    my ($head, @parts) = split /^(?=## case )/m, $section;
    next unless $head =~ /\A## rules/;
    print $out $head;
    my @split = map { /\A## case ([^\n]*)\n[^\n]*\n(.*)\z/s ? [$1, unescaped($2)] : () } @parts;
    my @messages = map { $_->[1] } @split;
    for my $one (@split) {
      for my $time (1 .. $times) {
        my $text = $one->[1];
        $text = damaged($text, \@messages) for 1 .. 1 + below(3);
        print $out "## case $one->[0], damaged $time\nhits:\n" . escaped($text);
      }
    }
  }
  close $out or die "$to: $!\n";
}
