"""The milter's socket: who may use it, whose it is, and what happens when there is one already."""
import os
import pwd
import stat

from harness import case, mails
from harness.case import MailServerCase
from harness.milter import Milter


class UnixSocket(MailServerCase):
    def test_belongs_to_another_user_and_to_the_group_of_postfix(self):
        with open(f"/proc/{self.milter.daemon.pid}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        nobody = pwd.getpwnam("nobody")
        self.assertEqual(fields["Uid"].split(), [str(nobody.pw_uid)] * 4)
        self.assertEqual(fields["Gid"].split(), [str(nobody.pw_gid)] * 4)
        self.assertEqual(int(fields["CapEff"], 16), 0)
        found = os.stat(self.milter.address)
        self.assertEqual(stat.S_IMODE(found.st_mode), 0o660)
        self.assertEqual(found.st_gid, pwd.getpwnam("postfix").pw_gid)

    def test_a_socket_that_is_in_use_and_one_that_was_left(self):
        second = Milter(self.place, case.PROGRAM, os.path.join(case.SOURCE, "rules"), name="second", wait=False,
                        shared_with_postfix=True)
        second.launch()
        self.assertNotEqual(second.daemon.wait(), 0)
        self.assertIn(self.milter.address, second.log())
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(mails.SPAM + b"\r\n", message_id=id), recipients="a@sink.example"))
        self.assertIsNotNone(mails.verdict(self.sink.take(id).data))

        self.milter.kill()
        self.assertTrue(os.path.exists(self.milter.address))
        self.milter.start()
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(mails.SPAM + b"\r\n", message_id=id), recipients="a@sink.example"))
        self.assertIsNotNone(mails.verdict(self.sink.take(id).data))


class TcpSocket(MailServerCase):
    milter_on_tcp = True

    def test_serves_postfix_as_well(self):
        id = mails.new_id()
        self.check_sent(self.stranger().send(mails.mail(mails.SPAM + b"\r\n", message_id=id), recipients="a@sink.example"))
        self.assertEqual(mails.values(self.sink.take(id).data, "X-Spam"), ["Yes"])

    def test_a_port_that_is_in_use(self):
        second = Milter(self.place, case.PROGRAM, os.path.join(case.SOURCE, "rules"), name="second", wait=False,
                        settings={"milter.socket": self.milter.settings["milter.socket"]})
        second.launch()
        self.assertNotEqual(second.daemon.wait(), 0)
        self.assertIn(str(self.milter.address[1]), second.log())
        self.assertTrue(self.milter.daemon.running())


if __name__ == "__main__":
    case.run()
