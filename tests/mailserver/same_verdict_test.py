"""The verdict of the milter is the verdict of `thresh scan` on the message as it was delivered.

Hits and scores of a few hundred real messages (THRESH_CORPORA_DIR), sent from varying addresses with varying HELO
and senders: what the milter makes up before the message is complete (Received, Return-Path) must be what the mail
server then writes.
"""
import json
import os
import subprocess
import unittest

from harness import case, mails
from harness.case import MailServerCase
from harness.place import wait_until

CLIENTS = [
    {"address": "198.51.100.7", "name": "mail.elsewhere.example", "helo": "mail.elsewhere.example"},
    {"address": "203.0.113.99", "name": "[UNAVAILABLE]", "helo": "localhost"},
    {"address": "192.0.2.130", "name": "dsl-192-0-2-130.dynamic.elsewhere.example", "helo": "[192.0.2.130]"},
    {"address": "IPV6:2001:db8:5::25", "name": "six.elsewhere.example", "helo": "six.elsewhere.example"},
    {"address": "198.51.100.200", "name": "[TEMPUNAVAIL]", "helo": "friend"},
    {"address": "10.1.2.3", "name": "inside.elsewhere.example", "helo": "inside.elsewhere.example"},
    {"address": "203.0.113.5", "name": "a.b.elsewhere.example", "helo": "mx.mailbox.example"},
]
SENDERS = ["", "sender@elsewhere.example", "bounce+anna=mailbox.example@list.elsewhere.example", "\"odd one\"@elsewhere.example",
           "anna@mailbox.example"]
RECIPIENTS = [["a@sink.example"], ["a@sink.example", "b@sink.example"]]


STOCK_RULES = "/usr/share/spamassassin"


class SameVerdict(MailServerCase):
    count = 300
    milter_settings = {"scan.reject_score": 0.0}
    postfix_settings = {"always_add_missing_headers": "no"}

    def test_over_real_mail(self):
        corpora = os.environ.get("THRESH_CORPORA_DIR")
        if not corpora or not os.path.isdir(corpora):
            self.skipTest("THRESH_CORPORA_DIR names no folder with real mail")
        paths = mails.some_files(corpora, self.count)
        senders = {}
        folder = self.place.mkdir("delivered")
        for i, path in enumerate(paths):
            with open(path, "rb") as file:
                # An id of the test's own on top, for these messages share theirs or have none.
                message = b"X-Test-Number: %d\r\n" % i + mails.crlf(mails.without_mbox_line(file.read()))
            senders[i] = SENDERS[i % len(SENDERS)]
            with self.client() as client:
                client.pretend(**CLIENTS[i % len(CLIENTS)])
                self.check_sent(client.send(message, senders[i], RECIPIENTS[i // 3 % 2], " BODY=8BITMIME"))
        self.postfix.wait_delivered()
        wait_until(lambda: len(self.sink.deliveries) >= len(paths), "all delivered")

        expected = {}
        for delivery in self.sink.deliveries:
            number = int(mails.values(delivery.data, "X-Test-Number")[0])
            verdict = mails.verdict(delivery.data)
            self.assertIsNotNone(verdict, f"{paths[number]} has not been scanned")
            expected[number] = verdict
            # As a mailbox would hold it: Return-Path on top, Postfix' Received, and nothing of the milter.
            with open(os.path.join(folder, str(number)), "wb") as file:
                file.write(b"Return-Path: <" + senders[number].encode() + b">\r\n" +
                           mails.without(delivery.data, "X-Spam*"))
        self.assertEqual(len(expected), len(paths))

        rules = [argument for path in self.milter.settings["rules.paths"] for argument in ("--rules", path)]
        done = subprocess.run([case.PROGRAM, "scan", "--json", *rules, folder], stdout=subprocess.PIPE, check=True,
                              env=os.environ | {"XDG_CACHE_HOME": self.place.path("cache")})
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(lines), len(paths))
        different = []
        for line in lines:
            number = int(os.path.basename(line["path"]))
            scanned = {hit["rule"]: hit["score"] for hit in line["hits"]}
            milter = expected[number]
            if scanned != milter["tests"] or line["spam"] != milter["spam"]:
                different.append(f"{paths[number]} (client {CLIENTS[number % len(CLIENTS)]['address']}): "
                                 f"milter {sorted(milter['tests'].items() - scanned.items())}, "
                                 f"scan {sorted(scanned.items() - milter['tests'].items())}")
        self.assertFalse(different, f"{len(different)} of {len(lines)} differ:\n" + "\n".join(different[:10]))
        # The comparison means little where hardly a rule hits.
        self.assertGreater(sum(len(v["tests"]) for v in expected.values()), len(paths) / 3)


@unittest.skipUnless(os.path.isdir(STOCK_RULES), f"no {STOCK_RULES}")
class SameVerdictOfStockRules(SameVerdict):
    """These look at the Received chain and the envelope sender in many more ways."""

    count = 100
    milter_settings = SameVerdict.milter_settings | {"rules.paths": [STOCK_RULES]}


if __name__ == "__main__":
    case.run(["postfix"])
