"""A DKIM signature that verified when the message was sent verifies on the message as it is delivered.

Signed by dkimpy in all four pairs of canonicalisation, and by OpenDKIM as a second mail server's filter; verified by
dkimpy. Fields of ours come on top and none of the sender's is changed, so even `simple` must hold.
"""
import os
import subprocess
import sys

from harness import case, mails
from harness.case import MailServerCase
from harness.place import Daemon, answers, wait_until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../milter_wire"))

SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"content-type", b"mime-version", b"x-fold"]

MESSAGES = {
    "plain": mails.mail(),
    "spam": mails.mail(mails.SPAM + b"\r\n"),
    "8 bit, dots, white space, long lines": mails.mail(
        "Grüße\r\n..\r\n. \r\ntrailing \t \r\n".encode() + b"x" * 3000 + b"\r\n\r\n\r\n"),
    "folds": mails.mail(headers=b"X-Fold: one\r\n\t two  \r\n   three\r\nX-Fold:\r\n four\r\n"),
    "foreign verdict": mails.mail(headers=b"X-Spam: No\r\nAuthentication-Results: mx.mailbox.example; spf=pass\r\n"),
}


class Dkim(MailServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run(["opendkim-genkey", "-b", "2048", "-d", "elsewhere.example", "-s", "test", "-D", cls.place.directory],
                       check=True, capture_output=True)
        with open(cls.place.path("test.private"), "rb") as file:
            cls.key = file.read()
        with open(cls.place.path("test.txt")) as file:
            cls.record = "".join(file.read().split('"')[1::2]).encode()

    def dns(self, name, timeout=5):
        self.assertEqual(name, b"test._domainkey.elsewhere.example.")
        return self.record

    def verified(self, message):
        import dkim
        return dkim.verify(message, dnsfunc=self.dns)

    def through_the_server(self, message):
        self.sink.clear()
        with self.stranger() as client:
            self.check_sent(client.send(message, recipients="a@sink.example", options=" BODY=8BITMIME"))
        wait_until(lambda: self.sink.deliveries, "delivery")
        delivered = self.sink.deliveries[0].data
        self.assertIsNotNone(mails.verdict(delivered), "has not been scanned")
        return delivered

    def test_signatures_of_dkimpy(self):
        import dkim
        for name, message in MESSAGES.items():
            for head in (b"simple", b"relaxed"):
                for body in (b"simple", b"relaxed"):
                    with self.subTest(name, canonicalisation=f"{head.decode()}/{body.decode()}"):
                        signature = dkim.sign(message, b"test", b"elsewhere.example", self.key, canonicalize=(head, body),
                                              include_headers=[h for h in SIGNED if h + b":" in message.lower()])
                        signed = signature + message
                        self.assertTrue(self.verified(signed), "the test's own signature")
                        self.assertTrue(self.verified(self.through_the_server(signed)))

    def test_signatures_of_opendkim(self):
        import mta
        import wire
        for canonicalisation in ("simple/simple", "relaxed/relaxed", "relaxed/simple", "simple/relaxed"):
            port = self.place.port()
            config = self.place.write("opendkim.conf", f"""\
Domain elsewhere.example
Selector test
KeyFile {self.place.path("test.private")}
Canonicalization {canonicalisation}
Socket inet:{port}@127.0.0.1
Mode s
InternalHosts 127.0.0.1
RequireSafeKeys no
Background no
Syslog no
UserID root
""")
            signer = Daemon(self.place, f"opendkim-{port}", ["opendkim", "-f", "-x", config])
            try:
                wait_until(lambda: answers(("127.0.0.1", port)), "opendkim up")
                for name, message in MESSAGES.items():
                    with self.subTest(name, canonicalisation=canonicalisation):
                        with mta.Mta(("127.0.0.1", port)) as session:
                            session.greet(name=b"localhost", address=b"127.0.0.1")
                            outcome = session.message(message)
                        self.assertIn(outcome.final, (wire.ACCEPT, wire.CONTINUE))
                        field = outcome.added()[b"DKIM-Signature"].replace(b"\n", b"\r\n")
                        # Without the leading space of a value, where the signer did not ask for it.
                        lead = b"" if session.steps & wire.P_HDR_LEADSPC else b" "
                        signed = b"DKIM-Signature:" + lead + field + b"\r\n" + message
                        self.assertTrue(self.verified(signed), "the signature before it is sent")
                        self.assertTrue(self.verified(self.through_the_server(signed)))
            finally:
                signer.stop(timeout=0)  # SIGTERM alone takes it five seconds


if __name__ == "__main__":
    case.run(["postfix", "python3-dkim", "opendkim", "opendkim-tools"])
