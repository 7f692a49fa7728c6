"""Mail goes the whole way: in by SMTP, through the milter, into mailboxes by Dovecot; and spam does not."""
from harness import case, mails
from harness.case import MailServerCase
from harness.dovecot import USERS
from harness.place import wait_until


class Delivery(MailServerCase):
    mailboxes = True
    certificate = True
    milter_settings = {
        "milter.reject_text": "5.7.9 We do not want this; ask postmaster about {queue_id}",
    }

    def folders_with(self, user, message_id):
        """Names of the folders that hold the message, once it has arrived."""
        def find():
            return [folder for folder in ("INBOX", "Junk")
                    if any(message_id in mails.values(m, "Message-ID") for m in self.dovecot.messages(user, folder))]
        return wait_until(find, f"{message_id} in a folder of {user}")

    def message(self, user, folder, message_id):
        return next(m for m in self.dovecot.messages(user, folder) if message_id in mails.values(m, "Message-ID"))

    def test_ham_arrives_in_the_inbox(self):
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(message_id=id)))
        self.assertEqual(self.folders_with("anna", id), ["INBOX"])
        message = self.message("anna", "INBOX", id)
        self.assertFalse(mails.values(message, "X-Spam"))
        self.assertFalse(mails.verdict(message)["spam"])

    def test_spam_arrives_in_junk(self):
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(mails.SPAM + b"\r\n", message_id=id)))
        self.assertEqual(self.folders_with("anna", id), ["Junk"])
        message = self.message("anna", "Junk", id)
        self.assertEqual(mails.values(message, "X-Spam"), ["Yes"])
        self.assertEqual(mails.values(message, "X-Spam-Flag"), ["YES"])
        verdict = mails.verdict(message)
        self.assertTrue(verdict["spam"])
        self.assertEqual(verdict["tests"]["TEST_SPAM"], 7)
        self.assertGreaterEqual(verdict["score"], verdict["required"])

    def test_gtube_is_refused_with_the_text_of_the_settings(self):
        id = mails.new_id()
        reply = self.stranger().send(mails.mail(mails.GTUBE + b"\r\n", message_id=id))
        self.assertEqual(reply.code, 550, reply)
        queue_id = wait_until(lambda: self.postfix.queue_id_of(id), "queue id in the log")
        self.assertEqual(reply.text, f"5.7.9 We do not want this; ask postmaster about {queue_id}")
        self.postfix.wait_delivered()
        for folder in ("INBOX", "Junk"):
            self.assertFalse([m for m in self.dovecot.messages("anna", folder) if id in mails.values(m, "Message-ID")])

    def test_a_connection_goes_on_after_a_refusal_and_after_rset(self):
        first, second, third = (mails.new_id() for _ in range(3))
        client = self.stranger()
        self.check_sent(client.send(mails.mail(mails.SPAM + b"\r\n", message_id=first)))
        self.assertEqual(client.send(mails.mail(mails.GTUBE + b"\r\n")).code, 550)
        self.check_sent(client.envelope("other@elsewhere.example", ["bert@mailbox.example"]))
        self.check_sent(client.command("RSET"))
        self.check_sent(client.send(mails.mail(message_id=second)))
        self.check_sent(client.command("MAIL FROM:<other@elsewhere.example>"))
        self.check_sent(client.command("RSET"))
        self.check_sent(client.command("RSET"))
        self.check_sent(client.send(mails.mail(mails.SPAM + b"\r\n", message_id=third)))
        self.assertEqual(client.quit().code, 221)
        # Nothing of one message is left in the next.
        self.assertEqual(self.folders_with("anna", first), ["Junk"])
        self.assertEqual(self.folders_with("anna", second), ["INBOX"])
        self.assertEqual(self.folders_with("anna", third), ["Junk"])
        self.assertNotIn("TEST_SPAM", mails.verdict(self.message("anna", "INBOX", second))["tests"])
        self.assertFalse(self.dovecot.messages("bert", "INBOX"))

    def test_a_second_greeting_after_starttls(self):
        id = mails.new_id()
        client = self.stranger()
        client.starttls(helo="mail.elsewhere.example")
        self.check_sent(client.send(mails.mail(mails.SPAM + b"\r\n", message_id=id)))
        self.assertEqual(self.folders_with("anna", id), ["Junk"])

    def test_a_user_who_logged_in_is_never_refused(self):
        id = mails.new_id()
        client = self.client("submission")
        client.starttls()
        self.assertEqual(client.login("bert", USERS["bert"]).code, 235)
        self.check_sent(client.send(mails.mail(mails.GTUBE + b"\r\n", message_id=id), "bert@mailbox.example"))
        self.assertEqual(self.folders_with("anna", id), ["Junk"])
        self.assertIn("THRESH_GTUBE", mails.verdict(self.message("anna", "Junk", id))["tests"])

    def test_a_user_who_logged_in_from_outside_is_never_refused(self):
        id = mails.new_id()
        client = self.client()
        client.pretend(address="198.51.100.9", name="home.elsewhere.example", login="bert")
        self.check_sent(client.send(mails.mail(mails.GTUBE + b"\r\n", message_id=id), "bert@mailbox.example"))
        self.assertEqual(self.folders_with("anna", id), ["Junk"])

    def test_the_null_sender(self):
        ham, id = mails.new_id(), mails.new_id()
        client = self.stranger()
        self.check_sent(client.send(mails.mail(message_id=ham), sender=""))
        self.check_sent(client.send(mails.mail(mails.SPAM + b"\r\n", message_id=id), sender=""))
        self.assertEqual(self.folders_with("anna", ham), ["INBOX"])
        self.assertEqual(self.folders_with("anna", id), ["Junk"])

    def test_internationalised_addresses_and_header_fields(self):
        id = mails.new_id()
        message = mails.mail("Grüße, äöü\r\n".encode(), message_id=id, subject="Grüße aus Köln".encode(),
                             headers="X-Reply: Jörg <jörg@bücher.example>\r\n".encode())
        client = self.stranger()
        self.check_sent(client.send(message, "jörg@bücher.example", ["bücher@sink.example"], " SMTPUTF8 BODY=8BITMIME"))
        delivered = self.sink.take(id)
        self.assertEqual(delivered.recipients, ["bücher@sink.example"])
        self.assertEqual(mails.as_sent(delivered.data), message)
        self.assertIsNotNone(mails.verdict(delivered.data))

    def test_ipv6_clients(self):
        id = mails.new_id()
        client = self.stranger(address="IPV6:2001:db8::25")
        self.check_sent(client.send(mails.mail(mails.SPAM + b"\r\n", message_id=id)))
        self.assertEqual(self.folders_with("anna", id), ["Junk"])


if __name__ == "__main__":
    case.run(["postfix", "dovecot", "dovecot-lmtpd", "dovecot-imapd", "dovecot-sieve", "openssl"])
