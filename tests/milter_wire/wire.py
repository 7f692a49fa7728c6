"""The milter protocol, version 6, in bytes: commands of the mail server, answers of the filter (libmilter/mfdef.h).

Strings are bytes. Decoders raise WireError for what is malformed.
"""
import ipaddress
import re
import struct

OPTNEG, MACRO, CONNECT, HELO, MAIL, RCPT, DATA = b"O", b"D", b"C", b"H", b"M", b"R", b"T"
HEADER, EOH, BODY, EOB, ABORT, QUIT, QUIT_NC, UNKNOWN = b"L", b"N", b"B", b"E", b"A", b"Q", b"K", b"U"

ADDRCPT, DELRCPT, ACCEPT, REPLBODY, CONTINUE, DISCARD = b"+", b"-", b"a", b"b", b"c", b"d"
CHGFROM, ADDHEADER, INSHEADER, CHGHEADER, PROGRESS = b"e", b"h", b"i", b"m", b"p"
QUARANTINE, REJECT, SKIP, TEMPFAIL, REPLYCODE, CONNFAIL = b"q", b"r", b"s", b"t", b"y", b"f"

# Answers after which nothing more comes for this step.
FINAL = (ACCEPT, CONTINUE, DISCARD, REJECT, SKIP, TEMPFAIL, REPLYCODE, CONNFAIL)

F_ADDHDRS, F_CHGBODY, F_ADDRCPT, F_DELRCPT, F_CHGHDRS, F_QUARANTINE = 1, 2, 4, 8, 16, 32
F_CHGFROM, F_ADDRCPT_PAR, F_SETSYMLIST = 64, 128, 256
ALL_ACTIONS = 0x1FF

P_NOCONNECT, P_NOHELO, P_NOMAIL, P_NORCPT, P_NOBODY, P_NOHDRS, P_NOEOH = 1, 2, 4, 8, 16, 32, 64
P_NR_HDR, P_NOUNKNOWN, P_NODATA, P_SKIP, P_RCPT_REJ = 0x80, 0x100, 0x200, 0x400, 0x800
P_NR_CONN, P_NR_HELO, P_NR_MAIL, P_NR_RCPT = 0x1000, 0x2000, 0x4000, 0x8000
P_NR_DATA, P_NR_UNKN, P_NR_EOH, P_NR_BODY, P_HDR_LEADSPC = 0x10000, 0x20000, 0x40000, 0x80000, 0x100000
ALL_STEPS = 0x1FFFFF

# For each command: the bit by which a filter says that it wants none, and the one that it sends no answer.
STEP_BITS = {
    CONNECT: (P_NOCONNECT, P_NR_CONN), HELO: (P_NOHELO, P_NR_HELO), MAIL: (P_NOMAIL, P_NR_MAIL),
    RCPT: (P_NORCPT, P_NR_RCPT), DATA: (P_NODATA, P_NR_DATA), HEADER: (P_NOHDRS, P_NR_HDR),
    EOH: (P_NOEOH, P_NR_EOH), BODY: (P_NOBODY, P_NR_BODY), UNKNOWN: (P_NOUNKNOWN, P_NR_UNKN),
}

# Places in the list of macros that a filter asks for.
STAGES = ("connect", "helo", "mail", "rcpt", "data", "eom", "eoh")


class WireError(ValueError):
    pass


def packet(command, payload=b""):
    return struct.pack(">I", 1 + len(payload)) + command + payload


def strings(*values):
    return b"".join(value + b"\0" for value in values)


def _split_strings(data):
    if not data:
        return []
    if not data.endswith(b"\0"):
        raise WireError("string without its NUL")
    return data[:-1].split(b"\0")


# Commands


def optneg(version=6, actions=ALL_ACTIONS, steps=ALL_STEPS, symbols=None):
    """symbols: {stage number: [name]}, which only a filter sends."""
    listed = b"".join(struct.pack(">I", stage) + strings(b" ".join(names)) for stage, names in sorted((symbols or {}).items()))
    return struct.pack(">III", version, actions, steps) + listed


def decode_optneg(data):
    """(version, actions, steps, {stage number: [name]})"""
    if len(data) < 12:
        raise WireError("option negotiation is too short")
    version, actions, steps = struct.unpack(">III", data[:12])
    symbols, at = {}, 12
    while at < len(data):
        end = data.find(b"\0", at + 4)
        if end < 0:
            raise WireError("list of macros without its NUL")
        symbols[struct.unpack(">I", data[at:at + 4])[0]] = data[at + 4:end].split()
        at = end + 1
    return version, actions, steps, symbols


def macro(command, values):
    return command + strings(*(item for pair in values.items() for item in pair))


def decode_macro(data):
    """(command, {name: value})"""
    if data[:1] not in (CONNECT, HELO, MAIL, RCPT, DATA, HEADER, EOH, BODY, EOB, UNKNOWN):
        raise WireError("macros for no command")
    parts = _split_strings(data[1:])
    if len(parts) % 2:
        raise WireError("macro without value")
    for part in parts:
        _utf8(part)
    return data[:1], dict(zip(parts[::2], parts[1::2]))


def connect(name, family, port=0, address=b""):
    """family: b"4", b"6", b"L" (unix socket) or b"U" (unknown, without port and address)."""
    if family == b"U":
        return name + b"\0" + family
    return name + b"\0" + family + struct.pack(">H", port) + address + b"\0"


def decode_connect(data):
    """(name, family, port, address)"""
    end = data.find(b"\0")
    if end < 0 or end + 1 >= len(data):
        raise WireError("connection without family")
    name, family, rest = data[:end], data[end + 1:end + 2], data[end + 2:]
    _utf8(name)
    if family == b"U":
        return name, family, 0, b""
    if family not in (b"4", b"6", b"L"):
        raise WireError("unknown address family")
    if len(rest) < 4 or not rest.endswith(b"\0"):
        raise WireError("connection is too short")
    address = rest[2:-1]
    _utf8(address)
    if family != b"L":
        try:
            ip = ipaddress.ip_address(address.decode().removeprefix("IPv6:"))
        except ValueError as error:
            raise WireError(str(error)) from None
        if (ip.version == 4) != (family == b"4"):
            raise WireError("address of the other family")
    return name, family, struct.unpack(">H", rest[:2])[0], address


def decode_helo(data):
    if not data.endswith(b"\0"):
        raise WireError("HELO without its NUL")
    return data[:-1]


def header(name, value):
    return strings(name, value)


def decode_header(data):
    """(name, value)"""
    parts = _split_strings(data)
    if len(parts) != 2 or not parts[0]:
        raise WireError("header field is not two strings")
    return parts[0], parts[1]


def _utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise WireError(str(error)) from None


# Answers


def replycode(code, enhanced=b"", text=b""):
    return b" ".join(part for part in (code, enhanced, text) if part) + b"\0"


def decode_replycode(data):
    """(code, enhanced status code, text); the text may have several lines, each with its code."""
    found = re.fullmatch(rb"([45]\d\d)(?:[ -](?:([45]\.\d{1,3}\.\d{1,3})(?: |(?=\r\n|\Z)))?(.*))?", data[:-1], re.S)
    if not data.endswith(b"\0") or not found:
        raise WireError(f"not a reply code: {data!r}")
    return found[1], found[2] or b"", found[3] or b""


def insheader(index, name, value):
    return struct.pack(">I", index) + strings(name, value)


def decode_answer(kind, data):
    """What an answer carries, by kind: None, a string, or a tuple."""
    if kind == REPLYCODE:
        return decode_replycode(data)
    if kind == ADDHEADER:
        return decode_header(data)
    if kind in (INSHEADER, CHGHEADER):
        if len(data) < 4:
            raise WireError("header field without its place")
        return struct.unpack(">I", data[:4]) + decode_header(data[4:])
    if kind == REPLBODY:
        return data
    if kind in (ADDRCPT, DELRCPT, CHGFROM, QUARANTINE):
        return decode_helo(data)
    if kind in FINAL or kind == PROGRESS:
        if data:
            raise WireError(f"{kind!r} carries data")
        return None
    raise WireError(f"unknown answer {kind!r}")
