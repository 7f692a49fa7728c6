"""The scripts under lua/, run by miltertest, a client of the milter protocol that others wrote."""
import os
import shutil
import subprocess
import sys

import wire_case
from harness import case


class Miltertest(wire_case.WireCase):
    def test_scripts(self):
        folder = os.path.join(wire_case.HERE, "lua")
        for name in sorted(os.listdir(folder)):
            with self.subTest(name):
                done = subprocess.run(["miltertest", "-D", f"socket={self.milter.settings['milter.socket']}",
                                       "-s", os.path.join(folder, name)], capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertTrue(self.milter.daemon.running())


if __name__ == "__main__":
    if not shutil.which("miltertest"):
        print("SKIPPED: not installed: miltertest", file=sys.stderr)
        sys.exit(case.SKIP)
    wire_case.run()
