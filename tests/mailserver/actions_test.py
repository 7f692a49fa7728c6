"""What is done with a message by score, by who sent it and by whom it is for."""
import json

from harness import case, mails
from harness.case import MailServerCase
from harness.place import wait_until


class Actions(MailServerCase):
    milter_settings = {
        "milter.quarantine_score": 10.0,
        "milter.reject_text": "5.7.1 refused {queue_id} {score} {required}",
        "milter.recipients": [
            "mild@sink.example reject=never quarantine=never required=900",
            "@strict.example reject=6",
            "tolerant@strict.example reject=8",
        ],
    }
    postfix_settings = {
        "internal_mail_filter_classes": "bounce",
        "smtpd_recipient_limit": "20000",
        "relay_domains": "sink.example, discard.example, strict.example",
    }

    def send(self, text, recipients, **named):
        """(reply, Message-ID)"""
        id = mails.new_id()
        with self.stranger() as client:
            return client.send(mails.mail(text + b"\r\n", message_id=id), recipients=recipients, **named), id

    def test_sendmail_is_never_refused(self):
        id = mails.new_id()
        self.postfix.sendmail(mails.mail(mails.GTUBE + b"\r\n", message_id=id).replace(b"\r\n", b"\n"),
                              "anna@sink.example", "bert@sink.example")
        delivered = self.sink.take(id).data
        self.assertEqual(mails.values(delivered, "X-Spam"), ["Yes"])
        self.assertIn("THRESH_GTUBE", mails.verdict(delivered)["tests"])

    def test_a_bounce_of_postfix_itself_is_delivered(self):
        # The message quotes spam, and the sender gets it back.
        id = mails.new_id()
        client = self.client()
        self.check_sent(client.send(mails.mail(b"nothing\r\n", message_id=id, subject=mails.GTUBE),
                                    "writer@sink.example", "refused@sink.example"))
        def bounce():
            return [d for d in self.sink.deliveries if d.sender == "" and id.encode() in d.data]
        bounced = wait_until(bounce, "bounce delivered")
        self.assertEqual(bounced[0].recipients, ["writer@sink.example"])
        self.assertIsNotNone(mails.verdict(bounced[0].data), "has not been scanned")

    def test_quarantine_holds_the_whole_message(self):
        reply, id = self.send(mails.QUARANTINE, ["a@sink.example", "b@sink.example"])
        self.check_sent(reply)
        queue_id = wait_until(lambda: self.postfix.queue_id_of(id), "queue id in the log")
        def held():
            listed = [json.loads(line) for line in self.postfix.run("postqueue", "-j").splitlines()]
            return [entry for entry in listed if entry["queue_id"] == queue_id and entry["queue_name"] == "hold"]
        entry = wait_until(held, "message on hold")[0]
        self.assertEqual({r["address"] for r in entry["recipients"]}, {"a@sink.example", "b@sink.example"})
        self.assertFalse([d for d in self.sink.deliveries if id.encode() in d.data])
        # An administrator lets it go: nothing is missing.
        self.postfix.run("postsuper", "-H", queue_id)
        self.postfix.run("postqueue", "-f")
        delivered = self.sink.take(id)
        self.assertIn(mails.QUARANTINE, delivered.data)
        self.assertIn("TEST_QUARANTINE", mails.verdict(delivered.data)["tests"])

    def test_a_recipient_with_a_higher_bar(self):
        reply, id = self.send(mails.GTUBE, ["a@sink.example"])
        self.assertEqual(reply.code, 550)
        self.assertRegex(reply.text, r"^5\.7\.1 refused [0-9A-Za-z]+ 10\d\d\.?\d* 5(\.0+)?$")
        reply, id = self.send(mails.SPAM, ["mild@sink.example"])
        self.check_sent(reply)
        verdict = mails.verdict(self.sink.take(id).data)
        self.assertEqual((verdict["spam"], verdict["required"]), (False, 900))

    def test_the_mildest_of_several_recipients_decides(self):
        reply, _ = self.send(mails.SPAM, ["x@strict.example"])
        self.assertEqual(reply.code, 550, "7 points and 6 are too many")
        for recipients in (["tolerant@strict.example"], ["x@strict.example", "tolerant@strict.example"]):
            with self.subTest(recipients):
                client = self.stranger()
                self.check_sent(client.send(mails.mail(mails.SPAM + b"\r\n"), recipients=recipients))
        reply, id = self.send(mails.GTUBE, ["a@sink.example", "mild@sink.example"])
        self.check_sent(reply)
        self.assertEqual(self.sink.take(id).recipients, ["a@sink.example", "mild@sink.example"])

    def test_ten_thousand_recipients(self):
        recipients = [f"r{i}@discard.example" for i in range(10_000)]
        id = mails.new_id()
        client = self.stranger()
        client.write(b"MAIL FROM:<sender@elsewhere.example>\r\n" +
                     b"".join(f"RCPT TO:<{recipient}>\r\n".encode() for recipient in recipients[:100]))
        for _ in range(101):
            self.check_sent(client.reply())
        for start in range(100, len(recipients), 100):
            client.write(b"".join(f"RCPT TO:<{recipient}>\r\n".encode() for recipient in recipients[start:start + 100]))
            for _ in range(100):
                self.check_sent(client.reply())
        self.assertEqual(client.command("DATA").code, 354)
        client.write(mails.mail(message_id=id) + b".\r\n")
        self.check_sent(client.reply())
        queue_id = wait_until(lambda: self.postfix.queue_id_of(id), "queue id in the log")
        self.postfix.wait_delivered()
        self.assertEqual(self.postfix.log().count(f"{queue_id}: to=<r"), 10_000)
        # Refused for all of them at once.
        client = self.stranger()
        self.assertEqual(client.send(mails.mail(mails.GTUBE + b"\r\n"), recipients=recipients[:2000]).code, 550)


class Deferred(MailServerCase):
    milter_settings = {
        "milter.tempfail_score": 6.0,
        "milter.tempfail_text": "4.7.1 not now {queue_id}",
        "milter.discard_score": 500.0,
        "scan.reject_score": 100.0,
        "milter.relays": ["203.0.113.0/24"],
    }

    def test_tempfail_and_discard(self):
        id = mails.new_id()
        client = self.stranger()
        reply = client.send(mails.mail(mails.SPAM + b"\r\n", message_id=id), recipients="a@sink.example")
        self.assertEqual(reply.code, 451, reply)
        queue_id = wait_until(lambda: self.postfix.queue_id_of(id), "queue id in the log")
        self.assertEqual(reply.text, f"4.7.1 not now {queue_id}")
        discarded = mails.new_id()
        self.check_sent(client.send(mails.mail(mails.GTUBE + b"\r\n", message_id=discarded), recipients="a@sink.example"))
        last = mails.new_id()
        self.check_sent(client.send(mails.mail(message_id=last), recipients="a@sink.example"))
        self.sink.take(last)
        self.postfix.wait_delivered()
        self.assertFalse(set(self.sink.counts()) & {id, discarded})

    def test_a_trusted_relay_is_never_refused(self):
        client = self.stranger(address="203.0.113.25", name="relay.elsewhere.example")
        for text in (mails.SPAM, mails.GTUBE):
            id = mails.new_id()
            self.check_sent(client.send(mails.mail(text + b"\r\n", message_id=id), recipients="a@sink.example"))
            self.assertEqual(mails.values(self.sink.take(id).data, "X-Spam"), ["Yes"])


if __name__ == "__main__":
    case.run()
