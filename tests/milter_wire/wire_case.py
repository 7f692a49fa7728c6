"""Test case that owns a milter and nothing else. A test file ends in `run()`, and is called as FILE THRESH SOURCE_DIRECTORY."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../mailserver")]

from harness import case  # noqa: E402
from harness.milter import Milter  # noqa: E402
from harness.place import Place  # noqa: E402
from mta import Mta  # noqa: E402


class WireCase(unittest.TestCase):
    milter_settings = {}

    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.addClassCleanup(cls._tear_down)
        cls.failed = True
        cls.milter = Milter(cls.place, case.PROGRAM, os.path.join(case.SOURCE, "rules"), settings=cls.milter_settings)
        cls.failed = False

    @classmethod
    def _tear_down(cls):
        if cls.failed:
            print(cls.place.logs(), file=sys.stderr)
        cls.place.close()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            type(self).failed = True

    def mta(self, greet=True, **options):
        """A connection to the milter, greeted by a stranger, closed with the test."""
        mta = Mta(self.milter.address, **options)
        self.addCleanup(mta.drop)
        if greet:
            mta.greet()
        return mta

    def check_alive(self):
        """A message on a new connection gets its verdict."""
        import mails_on_wire
        mails_on_wire.check_spam(self, self.mta().message(mails_on_wire.SPAM))


def run():
    case.run(needs=())
