"""A mail server as a filter sees it: speaks the milter protocol as Postfix does, or on purpose not quite."""
import socket
import struct
import time

import wire

TIMEOUT = 60


class Closed(ConnectionError):
    """The filter closed the connection."""


class Outcome:
    """What a filter did at the end of a message."""

    def __init__(self):
        self.changes = []  # (kind, what decode_answer gives), in order
        self.final = None  # the kind that ended it
        self.reply = None  # of a reply code: (code, enhanced, text)
        self.seconds = 0.0
        self.progress = 0  # times the filter said that it is still at work

    def added(self):
        """{name: value} of header fields that were added or inserted."""
        return {change[-2]: change[-1] for kind, change in self.changes if kind in (wire.ADDHEADER, wire.INSHEADER)}

    def deleted(self):
        """(name, which one of that name) of header fields that were removed."""
        return [(change[1], change[0]) for kind, change in self.changes if kind == wire.CHGHEADER and not change[2]]

    def quarantined(self):
        return next((change for kind, change in self.changes if kind == wire.QUARANTINE), None)


class Mta:
    """One connection to the filter at (host, port) or the path of a unix socket. Negotiates on construction."""

    def __init__(self, address, version=6, actions=wire.ALL_ACTIONS, steps=wire.ALL_STEPS, negotiate=True):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(address)
        self.version, self.actions, self.steps, self.symbols = version, 0, 0, {}
        if negotiate:
            self.negotiate(version, actions, steps)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def drop(self):
        """Closes without a word."""
        self.socket.close()

    # Raw

    def write(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed(str(error)) from None

    def send(self, command, payload=b""):
        self.write(wire.packet(command, payload))

    def read(self):
        """(kind, payload) of the next answer."""
        length = struct.unpack(">I", self._exactly(4))[0]
        data = self._exactly(length)
        return data[:1], data[1:]

    def _exactly(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except ConnectionResetError as error:
                raise Closed(str(error)) from None
            if not piece:
                raise Closed("end of stream")
            data += piece
        return bytes(data)

    # Steps

    def negotiate(self, version=6, actions=wire.ALL_ACTIONS, steps=wire.ALL_STEPS):
        self.send(wire.OPTNEG, wire.optneg(version, actions, steps))
        kind, payload = self.read()
        if kind != wire.OPTNEG:
            raise wire.WireError(f"{kind!r} instead of option negotiation")
        self.version, self.actions, self.steps, self.symbols = wire.decode_optneg(payload)

    def step(self, command, payload=b""):
        """Sends one command; the answer's kind, or None where the filter wants no such command or sends no answer."""
        unwanted, silent = wire.STEP_BITS[command]
        if self.steps & unwanted:
            return None
        self.send(command, payload)
        if self.steps & silent:
            return None
        return self.answer()[0]

    def answer(self):
        """(kind, decoded payload) of the next answer that is not about progress."""
        while True:
            kind, payload = self.read()
            if kind != wire.PROGRESS:
                return kind, wire.decode_answer(kind, payload)

    def macros(self, command, **values):
        """Macros before a command; a name of more than one letter gets its braces."""
        named = {(b"{%s}" % k.encode() if len(k) > 1 else k.encode()): v.encode() for k, v in values.items()}
        self.send(wire.MACRO, wire.macro(command, named))

    def connect(self, name=b"mail.elsewhere.example", address=b"198.51.100.7", port=40000, family=None, **macros):
        family = family or (b"6" if b":" in address else b"4")
        self.macros(wire.CONNECT, **({"j": "mx.mailbox.example", "daemon_name": "mx"} | macros))
        return self.step(wire.CONNECT, wire.connect(name, family, port, address))

    def helo(self, name=b"mail.elsewhere.example", **macros):
        self.macros(wire.HELO, **macros)
        return self.step(wire.HELO, wire.strings(name))

    def mail(self, sender=b"<sender@elsewhere.example>", *options, **macros):
        self.macros(wire.MAIL, **macros)
        return self.step(wire.MAIL, wire.strings(sender, *options))

    def rcpt(self, recipient=b"<anna@mailbox.example>", *options, **macros):
        self.macros(wire.RCPT, **macros)
        return self.step(wire.RCPT, wire.strings(recipient, *options))

    def data(self, queue_id="4ABC123"):
        self.macros(wire.DATA, i=queue_id)
        return self.step(wire.DATA)

    def header(self, name, value):
        """The value as it stands after the colon: its leading space goes only where the filter asked for it."""
        if not self.steps & wire.P_HDR_LEADSPC and value.startswith(b" "):
            value = value[1:]
        return self.step(wire.HEADER, wire.header(name, value))

    def eoh(self, queue_id="4ABC123"):
        self.macros(wire.EOH, i=queue_id)
        return self.step(wire.EOH)

    def body(self, data, chunk=65535):
        kind = None
        for at in range(0, len(data), chunk):
            kind = self.step(wire.BODY, data[at:at + chunk])
            if kind == wire.SKIP:
                break
        return kind

    def end(self, queue_id="4ABC123"):
        """End of message: all that the filter asks for, until its last word."""
        self.macros(wire.EOB, i=queue_id)
        outcome = Outcome()
        begin = time.monotonic()
        self.send(wire.EOB)
        while True:
            kind, payload = self.read()
            value = wire.decode_answer(kind, payload)
            if kind == wire.PROGRESS:
                outcome.progress += 1
            elif kind in wire.FINAL:
                outcome.final = kind
                outcome.reply = value
                outcome.seconds = time.monotonic() - begin
                return outcome
            else:
                outcome.changes.append((kind, value))

    def abort(self):
        self.send(wire.ABORT)

    def quit(self):
        self.send(wire.QUIT)
        self.socket.close()

    # Whole messages

    def greet(self, **connection):
        self.connect(**connection)
        self.helo()

    def content(self, message, queue_id="4ABC123", chunk=65535):
        """DATA, header fields, body, end of message. The message has CRLF."""
        self.data(queue_id)
        head, _, body = message.partition(b"\r\n\r\n")
        fields = []
        for line in head.split(b"\r\n"):
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1] += b"\n" + line  # Postfix sends folds as LF
            elif line:
                fields.append(line)
        for field in fields:
            name, _, value = field.partition(b":")
            self.header(name, value)
        self.eoh(queue_id)
        self.body(body, chunk)
        return self.end(queue_id)

    def message(self, message, sender=b"<sender@elsewhere.example>", recipients=(b"<anna@mailbox.example>",),
                queue_id="4ABC123", chunk=65535, **macros):
        """One message over a connection that has been greeted."""
        self.mail(sender, **macros)
        for recipient in recipients:
            self.rcpt(recipient)
        return self.content(message, queue_id, chunk)
