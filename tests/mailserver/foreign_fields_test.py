"""What a sender claims about a verdict is removed: X-Spam fields, and Authentication-Results in our name.

Also where the message is not scanned, or only in part; claims in other names are not ours to touch.
"""
from harness import case, mails
from harness.case import MailServerCase
from harness.dovecot import USERS

OURS = [
    b"Authentication-Results: mx.mailbox.example; spf=pass",
    b"Authentication-Results: MX.Mailbox.EXAMPLE; spf=pass",
    b"authentication-results: mx.mailbox.example; none",
    b"Authentication-Results: mx.mailbox.example 1; dkim=pass",
    b"Authentication-Results: (a comment) mx.mailbox.example (another (nested \\) one)) 1 (version); dkim=pass",
    b"Authentication-Results: \"mx.mailbox.example\"; dkim=pass",
    b"Authentication-Results: \"mx\\.mailbox.example\"; dkim=pass",
    b"Authentication-Results:\r\n\tmx.mailbox.example;\r\n\tspf=pass",
    b"Authentication-Results: (folded\r\n comment)\r\n mx.mailbox.example\r\n ; spf=pass",
    b"Authentication-Results:mx.mailbox.example;spf=pass",
    b"Authentication-Results:  \t mx.mailbox.example\t; spf=pass",
    b"X-Spam: Yes",
    b"X-Spam: No",
    b"X-Spammer: nobody",
    b"x-spam-status: No, score=-100 required=5.0 tests=WELCOME version=1",
    b"X-SPAM-FLAG: NO",
    b"X-Spam-Score: -100",
    b"X-Spam-Level:",
    b"X-Spam-Status: No,\r\n\tscore=-100",
    b"X-Spam-Report: all is well",
    b"X-Spam-Checker-Version: SpamAssassin 4.0.0 on mx.mailbox.example",
]

OTHERS = [
    b"Authentication-Results: mx.mailbox.example.elsewhere.example; spf=pass",
    b"Authentication-Results: elsewhere.example; spf=pass smtp.mailfrom=mx.mailbox.example",
    b"Authentication-Results: (mx.mailbox.example) elsewhere.example; spf=fail",
    b"Authentication-Results: \"elsewhere.example; mx.mailbox.example\"; none",
    b"ARC-Authentication-Results: i=1; elsewhere.example; spf=pass",
    b"XX-Spam: elsewhere",
    b"X-Original-Spam: a",
]


def laced(text):
    """A message with all of them, mixed, among fields of its own."""
    fields = []
    for i, ours in enumerate(OURS):
        fields += [ours, OTHERS[i % len(OTHERS)], b"X-Number: %d" % i]
    return mails.mail(text, headers=b"".join(field + b"\r\n" for field in fields))


def cleaned(message):
    """What must be left of laced()."""
    fields, body = mails.split(message)
    return b"".join(field for field in fields if field.rstrip(b"\r\n") not in OURS) + body


class ForeignFields(MailServerCase):
    mailboxes = True
    milter_settings = {
        "milter.authenticated": "pass",
        "milter.local": "pass",
        "scan.max_full_size": 200_000,
    }

    def delivered(self, message):
        return self.sink.take(mails.values(message, "Message-ID")[-1]).data

    def only_ours_are_gone(self, message, delivered):
        """as_sent() would hide foreign X-Spam fields that were left, so count them."""
        for name in ("X-Spam-Status", "X-Spam"):
            self.assertLessEqual(len(mails.values(delivered, name)), 1, name)
        for foreign in (b"score=-100", b"WELCOME", b"all is well", b"Checker-Version", b"X-SPAM-FLAG", b"x-spam-status"):
            self.assertNotIn(foreign, mails.split(delivered)[0].__repr__().encode(), foreign)
        self.assertEqual(mails.as_sent(delivered), cleaned(message))

    def test_on_scanned_mail(self):
        message = laced(mails.SPAM + b"\r\n")
        self.check_sent(self.stranger().send(message, recipients="a@sink.example"))
        delivered = self.delivered(message)
        self.assertEqual(mails.values(delivered, "X-Spam"), ["Yes"])
        self.only_ours_are_gone(message, delivered)

    def test_on_ham(self):
        message = laced(b"hello\r\n")
        self.check_sent(self.stranger().send(message, recipients="a@sink.example"))
        delivered = self.delivered(message)
        self.assertFalse(mails.values(delivered, "X-Spam"))
        self.assertFalse(mails.verdict(delivered)["spam"])
        self.only_ours_are_gone(message, delivered)

    def test_on_mail_of_a_user_that_is_passed(self):
        message = laced(mails.SPAM + b"\r\n")
        client = self.client("submission")
        self.assertEqual(client.login("anna", USERS["anna"]).code, 235)
        self.check_sent(client.send(message, "anna@mailbox.example", "a@sink.example"))
        delivered = self.delivered(message)
        self.assertIsNone(mails.verdict(delivered), "should not have been scanned")
        self.only_ours_are_gone(message, delivered)

    def test_on_local_mail_that_is_passed(self):
        message = laced(mails.SPAM + b"\r\n")
        self.check_sent(self.client().send(message, recipients="a@sink.example"))
        delivered = self.delivered(message)
        self.assertIsNone(mails.verdict(delivered), "should not have been scanned")
        self.only_ours_are_gone(message, delivered)

    def test_on_mail_that_is_too_long_to_be_scanned_whole(self):
        message = laced(b"a line of text that says nothing at all\r\n" * 20_000)
        self.check_sent(self.stranger().send(message, recipients="a@sink.example"))
        self.only_ours_are_gone(message, self.delivered(message))


if __name__ == "__main__":
    case.run(["postfix", "dovecot", "dovecot-lmtpd", "dovecot-imapd", "dovecot-sieve"])
