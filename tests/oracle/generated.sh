#!/bin/sh
# generated.sh THRESH GENERATE_MESSAGES: messages made from the stock rules, judged by SpamAssassin, scanned by Thresh; the two must
# agree. Skipped (status 77) where SpamAssassin or the recorded answers (which say what rules real mail never showed) are missing.
set -eu
thresh=$1
generate=$2
here=$(dirname "$0")
if [ -z "${THRESH_SHARED_DIR:-}" ]; then
  echo "skipped: THRESH_SHARED_DIR names the recorded answers"
  exit 77
fi
if [ ! -d /usr/share/spamassassin ] || ! perl -MMail::SpamAssassin -e 1 2>/dev/null; then
  echo "skipped: needs spamassassin"
  exit 77
fi
settings=$THRESH_SHARED_DIR/oracle/config
if [ -n "${THRESH_KEEP_GENERATED:-}" ]; then  # a folder to look at afterwards
  work=$THRESH_KEEP_GENERATED
  mkdir -p "$work"
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
rm -f "$work/settings/zz_scores.cf"  # of an earlier run
mkdir -p "$work/mail" "$work/settings"
# The site's settings, and those that give more rules something to do (scores.cf: those whose score is 0 run too).
cp "$settings"/*.pre "$settings"/*.cf "$here/generated.pre" "$work/settings"
cp "$here/generated.cf" "$work/settings/zz_generated.cf"
settings=$work/settings
"$generate" "$work/mail" --seed "${THRESH_GENERATE_SEED:-0}" --rules /usr/share/spamassassin --rules "$settings" --scores "$settings/zz_scores.cf" \
  --by-hand "$here/by_hand.cases" --oracle "$THRESH_SHARED_DIR/oracle/modern.tsv" --oracle "$THRESH_SHARED_DIR/oracle/spamassassin.tsv"
# Two processes of SpamAssassin, one with every second message.
awk 'NR % 2 == 0' "$work/mail/list" >"$work/even"
awk 'NR % 2 == 1' "$work/mail/list" >"$work/odd"
perl "$here/ask_spamassassin.pl" "$settings" "$work/even" >"$work/even.tsv" &
even=$!
perl "$here/ask_spamassassin.pl" "$settings" "$work/odd" >"$work/odd.tsv"
wait $even
"$thresh" scan --network off --rules /usr/share/spamassassin --rules "$settings" \
  --json --all-hits "@$work/mail/list" >"$work/scan.jsonl"
python3 "$here/compare_generated.py" /usr/share/spamassassin "$THRESH_SHARED_DIR/oracle" "$here/cannot.tsv" "$work/mail/targets.tsv" "$work/scan.jsonl" "$work/even.tsv" "$work/odd.tsv"
