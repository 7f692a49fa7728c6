"""A message arrives byte for byte as it was sent, but for the fields that the milter adds and removes.

Each message also goes through Postfix without the milter: what Postfix itself changes is not the milter's doing.
"""
import base64
import os

from harness import case, mails
from harness.case import MailServerCase
from harness.place import wait_until

LONG = b"a line without an end " * 500

NASTY = {
    "8 bit text that is no UTF-8": mails.mail(bytes(range(0xA0, 0x100)) + b"\r\n"),
    "UTF-8 in header fields": mails.mail(headers="X-Note: Grüße\r\n".encode()),
    "a line of 11,000 bytes": mails.mail(LONG + b"\r\nend\r\n"),
    "lines that begin with dots": mails.mail(b".\r\n..\r\n...\r\n.text\r\n. \r\n"),
    "no body": mails.mail(b""),
    "empty lines at the end": mails.mail(b"text\r\n\r\n\r\n\r\n"),
    "only empty lines": mails.mail(b"\r\n\r\n\r\n"),
    "white space at line ends": mails.mail(b"text  \r\n\t\r\n   \r\nmore\t\r\n"),
    "a field without value": mails.mail(headers=b"X-Empty:\r\nX-Blank: \r\nX-Blanks:    \r\n"),
    "a field without space after the colon": mails.mail(headers=b"X-Tight:value\r\nX-Tab:\tvalue\r\nX-Two:  value\r\n"),
    "white space before the colon": mails.mail(headers=b"X-Loose : value\r\n"),
    "folds with odd white space": mails.mail(
        headers=b"X-Fold: one\r\n\ttwo\r\n    three\r\n \t four \r\n\tfive\t\r\nX-Late:\r\n value\r\nX-Blank-Line: a\r\n \r\n b\r\n"),
    "tabs in values": mails.mail(headers=b"X-Tabs: a\tb\t\tc\r\n"),
    "the same field many times": mails.mail(headers=b"".join(b"X-Many: %d\r\n" % i for i in range(300))),
    "a long folded field": mails.mail(headers=b"X-Long: start\r\n" + b" 0123456789 0123456789 0123456789\r\n" * 300),
    "a long field in one line": mails.mail(headers=b"X-Long: " + b"x" * 5000 + b"\r\n"),
    "nested parts with odd boundaries": mails.mail(
        b"preamble\r\n--a b\r\nContent-Type: multipart/mixed; boundary=\"a b=\"\r\n\r\n--a b=\r\n\r\none\r\n--a b=--\r\n"
        b"--a b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        base64.encodebytes(b"<p>text</p>").replace(b"\n", b"\r\n") + b"--a b--\r\nepilogue\r\n",
        headers=b"Content-Type: multipart/mixed; boundary=\"a b\"\r\n"),
    "a message in a message": mails.mail(
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + mails.mail(headers=b"X-Spam: Yes\r\nX-Spam-Status: Yes\r\n") +
        b"\r\n--x--\r\n", headers=b"Content-Type: multipart/mixed; boundary=x\r\n"),
    "spam": mails.mail(mails.SPAM + b"\r\n"),
    "a body that looks like header fields": mails.mail(b"X-Spam: Yes\r\nSubject: no\r\n\r\ntext\r\n"),
    "fields that only resemble ours": mails.mail(headers=b"X-Not-Spam: no\r\nXX-Spam: a\r\nX-Virus: b\r\n"),
    "a header field without colon ends the header": mails.mail(headers=b"this is no field\r\n"),
    "no header field at all": b"\r\nonly text\r\n",
}


class Unchanged(MailServerCase):
    mailboxes = True
    postfix_settings = {"always_add_missing_headers": "no"}

    def both_ways(self, message, sender="sender@elsewhere.example", recipients=("box@sink.example",)):
        """(with, without milter) as they came out."""
        out = []
        for service in ("mx", "plain"):
            self.sink.clear()
            with self.client(service) as client:
                client.pretend(address="198.51.100.7", name="mail.elsewhere.example")
                self.check_sent(client.send(message, sender, recipients, " BODY=8BITMIME"))
            wait_until(lambda: self.sink.deliveries, "delivery")
            self.postfix.wait_delivered()
            self.assertEqual(len(self.sink.deliveries), 1)
            out.append(self.sink.deliveries[0].data)
        return out

    def test_whatever_the_message_looks_like(self):
        for name, message in NASTY.items():
            with self.subTest(name):
                scanned, plain = self.both_ways(message)
                self.assertIsNotNone(mails.verdict(scanned), "has not been scanned")
                self.assertEqual(mails.as_sent(scanned), mails.as_sent(plain))
                # These two Postfix itself completes.
                if name not in ("a header field without colon ends the header", "no header field at all",
                                "white space before the colon"):
                    self.assertEqual(mails.as_sent(scanned), message)

    def test_in_the_mailbox_too(self):
        message = mails.mail(bytes(range(0xA0, 0x100)) + b"\r\n..\r\n" + LONG + b"\r\n",
                             headers=b"X-Fold: one\r\n\ttwo \r\n  three\r\nX-Empty:\r\n")
        id = mails.values(message, "Message-ID")[0]
        self.check_sent(self.stranger().send(message, recipients="carla@mailbox.example"))
        delivered = wait_until(lambda: [m for m in self.dovecot.messages("carla", "INBOX")
                                        if id in mails.values(m, "Message-ID")], "delivery")
        self.assertEqual(mails.as_sent(delivered[0]), message)

    def test_real_mail(self):
        corpora = os.environ.get("THRESH_CORPORA_DIR")
        if not corpora or not os.path.isdir(corpora):
            self.skipTest("THRESH_CORPORA_DIR names no folder with real mail")
        for path in mails.some_files(corpora, 60):
            with self.subTest(path):
                with open(path, "rb") as file:
                    message = mails.crlf(mails.without_mbox_line(file.read()))
                scanned, plain = self.both_ways(message)
                remove = ("X-Spam*", "Authentication-Results")
                self.assertEqual(mails.without(mails.as_sent(scanned), *remove), mails.without(mails.as_sent(plain), *remove))


if __name__ == "__main__":
    case.run(["postfix", "dovecot", "dovecot-lmtpd", "dovecot-imapd", "dovecot-sieve"])
