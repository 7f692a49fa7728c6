"""What no mail server says: garbage, packets too long or too short, steps out of order, drops in every state."""
import random
import socket
import struct

import wire_case
import mails_on_wire as m
import mta
import wire
from harness import mails
from harness.place import wait_until


def dialogue():
    """The packets of one message, in order."""
    p = wire.packet
    return [
        p(wire.OPTNEG, wire.optneg()),
        p(wire.MACRO, wire.macro(wire.CONNECT, {b"j": b"mx.mailbox.example"})),
        p(wire.CONNECT, wire.connect(b"mail.elsewhere.example", b"4", 40000, b"198.51.100.7")),
        p(wire.HELO, wire.strings(b"mail.elsewhere.example")),
        p(wire.MAIL, wire.strings(b"<sender@elsewhere.example>")),
        p(wire.RCPT, wire.strings(b"<anna@mailbox.example>")),
        p(wire.HEADER, wire.header(b"Subject", b" x")),
        p(wire.EOH),
        p(wire.BODY, b"text\r\n"),
        p(wire.EOB),
    ]


class Hostile(wire_case.WireCase):
    def raw(self, data, close=True):
        """Sends bytes on a new connection and reads whatever comes until it is closed, by either side."""
        with mta.Mta(self.milter.address, negotiate=False) as session:
            try:
                session.write(data)
                if close:
                    session.socket.shutdown(socket.SHUT_WR)
                session.socket.settimeout(5)
                while session.socket.recv(65536):
                    pass
            except (mta.Closed, OSError):
                pass

    def tearDown(self):
        self.assertTrue(self.milter.daemon.running(), "the milter died")
        self.check_alive()

    def test_drop_in_every_state(self):
        packets = dialogue()
        for count in range(len(packets) + 1):
            whole = b"".join(packets[:count])
            self.raw(whole)
            self.raw(whole, close=False) if count == 0 else None
            for cut in (1, 3, 4, 5):  # inside the length, and inside the packet
                if count < len(packets):
                    self.raw(whole + packets[count][:cut])

    def test_lengths_that_are_wrong(self):
        for length in (0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 17 << 20, 1 << 30):
            for count in (0, 1, 3, 6, 8):
                self.raw(b"".join(dialogue()[:count]) + struct.pack(">I", length) + b"B" + b"x" * 100)

    def test_a_length_alone_costs_no_memory(self):
        before = self.milter.memory()
        sessions = []
        for _ in range(50):
            session = self.mta(greet=False)
            session.write(struct.pack(">I", 16 << 20) + b"B")
            sessions.append(session)
        self.check_alive()
        self.assertLess(self.milter.memory() - before, 200 << 20)
        for session in sessions:
            session.drop()

    def test_payloads_that_are_malformed(self):
        # Not among them: macros with a name and no value. libmilter itself (smfi_getsymval) reads past its end.
        p = wire.packet
        bad = [p(wire.OPTNEG, b""), p(wire.OPTNEG, b"\0" * 11), p(wire.OPTNEG, wire.optneg(version=0)),
               p(wire.OPTNEG, wire.optneg(version=99)), p(wire.MACRO, b""),
               p(wire.MACRO, b"Cj"), p(wire.MACRO, b"\xffj\0x\0"), p(wire.CONNECT, b""), p(wire.CONNECT, b"name"),
               p(wire.CONNECT, b"name\0"), p(wire.CONNECT, b"name\0004"), p(wire.CONNECT, b"name\0004\0"),
               p(wire.CONNECT, wire.connect(b"name", b"4", 1, b"999.1.1.1")),
               p(wire.CONNECT, wire.connect(b"name", b"6", 1, b"not an address")),
               p(wire.CONNECT, wire.connect(b"name", b"9", 1, b"198.51.100.7")),
               p(wire.CONNECT, wire.connect(b"name", b"L", 1, b"/" + b"x" * 5000)),
               p(wire.HELO, b""), p(wire.HELO, b"no nul"), p(wire.MAIL, b""), p(wire.MAIL, b"\0"),
               p(wire.MAIL, b"<no nul>"), p(wire.RCPT, b""), p(wire.RCPT, b"\0\0\0"), p(wire.HEADER, b""),
               p(wire.HEADER, b"\0"), p(wire.HEADER, b"\0\0"), p(wire.HEADER, b"Name"), p(wire.HEADER, b"Name\0"),
               p(wire.HEADER, b"Name\0value"), p(wire.HEADER, b"\0value\0"), p(wire.EOH, b"x"),
               p(b"Z"), p(b"\0"), p(b"\xff", b"data"), p(b"c"), p(b"a")]
        for packet in bad:
            for count in (0, 1, 2, 4, 5, 6, 7):
                self.raw(b"".join(dialogue()[:count]) + packet + b"".join(dialogue()[count:]))

    def test_steps_out_of_order(self):
        packets = dialogue()
        rng = random.Random(1)
        for _ in range(150):
            order = [rng.choice(packets[1:]) for _ in range(rng.randint(1, 15))]
            self.raw(packets[0] + b"".join(order))

    def test_a_second_negotiation(self):
        packets = dialogue()
        self.raw(packets[0] * 3 + b"".join(packets[1:]))
        self.raw(b"".join(packets[:6]) + packets[0] + b"".join(packets[6:]))

    def test_garbage(self):
        rng = random.Random(2)
        for size in (1, 4, 5, 100, 5000):
            for _ in range(10):
                self.raw(rng.randbytes(size))
        self.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.raw(b"EHLO client.example\r\n")

    def test_packets_with_bytes_turned(self):
        rng = random.Random(3)
        packets = dialogue()
        whole = b"".join(packets[:1] + packets[2:])  # see above on macros
        for _ in range(200):
            data = bytearray(whole)
            for _ in range(rng.randint(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            self.raw(bytes(data))

    def test_a_mail_server_that_sends_byte_by_byte(self):
        session = self.mta(negotiate=False, greet=False)
        for byte in dialogue()[0]:
            session.write(bytes([byte]))
        kind, _ = session.read()
        self.assertEqual(kind, wire.OPTNEG)
        for packet in dialogue()[1:]:
            for byte in packet:
                session.write(bytes([byte]))
        while session.answer()[0] not in wire.FINAL:
            pass

    def test_all_of_a_dialogue_at_once(self):
        session = self.mta(negotiate=False, greet=False)
        session.write(b"".join(dialogue()))
        self.assertEqual(session.read()[0], wire.OPTNEG)
        while session.answer()[0] not in wire.FINAL:
            pass

    def test_connections_come_and_go(self):
        def open_files():
            import os
            return len(os.listdir(f"/proc/{self.milter.daemon.pid}/fd"))
        self.check_alive()
        before = open_files()
        for i in range(300):
            session = mta.Mta(self.milter.address, negotiate=i % 3 > 0)
            if i % 3 > 1:
                session.greet()
                session.mail()
            session.drop()
        wait_until(lambda: open_files() <= before + 5, "connections closed")

    def test_a_message_that_claims_to_be_ours(self):
        message = mails.mail(mails.SPAM + b"\r\n", headers=b"Received: from x by mx.mailbox.example (Postfix)\r\n" * 50)
        m.check_spam(self, self.mta().message(message, sender=b"<>", recipients=[b"<>"]))
        m.check_spam(self, self.mta().message(message, sender=b"<a\r\nX-Spam: No\r\n>", recipients=[b"<\xff\xfe>"]))


if __name__ == "__main__":
    wire_case.run()
