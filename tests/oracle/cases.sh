#!/bin/sh
# cases.sh EVALS_TESTS: asks SpamAssassin what the case files of the evals (tests/evals/cases) say it says; asks both SpamAssassin
# and Thresh about the same messages damaged at random; and whether registered.tsv names every eval that SpamAssassin has. Skipped
# (status 77) where it is missing. THRESH_GENERATE_SEED: other damage.
set -eu
tests=$1
here=$(dirname "$0")
if ! perl -MMail::SpamAssassin -e 1 2>/dev/null; then
  echo "skipped: needs spamassassin"
  exit 77
fi
cases=$here/../evals/cases
perl "$here/registered.pl" | diff - "$cases/registered.tsv"
perl "$here/judge_cases.pl" "$cases/plugins.pre" "$cases"/*.cases
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
perl "$here/damage_cases.pl" "${THRESH_GENERATE_SEED:-0}" 2 "$cases" "$work"
perl "$here/judge_cases.pl" --write "$work/plugins.pre" "$work"/*.cases
THRESH_CASE_FOLDER=$work "$tests" --gtest_filter='Files/EvalCases.*' --gtest_brief=1
