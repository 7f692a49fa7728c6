"""Bytes and lengths that no honest client sends: what Postfix takes goes through, and the milter goes on."""
from harness import case, mails
from harness.case import MailServerCase
from harness.place import wait_until


class OddBytes(MailServerCase):
    postfix_settings = {
        "always_add_missing_headers": "no",
        "header_size_limit": "4000000",
        "message_size_limit": "20000000",
        "smtpd_forbid_bare_newline": "no",
    }
    milter_settings = {"scan.max_full_size": 2_000_000}

    def both_ways(self, message):
        """(with, without milter) as they came out; the message is sent as it stands, dots included."""
        out = []
        for service in ("mx", "plain"):
            self.sink.clear()
            with self.client(service) as client:
                client.pretend(address="198.51.100.7", name="mail.elsewhere.example")
                self.check_sent(client.envelope("sender@elsewhere.example", ["a@sink.example"], " BODY=8BITMIME"))
                self.assertEqual(client.command("DATA").code, 354)
                client.write(message + b"\r\n.\r\n")
                self.check_sent(client.reply())
            wait_until(lambda: self.sink.deliveries, "delivery")
            out.append(self.sink.deliveries[0].data)
        return out

    def test_go_through_as_postfix_lets_them(self):
        head = mails.mail(b"")
        cases = {
            "NUL in the body": head + b"a\0b\r\n\0\0\0",
            "NUL in a header value": mails.mail(b"text", headers=b"X-Nul: a\0b\r\n"),
            "NUL in a field name": mails.mail(b"text", headers=b"X-N\0l: ab\r\n"),
            "NUL in a field that goes": mails.mail(b"text", headers=b"X-Spam\0: Yes\r\nX-Spam: Yes\0\r\n"),
            "bare CR in the body": head + b"a\rb\r\r\nc\r",
            "bare CR in a header value": mails.mail(b"text", headers=b"X-Cr: a\rX-Spam: Yes\r\n"),
            "bare LF in the body": head + b"a\nb\n\nc",
            "bare LF line endings throughout": mails.mail(b"text\r\nmore").replace(b"\r\n", b"\n"),
            "control characters": head + bytes(range(1, 32)).replace(b"\r", b"").replace(b"\n", b""),
            "100 KB of one byte": head + b"\x80" * 100_000,
            "a header line of 3,000,000 bytes": mails.mail(b"text", headers=b"X-Long: " + b"y" * 3_000_000 + b"\r\n"),
            "a folded field of 200 KB": mails.mail(b"text", headers=b"X-Long: a\r\n" + b" " + b"z" * 70 + b"\r\n" + b" fold of a field\r\n" * 12_000),
            "a References of 80 KB": mails.mail(b"text", headers=b"References:" + b" <0123456789@elsewhere.example>\r\n" * 2_500),
            "10,000 header fields": mails.mail(b"text", headers=b"".join(b"X-Field-%d: v\r\n" % i for i in range(10_000))),
        }
        for name, message in cases.items():
            with self.subTest(name):
                scanned, plain = self.both_ways(message)
                self.assertTrue(mails.values(scanned, "X-Spam-Status"), "has not been scanned")
                self.assertEqual(mails.as_sent(scanned), mails.as_sent(plain))

    def test_a_message_as_long_as_postfix_takes(self):
        line = b"a line of text that goes on for a while and then ends, as lines do in the end\r\n"
        for size in (1_999_000, 2_001_000, 19_990_000):
            with self.subTest(size):
                id = mails.new_id()
                head = mails.mail(mails.SPAM + b"\r\n", message_id=id)
                message = head + line * ((size - len(head)) // len(line))
                self.check_sent(self.stranger().send(message, recipients="a@sink.example"))
                delivered = self.sink.take(id).data
                # Of the longest only the first part is matched; the marker stands there.
                self.assertEqual(mails.values(delivered, "X-Spam"), ["Yes"])
                self.assertEqual(mails.as_sent(delivered), message)
        client = self.stranger()
        self.assertEqual(client.send(mails.mail(line * 260_000), recipients="a@sink.example").code, 552)
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(message_id=id), recipients="a@sink.example"))
        self.sink.take(id)

    def test_the_milter_has_not_died(self):
        self.assertTrue(self.milter.daemon.running())


if __name__ == "__main__":
    case.run()
