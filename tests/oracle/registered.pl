#!/usr/bin/perl
# registered.pl: every eval function that a plugin of the installed SpamAssassin registers, a line each: name, plugin. What
# tests/evals/cases/registered.tsv should say.
use strict;
use warnings;
use File::Basename qw(dirname);
use Mail::SpamAssassin;

my $folder = dirname($INC{'Mail/SpamAssassin.pm'}) . '/SpamAssassin/Plugin';
my @plugins = grep { $_ ne "Test" } map { m{(\w+)\.pm\z} } glob "$folder/*.pm";    # Test: an example
local $SIG{__WARN__} = sub { };    # of modules that plugins would like to have
my $sa = Mail::SpamAssassin->new({
  config_text => join('', map { "loadplugin Mail::SpamAssassin::Plugin::$_\n" } @plugins), local_tests_only => 1, dont_copy_prefs => 1,
  userprefs_filename => '/dev/null', home_dir_for_helpers => '/nonexistent', require_rules => 0 });
$sa->init(0);
my $by_name = $sa->{conf}{eval_plugins};
print map { "$_\t" . (ref($by_name->{$_}) =~ s/.*:://r) . "\n" } sort keys %$by_name;
