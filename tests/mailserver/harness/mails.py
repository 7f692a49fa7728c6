"""Messages for tests, as bytes with CRLF, and what of a delivered message was added on the way."""
import os
import re

GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
SPAM = b"spam-marker-seven"
QUARANTINE = b"quarantine-marker-eleven"

_serial = 0


def new_id():
    global _serial
    _serial += 1
    return f"<test-{_serial}@elsewhere.example>"


def mail(text=b"Hello Anna,\r\n\r\nthe meeting is on Monday at ten.\r\n", *, message_id=None, headers=b"",
         subject=b"Meeting on Monday"):
    """A plain message; `headers` are raw lines with CRLF that are put between Subject and Message-ID."""
    return (b"From: Sender <sender@elsewhere.example>\r\nTo: Anna <anna@mailbox.example>\r\nSubject: " + subject +
            b"\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\n" + headers +
            b"Message-ID: " + (message_id or new_id()).encode() +
            b"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text)


def crlf(data):
    """Any line ending as CRLF; ends in one."""
    data = re.sub(rb"\r*\n", b"\r\n", data)
    return data if data.endswith(b"\r\n") else data + b"\r\n"


def split(message):
    """(header fields, body): each field with its folding and final CRLF; the body with the blank line before it."""
    end = message.find(b"\r\n\r\n")
    head, body = (message, b"") if end < 0 else (message[:end + 2], message[end + 2:])
    return re.findall(rb"[^\r\n][^\n]*\n(?:[ \t][^\n]*\n)*", head), body


def name_of(field):
    return field.split(b":", 1)[0].strip().lower().decode("latin-1")


def value_of(field):
    """Unfolded, without the line ending."""
    return re.sub(rb"\r\n(?=[ \t])", b"", field.split(b":", 1)[1]).strip().decode("utf-8", "backslashreplace")


def values(message, name):
    return [value_of(field) for field in split(message)[0] if name_of(field) == name.lower()]


def without(message, *names):
    """The message without the fields so named; a name that ends in * stands for all that begin so."""
    def named(field):
        own = name_of(field)
        return any(own.startswith(n[:-1].lower()) if n.endswith("*") else own == n.lower() for n in names)
    fields, body = split(message)
    return b"".join(field for field in fields if not named(field)) + body


def as_sent(message):
    """A delivered message without the trace fields on top of it (Postfix', Dovecot's) and the milter's fields.

    Only what stands before the sender's first field is taken for a trace field.
    """
    fields, body = split(message)
    fields = [field for field in fields if not name_of(field).startswith("x-spam")]
    trace = ("return-path", "delivered-to", "x-original-to", "received")
    last = 0
    while last < len(fields) and name_of(fields[last]) in trace:
        own = b"by mx.mailbox.example" in fields[last] or b"LMTP" in fields[last] or name_of(fields[last]) != "received"
        if not own:
            break
        last += 1
    return b"".join(fields[last:]) + body


def verdict(message):
    """{"spam", "score", "required", "tests": {name: score}} of X-Spam-Status, or None without one."""
    found = values(message, "X-Spam-Status")
    if not found:
        return None
    assert len(found) == 1, f"{len(found)} X-Spam-Status"
    match = re.match(r"(Yes|No),\s+score=(-?[\d.]+)\s+required=(-?[\d.]+)(?:\s+tests=(.*?))?(?:\s+(?!tests)[a-z]+=.*)?$", found[0])
    assert match, found[0]
    tests = {}
    # Folding may have put white space after commas.
    for test in re.sub(r"\s", "", match[4] or "").split(","):
        if test and test != "none":
            rule, _, score = test.partition("=")
            tests[rule] = float(score)
    return {"spam": match[1] == "Yes", "score": float(match[2]), "required": float(match[3]), "tests": tests}


def some_files(folder, count):
    """About `count` message files below the folder, evenly spread over all of it; always the same ones."""
    paths = []
    for directory, folders, files in os.walk(folder):
        folders.sort()
        paths += [os.path.join(directory, name) for name in sorted(files) if not name.endswith((".tsv", ".online", ".txt"))]
    paths = [path for path in paths if os.path.getsize(path) < 2_000_000 and os.path.dirname(path) != folder]
    return paths[:: max(1, len(paths) // count)][:count]


def without_mbox_line(message):
    return message.split(b"\n", 1)[1] if message.startswith(b"From ") else message
