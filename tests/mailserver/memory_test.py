"""The memory of the milter stays within its bound, however many messages are held at once and however large."""
import threading

from harness import case, mails
from harness.case import MailServerCase
from harness.smtp import dot_stuffed

BUDGET = 64 << 20
# 256 KB of each message are always kept; beside that threads, rules and what a scan takes.
CONNECTIONS = 200
ALLOWED = BUDGET + CONNECTIONS * (256 << 10) + (160 << 20)
BODY = b"a line of text that goes on for a while and then ends, as lines do in the end\r\n" * 50_000  # 4 MB


class Memory(MailServerCase):
    milter_settings = {"milter.memory": BUDGET, "milter.deadline": 60.0}
    postfix_settings = {"message_size_limit": "20000000"}

    def test_two_hundred_connections_that_hold_large_bodies(self):
        before = self.milter.memory()
        go = threading.Barrier(CONNECTIONS)
        replies, errors = [], []
        def hold(number):
            try:
                with self.stranger(address=f"198.51.100.{1 + number}") as client:
                    client.envelope(f"sender{number}@elsewhere.example", ["a@discard.example"])
                    client.command("DATA")
                    message = dot_stuffed(mails.mail(mails.SPAM + b"\r\n" + BODY))
                    client.write(message[:-100])
                    go.wait(300)  # all of them are inside a message now
                    client.write(message[-100:])
                    replies.append(client.reply().code)
            except Exception as error:  # shown below, in the thread that tests
                errors.append(error)
                go.abort()
        threads = [threading.Thread(target=hold, args=(i,)) for i in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertFalse(errors)
        self.assertEqual(replies, [250] * CONNECTIONS)
        peak = self.milter.memory("VmHWM")
        print(f"resident: {before >> 20} MiB before, {peak >> 20} MiB at most; "
              f"{CONNECTIONS * len(BODY) >> 20} MiB of messages, budget {BUDGET >> 20} MiB")
        self.assertLess(peak, ALLOWED)
        # The budget is given back: of a message that is longer than what is always kept the end is seen.
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(BODY[:1_000_000] + b"late-marker-one-tenth\r\n", message_id=id),
                                             recipients="a@sink.example"))
        self.assertIn("TEST_LATE", mails.verdict(self.sink.take(id).data)["tests"])


if __name__ == "__main__":
    case.run()
