#!/bin/sh
# command.sh THRESH SOURCE_DIR: the command as people and scripts call it: outputs, exit statuses, trouble that is named.
set -eu
thresh=$1
src=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME="$work/cache"
failed=0
expect() { # expect WHAT WANTED GOT
  if [ "$2" != "$3" ]; then echo "FAILED: $1: wanted '$2', got '$3'"; failed=1; fi
}
status() { "$@" >out 2>err && echo 0 || echo $?; }

printf 'body HELLO /hello/\nscore HELLO 6\ndescribe HELLO Says hello\ntest HELLO ok hello there\n' >hello.cf
printf 'Subject: a\n\nhello world\n' >spam.eml
printf 'Subject: b\n\ngood bye\n' >ham.eml
: >empty.eml

expect 'scan ends with 0' 0 "$(status "$thresh" scan --rules hello.cf spam.eml ham.eml)"
grep -q 'SPAM' out || { echo 'FAILED: no table'; failed=1; }
expect 'scan --exit-code tells of spam' 5 "$(status "$thresh" scan --rules hello.cf --exit-code spam.eml)"
expect 'scan --exit-code on ham' 0 "$(status "$thresh" scan --rules hello.cf --exit-code ham.eml)"

expect 'an empty message is reported' 1 "$(status "$thresh" scan --rules hello.cf --json empty.eml spam.eml missing.eml)"
grep -q 'empty.eml: is empty' err && grep -q 'missing.eml: cannot be read' err || { echo 'FAILED: trouble not named'; cat err; failed=1; }
expect 'and the run goes on' 1 "$(grep -c '"rule":"HELLO"' out)"

expect 'JSON is one object a line in the order of the paths' '["ham.eml", "spam.eml", "ham.eml"]' \
  "$("$thresh" scan --rules hello.cf --json -j 2 ham.eml spam.eml ham.eml | python3 -c 'import json,sys; print(json.dumps([json.loads(l)["path"] for l in sys.stdin]))')"
expect 'JSON carries the text and the place' 'hello hello.cf:1 6.0' \
  "$("$thresh" scan --rules hello.cf --json spam.eml | python3 -c 'import json,sys; o=json.loads(sys.stdin.read()); h=o["hits"][0]; print(h["text"],h["where"],o["score"])')"
expect 'standard input is a path' 1 "$("$thresh" scan --rules hello.cf --json - <spam.eml | grep -c '"path":"-"')"
printf 'spam.eml\nham.eml\n' >list
expect '@LIST names paths' 2 "$("$thresh" scan --rules hello.cf --json @list | wc -l)"

expect 'explain shows the matched text' 1 "$("$thresh" scan --rules hello.cf --explain spam.eml | grep -c '»hello«')"

printf 'body BROKEN /(/\n' >broken.cf
expect 'a broken rule gives no verdict' 2 "$(status "$thresh" scan --rules hello.cf --rules broken.cf spam.eml)"
grep -q 'broken.cf:1' err || { echo 'FAILED: place of the broken rule'; cat err; failed=1; }
expect 'nothing is printed as a verdict' 0 "$(wc -c <out)"
expect 'lint says the same' 2 "$(status "$thresh" lint --rules broken.cf)"
expect 'lint is content' 0 "$(status "$thresh" lint --rules hello.cf)"
printf 'test HELLO ok farewell\n' >>hello.cf
expect 'lint runs the tests' 1 "$(status "$thresh" lint --rules hello.cf)"
grep -q 'hello.cf:5' out || { echo 'FAILED: place of the failed test'; cat out; failed=1; }

expect 'an unknown option is wrong usage' 2 "$(status "$thresh" scan --no-such-thing spam.eml)"
expect 'an unknown setting is wrong configuration' 2 "$(status "$thresh" config --set scan.nothing=1)"
expect 'config prints what it would read' 0 "$(status sh -c '"$1" config >c.toml && "$1" config --config c.toml' sh "$thresh")"

# What README shows.
"$thresh" scan --rules "$src/rules" --explain "$src/corpus/samples/spam-account-threat.eml" | sed "s|$src/||" >shown
sed -n 's/^    //p' "$src/README.md" | sed -n '/^corpus\/samples/,/^ *[0-9.]*$/p' >readme
if ! diff -B readme shown >diff.out; then echo 'FAILED: README shows another output'; cat diff.out; failed=1; fi

exit $failed
