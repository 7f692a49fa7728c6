"""Every state of the dialogue and every way out of it."""

import wire_case
import mails_on_wire as m
import mta
import wire
from harness import mails


class States(wire_case.WireCase):
    milter_settings = {"milter.quarantine_score": 10.0, "milter.reject_text": "5.7.1 refused {queue_id}"}

    def test_negotiation_asks_for_no_answers_it_does_not_need(self):
        session = self.mta(greet=False)
        self.assertEqual(session.version, 6)
        self.assertTrue(session.steps & wire.P_HDR_LEADSPC, "bytes of header values as they are")
        for bit in (wire.P_NR_CONN, wire.P_NR_HELO, wire.P_NR_MAIL, wire.P_NR_RCPT, wire.P_NR_HDR, wire.P_NR_EOH,
                    wire.P_NR_BODY):
            self.assertTrue(session.steps & bit, hex(bit))
        self.assertTrue(session.actions & wire.F_ADDHDRS and session.actions & wire.F_CHGHDRS)
        self.assertTrue(session.actions & wire.F_QUARANTINE)
        self.assertFalse(session.actions & (wire.F_CHGBODY | wire.F_ADDRCPT | wire.F_DELRCPT | wire.F_CHGFROM),
                         "asks for what it never does")
        self.assertTrue(any(b"i" in names for names in session.symbols.values()), "asks for the queue id")

    def test_mail_servers_that_know_less(self):
        # Version, steps: as Postfix 2.6 to 3.x offer them with milter_protocol 2 to 6, Sendmail 8.13 and 8.14.
        for version, steps in ((6, wire.ALL_STEPS), (6, wire.ALL_STEPS & ~wire.P_HDR_LEADSPC),
                               (6, 0x3FF), (6, 0), (4, 0x3FF), (3, 0x1FF), (2, 0x7F)):
            with self.subTest(version=version, steps=hex(steps)):
                actions = wire.ALL_ACTIONS if version == 6 else 0x3F
                try:
                    session = self.mta(version=version, actions=actions, steps=steps)
                except mta.Closed:
                    self.assertLess(version, 6, "refused a mail server of this version")
                    continue
                self.assertEqual(session.steps & ~steps, 0, "asks for what was not offered")
                m.check_spam(self, session.message(m.SPAM))
                m.check_ham(self, session.message(m.HAM))

    def test_a_mail_server_that_lets_nothing_be_changed(self):
        # Refused, or a filter that does nothing: both are sound, as long as it says so and lives on.
        try:
            session = self.mta(actions=0)
            outcome = session.message(m.HAM)
            self.assertFalse(outcome.changes, "does what it may not")
        except mta.Closed:
            pass
        self.check_alive()

    def test_every_verdict(self):
        session = self.mta()
        m.check_ham(self, session.message(m.HAM))
        m.check_spam(self, session.message(m.SPAM))
        outcome = session.message(m.GTUBE, queue_id="4XYZ")
        self.assertEqual((outcome.final, outcome.reply), (wire.REPLYCODE, (b"550", b"5.7.1", b"refused 4XYZ")))
        outcome = session.message(mails.mail(mails.QUARANTINE + b"\r\n"))
        self.assertIn(outcome.final, (wire.CONTINUE, wire.ACCEPT))
        self.assertTrue(outcome.quarantined())

    def test_foreign_claims_are_deleted_by_name_and_place(self):
        claims = mails.mail(headers=b"X-Spam: Yes\r\nX-Keep: 1\r\nX-Spam: No\r\nx-spam: 3\r\nX-Spam-Status: No\r\n"
                            b"Authentication-Results: elsewhere.example; none\r\n"
                            b"Authentication-Results: mx.mailbox.example; spf=pass\r\n")
        for _ in range(2):  # counts begin anew with each message
            session = self.mta()
            deleted = [(name.lower(), place) for name, place in session.message(claims).deleted()]
            self.assertEqual(sorted(deleted), [(b"authentication-results", 2), (b"x-spam", 1), (b"x-spam", 2),
                                               (b"x-spam", 3), (b"x-spam-status", 1)])
            # Postfix counts what is left, so later ones go first.
            self.assertEqual([place for name, place in deleted if name == b"x-spam"], [3, 2, 1])
            self.assertFalse([1 for kind, change in session.message(m.HAM).changes if kind == wire.CHGHEADER])

    def test_connections_of_every_family(self):
        families = {
            "IPv4": dict(address=b"198.51.100.7"),
            "IPv6": dict(address=b"2001:db8::25"),
            "IPv6 as Sendmail writes it": dict(address=b"IPv6:2001:db8::25", family=b"6"),
            "unknown": dict(name=b"unknown", family=b"U", address=b""),
            "unix socket": dict(name=b"localhost", family=b"L", address=b"/run/socket", port=0),
            "name that is an address": dict(name=b"[198.51.100.7]", address=b"198.51.100.7"),
            "long name": dict(name=b"a." * 2000 + b"example", address=b"198.51.100.7"),
            "bytes in the name": dict(name=b"\xff\xfe\x01\x80", address=b"198.51.100.7"),
        }
        for name, connection in families.items():
            with self.subTest(name):
                session = self.mta(greet=False)
                session.greet(**connection)
                m.check_spam(self, session.message(m.SPAM))

    def test_mail_without_a_connection_or_a_greeting(self):
        session = self.mta(greet=False)
        session.connect()
        m.check_spam(self, session.message(m.SPAM))  # no HELO
        session = self.mta(greet=False)
        session.mail()
        session.rcpt()
        outcome = session.content(m.SPAM)  # as cleanup(8) of old versions: nothing about a client
        m.check_spam(self, outcome)

    def test_abort_in_every_state(self):
        session = self.mta()
        def to_mail():
            session.mail(b"<other@elsewhere.example>")
        def to_rcpt():
            to_mail()
            session.rcpt()
        def to_header():
            to_rcpt()
            session.header(b"Subject", b" " + mails.GTUBE)
        def to_body():
            to_header()
            session.eoh()
            session.body(mails.GTUBE + b"\r\n")
        for reach in (lambda: None, to_mail, to_rcpt, to_header, to_body):
            for _ in range(2):
                reach()
                session.abort()
            session.abort()  # twice, as Postfix does
            m.check_ham(self, session.message(m.HAM))
            m.check_spam(self, session.message(m.SPAM))

    def test_a_message_that_begins_where_the_last_never_ended(self):
        session = self.mta()
        session.mail()
        session.rcpt()
        session.header(b"Subject", b" x")
        session.eoh()
        session.body(mails.GTUBE)
        m.check_ham(self, session.message(m.HAM))

    def test_a_new_client_on_the_same_connection(self):
        session = self.mta()
        m.check_spam(self, session.message(m.SPAM))
        session.send(wire.QUIT_NC)
        session.greet(name=b"other.elsewhere.example", address=b"203.0.113.77")
        m.check_spam(self, session.message(m.SPAM))
        session.mail()
        session.abort()
        session.send(wire.QUIT_NC)
        session.greet(address=b"127.0.0.1", name=b"localhost")
        outcome = session.message(m.GTUBE)  # local now: never refused
        self.assertIn(outcome.final, (wire.CONTINUE, wire.ACCEPT))
        session.send(wire.QUIT_NC)
        session.greet()
        self.assertEqual(session.message(m.GTUBE).final, wire.REPLYCODE)  # and that is forgotten

    def test_a_login_does_not_outlive_its_message(self):
        session = self.mta()
        self.assertIn(session.message(m.GTUBE, auth_authen="anna", auth_type="PLAIN").final, (wire.CONTINUE, wire.ACCEPT))
        session.send(wire.QUIT_NC)
        session.greet()
        self.assertEqual(session.message(m.GTUBE).final, wire.REPLYCODE)

    def test_body_in_pieces_of_every_kind(self):
        body = mails.mail(b"x" * 3000 + b"\r\n" + mails.SPAM + b"\r\n" + b"y" * 200_000)
        for chunk in (1, 7, 1000, 65535):
            if chunk == 1 and len(body) > 10_000:
                shorter = mails.mail(b"x" * 500 + b" " + mails.SPAM + b"\r\n")
                m.check_spam(self, self.mta().message(shorter, chunk=1))
                continue
            with self.subTest(chunk):
                m.check_spam(self, self.mta().message(body, chunk=chunk))

    def test_header_fields_beyond_64_kilobytes(self):
        for size in (65_000, 65_535, 65_536, 102_400, 1_000_000, 10_000_000):
            with self.subTest(size):
                m.check_spam(self, self.mta().message(mails.mail(mails.SPAM + b"\r\n", headers=b"X-Long: " + b"x" * size + b"\r\n")))

    def test_ten_thousand_header_fields(self):
        fields = b"".join(b"X-Spam: %d\r\n" % i if i % 12 == 0 else b"X-Other: %d\r\n" % i for i in range(10_000))
        outcome = self.mta().message(mails.mail(mails.SPAM + b"\r\n", headers=fields))
        m.check_spam(self, outcome)
        self.assertEqual(len(outcome.deleted()), 834)

    def test_more_foreign_claims_than_can_be_removed_are_refused(self):
        fields = b"".join(b"X-Spam: %d\r\n" % i for i in range(5_000))
        self.assertEqual(self.mta().message(mails.mail(headers=fields)).final, wire.REPLYCODE)

    def test_nul_in_a_header_value(self):
        # Packets hold C strings, so what stands behind a NUL cannot be told from another string.
        session = self.mta()
        session.mail()
        session.rcpt()
        session.header(b"Subject", b" before\0behind")
        session.header(b"X-Next", b" value")
        session.eoh()
        session.body(mails.SPAM + b"\r\n")
        try:
            m.check_spam(self, session.end())
        except mta.Closed:
            pass  # the mail server then does what milter_default_action says
        self.check_alive()

    def test_many_messages_on_one_connection(self):
        session = self.mta()
        for i in range(200):
            (m.check_spam if i % 2 else m.check_ham)(self, session.message(m.SPAM if i % 2 else m.HAM))

    def test_many_recipients(self):
        recipients = [b"<r%d@mailbox.example>" % i for i in range(20_000)]
        m.check_spam(self, self.mta().message(m.SPAM, recipients=recipients))

    def test_unknown_commands_of_clients(self):
        session = self.mta()
        session.step(wire.UNKNOWN, b"XYZZY\0")
        m.check_spam(self, session.message(m.SPAM))


if __name__ == "__main__":
    wire_case.run()
