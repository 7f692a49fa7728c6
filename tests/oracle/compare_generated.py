#!/usr/bin/env python3
"""compare_generated.py RULES RECORDED CANNOT.tsv TARGETS.tsv SCAN.jsonl ANSWERS.tsv...

Holds `thresh scan --json --all-hits` against what SpamAssassin says of the same messages (ask_spamassassin.pl): every rule, and
how often sub-rules hit. RULES: the folder of the stock rules; RECORDED: that of
the recorded answers. CANNOT.tsv: rules that cannot hit for a reason that the rules themselves do not give. TARGETS.tsv (generate_messages): public rules that no recorded answer shows and what became of each.
Prints each disagreement, how many of those rules SpamAssassin confirms, and why others cannot hit; fails on a
disagreement that KNOWN does not explain, on a hit of a rule that cannot, and on a confirmed share below LEAST_SHARE.
"""
import collections, glob, json, re, sys

# Rules about which the two may disagree, each with the reason (docs/compat.md).
KNOWN = {
    # Patterns with a captured value: SpamAssassin keeps the pattern of the first message of a process (Perl's /o).
    'GB_CUSTOM_HTM_URI', '__GB_CUSTOM_HTM_URI0', '__GB_CUSTOM_HTM_URI1', '__GB_CUSTOM_HTM_URI2',
    '__GB_DRUPAL_URI', 'T_GB_STORAGE_GOOGLE_EMAIL', 'T_GB_YOUTUBE_EMAIL',
}
# Where SpamAssassin had to guess a charset the two may differ (docs/compat.md), in so many % of all messages.
MOST_GUESSES_OFF = 1
LEAST_SHARE = 98  # % of the rules that can hit without look-ups and with these scores
SHOWN = 40        # disagreements printed

def counted(field):
    out = {}
    for name in filter(None, field.split(',')):
        name, _, count = name.partition('=')
        out[name] = int(count or 1)
    return out

# Public rules that the files of the folder define, whatever plugin they are for, and that no recorded answer shows.
def never_shown(stock, recorded):
    line = re.compile(r'^\s*(?:header|body|rawbody|full|uri|uri_detail|mimeheader|meta|askdns)\s+([A-Z]\w*)\s', re.M)
    defined, shown = set(), set()
    for name in glob.glob(stock + '/*.cf'): defined |= set(line.findall(open(name, encoding='utf-8', errors='replace').read()))
    for name in glob.glob(recorded + '/*.tsv'):
        for answer in open(name, encoding='utf-8', errors='replace'): shown |= set(counted(answer.split('\t')[3]))
    return defined - shown

def main():
    stock, recorded, cannot, targets, scan, *answers = sys.argv[1:]
    thresh, scores = {}, {}
    for line in open(scan, encoding='utf-8', errors='replace'):
        message = json.loads(line)
        scores[message['path']] = message['score']
        thresh[message['path']] = {h['rule']: int(h.get('count', 1)) if h['rule'].startswith('__') else 1 for h in message['hits']}
    confirmed, differences, messages, hits, known = set(), [], 0, 0, 0
    rules, guessed, guessed_off = set(), 0, 0
    for name in answers:
        for line in open(name, encoding='utf-8', errors='replace'):
            path, score, public, sub, guesses = line.rstrip('\n').split('\t')
            want = {**{n: 1 for n in counted(public)}, **counted(sub)}
            got = thresh.pop(path, None)
            if got is None:
                differences.append((path, 'not scanned by Thresh', 1, 0))
                continue
            messages += 1
            hits += len(want)
            rules |= set(want)
            confirmed |= set(counted(public))
            off = [rule for rule in sorted(set(want) | set(got)) if want.get(rule, 0) != got.get(rule, 0)]
            known += sum(rule in KNOWN for rule in off)
            if not off and abs(scores[path] - float(score)) > 0.0015: differences.append((path, 'the score', score, scores[path]))
            off = [rule for rule in off if rule not in KNOWN]
            if int(guesses) > 0:
                guessed += 1
                guessed_off += bool(off)
                if off: print(f'guessed charset, differs: {" ".join(off)}: {path}')
            else:
                differences += [(path, rule, want.get(rule, 0), got.get(rule, 0)) for rule in off]
    differences += [(path, 'not answered by SpamAssassin', 0, 1) for path in thresh]
    states = {rule: 'cannot: defined in a block (ifplugin, if) that is not read here' for rule in sorted(never_shown(stock, recorded))}
    reason_of = dict(line.rstrip('\n').split('\t') for line in open(cannot) if not line.startswith('#'))
    for line in open(targets):
        rule, state = line.rstrip('\n').split('\t')
        if rule in reason_of: state = 'cannot: ' + reason_of[rule]
        if rule in confirmed and state.startswith('cannot'): differences.append(('some message', rule, 'hit', state))
        states[rule] = 'made' if rule in confirmed else 'not made' if state == 'made' else state
    for path, rule, want, got in differences[:SHOWN]:
        print(f'DIFFERS {rule}: SpamAssassin {want}, Thresh {got}: {path}')
    reasons = collections.defaultdict(list)
    for rule, state in states.items(): reasons[state].append(rule)
    for state, names in sorted(reasons.items()):
        print(f'{len(names):4d} {state}' + ('' if state == 'made' else ': ' + ' '.join(names)))
    makeable = sum(len(names) for state, names in reasons.items() if not state.startswith('cannot'))
    share = 100 * len(reasons['made']) / max(1, makeable)
    print(f'{messages} messages, {hits} hits of {len(rules)} rules, {len(differences)} disagreements (and {known} of known kinds)')
    print(f'rules that no recorded answer shows: {len(states)}, of these can hit here {makeable}, made to hit {len(reasons["made"])} ({share:.1f} %)')
    print(f'messages whose charset SpamAssassin guessed: {guessed}, of these differ {guessed_off}')
    if guessed_off * 100 > messages * MOST_GUESSES_OFF: print('too many guessed charsets differ')
    elif not differences and messages and share >= LEAST_SHARE: sys.exit(0)
    sys.exit(1)

main()
