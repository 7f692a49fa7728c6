"""Test case that owns a mail server. A test file ends in `run()`, and is called as FILE THRESH SOURCE_DIRECTORY.

Exit status 77 means: cannot run here (not root, or a package is missing), and why stands on standard error.
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import unittest

from .dovecot import Dovecot
from .milter import Milter
from .place import Place
from .postfix import DAEMONS, Postfix
from .sink import Sink
from .smtp import Client

# Debian's packages, also for a Python that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")

SKIP = 77
PROGRAM = ""
SOURCE = ""


def missing(needs):
    """Why this machine cannot run the tests; empty where it can."""
    if needs and os.geteuid() != 0:
        return "needs root, to start Postfix"
    present = {
        "postfix": os.path.exists(f"{DAEMONS}/master"),
        "dovecot": bool(shutil.which("dovecot")),
        "dovecot-lmtpd": os.path.exists("/usr/lib/dovecot/lmtp"),
        "dovecot-imapd": os.path.exists("/usr/lib/dovecot/imap"),
        "dovecot-sieve": os.path.exists("/usr/lib/dovecot/modules/lib90_sieve_plugin.so"),
        "opendkim": bool(shutil.which("opendkim")),
        "opendkim-tools": bool(shutil.which("opendkim-genkey")),
        "python3-dkim": importlib.util.find_spec("dkim") is not None,
        "openssl": bool(shutil.which("openssl")),
    }
    absent = [package for package in needs if not present[package]]
    return "not installed: " + ", ".join(absent) if absent else ""


class MailServerCase(unittest.TestCase):
    """Starts one mail server for all tests of the class.

    Class attributes that a test file sets: milter_settings, postfix_settings, and `mailboxes`, `certificate` for
    a server with Dovecot and TLS.
    """

    milter_settings = {}
    postfix_settings = {}
    mailboxes = False
    certificate = False
    milter_on_tcp = False

    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.addClassCleanup(cls._tear_down)
        cls.failed = True  # until all have started
        cls.sink = Sink(cls.place)
        cls.milter = Milter(cls.place, PROGRAM, os.path.join(SOURCE, "rules"), settings=cls.milter_settings,
                            shared_with_postfix=True, tcp=cls.milter_on_tcp)
        cls.dovecot = Dovecot(cls.place) if cls.mailboxes else None
        cls.postfix = Postfix(
            cls.place, milter=cls.milter.postfix, sink_port=cls.sink.port, settings=cls.postfix_settings,
            lmtp_socket=cls.dovecot and cls.dovecot.lmtp_socket, sasl_socket=cls.dovecot and cls.dovecot.sasl_socket,
            certificate=make_certificate(cls.place) if cls.certificate else None)
        cls.failed = False

    @classmethod
    def _tear_down(cls):
        if cls.failed:
            print(cls.place.logs(), file=sys.stderr)
        cls.place.close()

    failed = False

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            type(self).failed = True

    def client(self, service="mx", **options):
        """A connection that is closed with the test."""
        client = Client(self.postfix.port[service], **options)
        self.addCleanup(client.close)
        return client

    def stranger(self, address="198.51.100.7", name="mail.elsewhere.example", helo="mail.elsewhere.example"):
        """A connection that Postfix and the milter take for one from outside."""
        client = self.client()
        client.pretend(address=address, name=name, helo=helo)
        return client

    def check_sent(self, reply):
        self.assertEqual(reply.code, 250, reply)


def make_certificate(place):
    """Key and self-signed certificate in one file."""
    key, certificate = place.path("key.pem"), place.path("certificate.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=mx.mailbox.example", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    with open(key, "rb") as one, open(certificate, "rb") as other:
        return place.write("both.pem", one.read() + other.read(), 0o600)


def run(needs=("postfix",)):
    """Runs the tests of the calling file."""
    global PROGRAM, SOURCE
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} THRESH SOURCE_DIRECTORY [TEST...]")
    PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    reason = missing(needs)
    if not reason and subprocess.run([PROGRAM, "milter", "--help"], capture_output=True).returncode != 0:
        reason = f"{PROGRAM} has no milter"
    if reason:
        print(f"SKIPPED: {reason}", file=sys.stderr)
        sys.exit(SKIP)
    program = unittest.main(argv=[sys.argv[0], *sys.argv[3:]], exit=False, verbosity=2)
    everything_skipped = program.result.testsRun > 0 and len(program.result.skipped) == program.result.testsRun
    sys.exit(SKIP if program.result.wasSuccessful() and everything_skipped else not program.result.wasSuccessful())
