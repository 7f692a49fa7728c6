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

named() { # named WHAT TEXT: standard error says it
  grep -qF -e "$2" err || { echo "FAILED: $1: '$2' is not on standard error"; cat err; failed=1; }
}
printf 'scoree A 1\nbody\n' >two.cf
status "$thresh" scan --rules two.cf spam.eml >/dev/null
named 'further errors are counted' '2 errors in the rules; `thresh lint` names all'
named 'an error says what to do' '(check the spelling'
expect 'a missing rule file' 2 "$(status "$thresh" scan --rules missing.cf spam.eml)"
named 'the missing rule file' 'missing.cf: no such file'
mkdir no_rules no_mail
expect 'rules without a rule' 2 "$(status "$thresh" scan --rules no_rules spam.eml)"
named 'a directory without rules' 'no_rules: holds no rule file'
expect 'and no verdict' 0 "$(wc -c <out)"
printf 'include gone.cf\nbody HELLO /hello/\n' >include.cf
expect 'a missing include is passed over, as SpamAssassin does' 0 "$(status "$thresh" scan --rules include.cf --json spam.eml)"
named 'the missing include' 'include.cf:1: the file to include does not exist'
printf 'include ./circle.cf\nbody HELLO /hello/\n' >circle.cf
expect 'a cyclic include' 0 "$(status "$thresh" scan --rules circle.cf --json spam.eml)"
named 'the cyclic include' 'circle.cf:1: '

expect 'a directory without mail' 1 "$(status "$thresh" scan --rules hello.cf no_mail)"
named 'the directory without mail' 'no_mail: holds no message'
expect 'a missing list' 1 "$(status "$thresh" scan --rules hello.cf @nolist)"
named 'the missing list' '@nolist: cannot be read'
expect 'a directory as a list' 1 "$(status "$thresh" scan --rules hello.cf @no_mail)"
named 'the directory as a list' '@no_mail: is a directory'
printf '@circle\n@circle\nspam.eml\n' >circle
expect 'a list that names itself' 1 "$(status "$thresh" scan --rules hello.cf --json @circle)"
expect 'gives the other paths' 1 "$(wc -l <out)"
if [ "$(id -u)" != 0 ]; then
  cp spam.eml locked.eml && chmod 0 locked.eml
  expect 'an unreadable file' 1 "$(status "$thresh" scan --rules hello.cf locked.eml)"
  named 'the unreadable file' 'locked.eml: cannot be read: Permission denied'
fi
cp spam.eml "$(printf 'esc\033]0;x.eml')" && : >"$(printf 'esc\033]0;x.eml')"
status "$thresh" scan --rules hello.cf esc* >/dev/null
named 'names do not drive the terminal' 'esc\x1b]0;x.eml: is empty'
expect 'standard input has a bound' 1 "$(head -c 3000 /dev/zero | status "$thresh" scan --rules hello.cf --set scan.max_message_size=2000 -)"
named 'the bound of standard input' 'is larger than 2000 bytes'

# Of many warnings the first ten are shown, the rest counted.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo 'include hello.cf'; done >many.cf
expect 'a scan with many warnings' 0 "$(status "$thresh" scan --rules many.cf spam.eml)"
named 'many warnings are counted' '2 more warnings'

# A pattern that explodes: a verdict all the same, and the rule is named everywhere.
printf 'body EXPLODES /^x(?:a+a+)+$/\nscore EXPLODES 3\n' | cat - hello.cf | sed '/^test/d' >explode.cf
{ printf 'Subject: a\n\nhello\n\nx'; head -c 1500 /dev/zero | tr '\0' a; printf ' cb\n'; } >explode.eml
expect 'a pattern that explodes' 0 "$(status "$thresh" scan --rules explode.cf --json explode.eml)"
expect 'JSON names it and has the verdict' "['EXPLODES'] ['HELLO'] 6.0" \
  "$(python3 -c 'import json; o=json.load(open("out")); print(o["limited"],[h["rule"] for h in o["hits"]],o["score"])')"
named 'standard error names it' 'explode.eml: EXPLODES: its pattern ran into the match limit'
status "$thresh" scan --rules explode.cf --explain explode.eml >/dev/null
grep -q '^EXPLODES: its pattern ran into the match limit' out || { echo 'FAILED: --explain does not name the limit'; cat out; failed=1; }
status "$thresh" scan --rules explode.cf explode.eml >/dev/null
named 'so with the table' 'explode.eml: EXPLODES: its pattern ran into the match limit'

# Nobody reads the verdicts: SIGPIPE ends the command as any other; where it is ignored, the run ends at the first write that fails.
expect 'a full disk is said' 1 "$(status sh -c '"$1" scan --rules hello.cf --json spam.eml >/dev/full' sh "$thresh")"
named 'the full disk' 'standard output cannot be written'
yes spam.eml | head -n 20000 >many
expect 'a broken pipe is an error' 1 "$( (trap '' PIPE; { status=0; "$thresh" scan --rules hello.cf --json -j 2 @many 2>err || status=$?; echo $status >&3; } | head -n 1 >/dev/null) 3>&1)"
named 'the broken pipe' 'standard output cannot be written'

expect 'a missing settings file' 2 "$(status "$thresh" scan --config missing.toml --rules hello.cf spam.eml)"
named 'the missing settings file' 'missing.toml: cannot be read'
printf '[scan]\nspeed = 1\n' >unknown.toml
expect 'an unknown setting in a file' 2 "$(status "$thresh" scan --config unknown.toml --rules hello.cf spam.eml)"
named 'the unknown setting' 'unknown.toml:2: unknown setting scan.speed (`thresh config` lists all)'
expect 'a wrong value' 2 "$(status "$thresh" scan --set scan.threads=two --rules hello.cf spam.eml)"
named 'the wrong value' '--set scan.threads=two: '

expect 'an unknown option is wrong usage' 2 "$(status "$thresh" scan --no-such-thing spam.eml)"
expect 'an unknown setting is wrong configuration' 2 "$(status "$thresh" config --set scan.nothing=1)"
expect 'config prints what it would read' 0 "$(status sh -c '"$1" config >c.toml && "$1" config --config c.toml' sh "$thresh")"

expect 'status without a server' 1 "$(status "$thresh" status --set control.socket="$work/none.sock")"
named 'no server' 'none.sock: cannot be connected to: No such file or directory (is Thresh running?'
expect 'reload without a server' 1 "$(status "$thresh" reload --set control.socket="$work/none.sock")"
expect 'status with wrong settings' 2 "$(status "$thresh" status --set control.nothing=1)"

# A server that answers; what it says does not drive the terminal.
cat >server.py <<'PY'
import socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind("server.sock")
listening.listen()
print("ready", flush=True)
for answer in (b'{"rules": {"version": "abc"}, "reasons": ["a", "b\\u001b"]}',) * 2 + (b"rules abc\x1b",):
    client = listening.accept()[0]
    line = client.makefile("rb").readline()
    client.sendall(b"OK %d\n%s" % (len(answer), answer) if line in (b"status\n", b"reload\n") else b"ERROR what?\n")
    client.close()
client = listening.accept()[0]
client.makefile("rb").readline()
client.sendall(b"ERROR a.cf:1: broken\n")
PY
mkfifo ready
python3 server.py >ready &
head -n 1 ready >/dev/null
expect 'status in JSON' '{"rules":{"version":"abc"},"reasons":["a","b\u001b"]}' "$("$thresh" status --json --set control.socket=server.sock)"
expect 'status for people' 'rules.version: abc reasons: a, b\x1b' "$("$thresh" status --set control.socket=server.sock | tr '\n' ' ' | sed 's/ $//')"
expect 'reload' 'rules abc\x1b' "$("$thresh" reload --set control.socket=server.sock)"
expect 'a refused reload' 1 "$(status "$thresh" reload --set control.socket=server.sock)"
named 'why it was refused' 'server.sock: a.cf:1: broken'
wait

# What README shows.
"$thresh" scan --rules "$src/rules" --explain "$src/corpus/samples/spam-account-threat.eml" | sed "s|$src/||" >shown
sed -n 's/^    //p' "$src/README.md" | sed -n '/^corpus\/samples/,/^ *[0-9.]*$/p' >readme
if ! diff -B readme shown >diff.out; then echo 'FAILED: README shows another output'; cat diff.out; failed=1; fi

exit $failed
