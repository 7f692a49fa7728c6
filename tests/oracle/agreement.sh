#!/bin/sh
# agreement.sh THRESH ORACLE.tsv: what SpamAssassin says of real messages against what Thresh says of them, every rule,
# nothing ignored. Skipped (status 77) where the answers or the messages are not at hand.
set -eu
thresh=$1
if [ -z "${THRESH_SHARED_DIR:-}" ] || [ -z "${THRESH_CORPORA_DIR:-}" ]; then
  echo "skipped: THRESH_SHARED_DIR and THRESH_CORPORA_DIR name the recorded answers and the messages"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cut -f1 "$THRESH_SHARED_DIR/oracle/$2" | sed "s|^|$THRESH_CORPORA_DIR/|" >"$work/list"
"$thresh" scan --network off --rules /usr/share/spamassassin --rules "$THRESH_SHARED_DIR/oracle/config" \
  --json --all-hits "@$work/list" >"$work/scan.jsonl"
echo "every message:"
python3 "$THRESH_SHARED_DIR/tools/oracle_diff.py" "$THRESH_SHARED_DIR/oracle/$2" "$work/scan.jsonl" || true
# Where SpamAssassin ran out of wall-clock time while the answers were recorded, the answer is half of one; such a message
# cannot decide (docs/compat.md).
echo "messages that SpamAssassin finished:"
grep -v TIME_LIMIT_EXCEEDED "$THRESH_SHARED_DIR/oracle/$2" >"$work/finished.tsv"
python3 "$THRESH_SHARED_DIR/tools/oracle_diff.py" "$work/finished.tsv" "$work/scan.jsonl"
