"""`thresh milter` in a place: writes its settings and its rules, starts it, reads its memory and CPU time."""
import os
import signal

from .place import Daemon, answers, wait_until

# Words that no real mail holds, so that a test decides what score a message gets.
RULES = """\
body     TEST_SPAM        /spam-marker-seven/
score    TEST_SPAM        7
body     TEST_QUARANTINE  /quarantine-marker-eleven/
score    TEST_QUARANTINE  11
body     TEST_HAM         /ham-marker-minus-one/
score    TEST_HAM         -1
full     TEST_LATE        /late-marker-one-tenth/
score    TEST_LATE        0.1
"""


def toml(settings):
    """{"milter.deadline": 5.0} as a settings file."""
    def value(v):
        if isinstance(v, bool):
            return "true" if v else "false"
        if isinstance(v, str):
            return '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if isinstance(v, (list, tuple)):
            return "[" + ", ".join(value(item) for item in v) + "]"
        return repr(v)
    return "".join(f"{key} = {value(v)}\n" for key, v in settings.items())


class Milter:
    """Starts on construction, on a unix socket (`tcp`: on a port of 127.0.0.1), that Postfix may use."""

    def __init__(self, place, program, rules, *, settings=None, tcp=False, name="milter", wait=True, shared_with_postfix=False):
        self.place = place
        self.program = program
        self.name = name
        root = os.geteuid() == 0
        place.mkdir("socket", 0o755, "nobody" if root else None)
        place.mkdir("cache", 0o755, "nobody" if root else None)
        self.rules_file = place.write("test_rules.cf", RULES)
        self.rules = [rules, self.rules_file]
        if tcp:
            port = place.port()
            self.address, spec, self.postfix = ("127.0.0.1", port), f"inet:{port}@127.0.0.1", f"inet:127.0.0.1:{port}"
        else:
            self.address = place.path("socket/milter.sock")
            spec = self.postfix = f"unix:{self.address}"
        self.settings = {
            "rules.paths": self.rules,
            "cache.directory": place.path("cache"),
            "milter.socket": spec,
            "control.socket": place.path(f"socket/{name}-control.sock"),
            "milter.authserv_id": "mx.mailbox.example",
        }
        if root:
            self.settings |= {"milter.user": "nobody"}
        if shared_with_postfix:
            self.settings |= {"milter.socket_group": "postfix"}
        self.settings |= settings or {}
        self.config = place.path(f"{name}.toml")
        self.configure()
        self.daemon = None
        place.on_close(self.stop)
        if wait:
            self.start()

    def configure(self, **changes):
        """Writes the settings, changed by e.g. scan__reject_score=5.0; a reload or restart makes them count."""
        self.settings |= {key.replace("__", "."): value for key, value in changes.items()}
        self.place.write(f"{self.name}.toml", toml(self.settings))

    def start(self):
        self.launch()
        try:
            wait_until(lambda: answers(self.address) or not self.daemon.running(), "milter up")
            assert self.daemon.running(), "the milter does not start"
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.daemon.log()}") from None

    def launch(self):
        """Starts it and does not wait."""
        self.daemon = Daemon(self.place, self.name, [self.program, "milter", "--config", self.config])

    def kill(self):
        self.daemon.signal(signal.SIGKILL)
        self.daemon.wait()

    def reload(self):
        self.daemon.signal(signal.SIGHUP)

    def stop(self):
        if self.daemon:
            self.daemon.stop()

    def log(self):
        return self.daemon.log()

    def memory(self, field="VmRSS"):
        """Bytes resident now; field "VmHWM": at most so far."""
        with open(f"/proc/{self.daemon.pid}/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
        return 0

    def cpu_seconds(self):
        return self.daemon.cpu_seconds()
