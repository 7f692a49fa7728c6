"""The milter dies, reloads or stops while mail is coming in: nothing is lost, and nothing comes twice."""
import signal
import socket
import time

from harness import case, mails
from harness.case import MailServerCase
from harness.load import Load
from harness.place import wait_until

BROKEN_RULES = "header TEST_BROKEN Subject =~ /un(closed/\nscore TEST_BROKEN 3\n"


class Faults(MailServerCase):
    def setUp(self):
        self.sink.clear()

    def everything_once(self, load):
        """All that was accepted arrived, each once; nothing was refused."""
        self.assertFalse(load.refused)
        self.assertEqual(sorted(load.accepted), sorted(load.ids))
        self.postfix.wait_delivered()
        counts = self.sink.counts()
        self.assertFalse([id for id in load.ids if counts[id] == 0], "lost")
        self.assertFalse([id for id in load.ids if counts[id] > 1], "twice")

    def kill_again_and_again(self, load, times):
        for i in range(1, times + 1):
            wait_until(lambda: load.done() >= i * len(load.ids) // (times + 1) or not load.running(), "load going on")
            self.milter.kill()
            time.sleep(0.1)
            self.milter.start()

    def test_killed_while_mail_comes_in_and_senders_are_told_to_try_again(self):
        load = Load(self.postfix.port["mx"], 400, clients=12).start()
        self.kill_again_and_again(load, 4)
        load.wait()
        self.everything_once(load)
        for delivery in self.sink.deliveries:
            self.assertIsNotNone(mails.verdict(delivery.data), "came through without a verdict")

    def test_fifty_reloads_under_load(self):
        load = Load(self.postfix.port["mx"], 500, clients=6, pause=0.01).start()
        reloads = 0
        while load.running() and reloads < 50:
            self.milter.reload()
            reloads += 1
            time.sleep(0.03)
        load.wait()
        while reloads < 50:
            self.milter.reload()
            reloads += 1
            time.sleep(0.03)
        self.assertEqual(load.deferrals, [])
        self.assertEqual(load.lost, 0)
        self.everything_once(load)
        for delivery in self.sink.deliveries:
            self.assertIsNotNone(mails.verdict(delivery.data))
        self.assertTrue(self.milter.daemon.running())

    def test_a_reload_brings_new_rules_and_a_broken_file_changes_nothing(self):
        def tests_of(text):
            id = mails.new_id()
            with self.stranger() as client:
                self.check_sent(client.send(mails.mail(text + b"\r\n", message_id=id), recipients="a@sink.example"))
            return mails.verdict(self.sink.take(id).data)["tests"]

        with open(self.milter.rules_file) as file:
            before = file.read()
        self.addCleanup(self.milter.reload)
        self.addCleanup(self.place.write, "test_rules.cf", before)
        self.assertEqual(tests_of(mails.SPAM), {"TEST_SPAM": 7})
        self.place.write("test_rules.cf", before.replace("TEST_SPAM        7", "TEST_SPAM        6.5"))
        self.milter.reload()
        wait_until(lambda: tests_of(mails.SPAM) == {"TEST_SPAM": 6.5}, "new rules in force")

        said = len(self.milter.log())
        self.place.write("test_rules.cf", before + BROKEN_RULES)
        self.milter.reload()
        wait_until(lambda: "test_rules.cf" in self.milter.log()[said:], "the broken file named in the log")
        self.assertEqual(tests_of(mails.SPAM), {"TEST_SPAM": 6.5}, "the old rules stay")

        said = len(self.milter.log())
        with open(self.milter.config, "a") as file:
            file.write("no.such_setting = 1\n")
        self.addCleanup(self.milter.configure)
        self.place.write("test_rules.cf", before)
        self.milter.reload()
        wait_until(lambda: "no.such_setting" in self.milter.log()[said:], "the unknown setting named in the log")
        self.assertEqual(tests_of(mails.SPAM), {"TEST_SPAM": 6.5}, "the old rules stay")

    def test_told_to_stop_while_a_client_pauses_inside_a_message(self):
        id = mails.new_id()
        client = self.stranger()
        client.envelope("sender@elsewhere.example", ["a@sink.example"])
        self.assertEqual(client.command("DATA").code, 354)
        message = mails.mail(mails.SPAM + b"\r\nmore\r\n" * 3000, message_id=id)
        client.write(message[:10_000])
        self.milter.daemon.signal(signal.SIGTERM)
        time.sleep(1.0)  # a real pause: what it must not do is stop by now
        client.write(message[10_000:] + b".\r\n")
        self.check_sent(client.reply())
        self.assertEqual(mails.verdict(self.sink.take(id).data)["tests"], {"TEST_SPAM": 7})
        self.assertEqual(self.milter.daemon.wait(), 0)
        self.milter.start()

    def test_a_client_that_drops_in_every_state(self):
        steps = [b"EHLO client.example\r\n", b"MAIL FROM:<sender@elsewhere.example>\r\n", b"RCPT TO:<a@sink.example>\r\n",
                 b"DATA\r\n", b"Subject: half", b" a message\r\n", b"\r\n", b"half a li", b"ne\r\n", b".\r\n"]
        for last in range(len(steps)):
            for _ in range(3):
                client = self.client(greet=False)
                for step in steps[:last]:
                    client.write(step)
                    if step[-2:] == b"\r\n" and steps.index(step) < 4:
                        client.reply()
                # Data unread makes this a reset, as when a host dies.
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                client.close()
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(message_id=id), recipients="a@sink.example"))
        self.sink.take(id)
        self.assertTrue(self.milter.daemon.running())


class Accepting(Faults):
    """Where the mail server is told to take mail without the milter."""

    postfix_settings = {"milter_default_action": "accept"}

    def test_killed_while_mail_comes_in_and_mail_goes_on(self):
        load = Load(self.postfix.port["mx"], 400, clients=12).start()
        self.kill_again_and_again(load, 4)
        load.wait()
        self.assertEqual(load.deferrals, [])
        self.everything_once(load)


# Once is enough for what the setting does not change.
for name in [name for name in dir(Faults) if name.startswith("test_")]:
    setattr(Accepting, name, None)


if __name__ == "__main__":
    case.run()
