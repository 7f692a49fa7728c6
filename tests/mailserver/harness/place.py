"""A temporary directory and the daemons that run in it.

Everything is torn down when the place is left; where the test itself is killed, a guard process that waits at the
other end of a pipe does it.
"""
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# Below the range that the kernel takes ports of outgoing connections from.
PORTS = range(20000, 32000)

# For whatever happens within milliseconds on an idle machine. Tests never wait this long when all is well.
PATIENCE = 60.0


def wait_until(condition, what, timeout=PATIENCE, interval=0.02):
    """Waits until condition() is true and returns its value; fails with `what` when it never becomes so."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"after {timeout:.0f} s still not: {what}")
        time.sleep(interval)


def answers(address):
    """Whether something accepts connections at (host, port) or at the path of a unix socket."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


class Daemon:
    """A child process that leads a process group of its own."""

    def __init__(self, place, name, command, environment=None):
        self.name = name
        self.log_path = place.path(f"log/{name}.out")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment, start_new_session=True, cwd=place.directory)
        self.pid = self.process.pid
        place.watch(self.pid)

    def running(self):
        return self.process.poll() is None

    def log(self):
        with open(self.log_path, "rb") as log:
            return log.read().decode("utf-8", "backslashreplace")

    def cpu_seconds(self):
        """User and system time of the process so far."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=PATIENCE):
        return self.process.wait(timeout)

    def stop(self, timeout=30.0):
        """SIGTERM, and SIGKILL to the whole group where that does not help."""
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        kill_group(self.pid)
        self.process.wait(PATIENCE)


def kill_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


class Place:
    """Owns the directory. `with Place() as place:`; daemons started in it are stopped in reverse order."""

    def __init__(self, parent=None):
        self.directory = tempfile.mkdtemp(prefix="thresh-mailserver-", dir=parent)
        os.chmod(self.directory, 0o755)  # Postfix, Dovecot and the milter are different users.
        self.mkdir("log")
        self._closers = []
        self._guard = self._start_guard()
        self._ports = set()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def path(self, name):
        return os.path.join(self.directory, name)

    def mkdir(self, name, mode=0o755, user=None, group=None):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        if user or group:
            shutil.chown(path, user, group)
        return path

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        return path

    def port(self):
        """A TCP port of 127.0.0.1 that nothing listens on."""
        for candidate in random.sample(PORTS, 200):
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", candidate))
                except OSError:
                    continue
            if candidate not in self._ports:
                self._ports.add(candidate)
                return candidate
        raise AssertionError("no free port on 127.0.0.1")

    def on_close(self, action):
        self._closers.append(action)

    def watch(self, pid):
        """The process group of pid is killed even if this process dies."""
        os.write(self._guard, b"%d\n" % pid)

    def close(self):
        while self._closers:
            try:
                self._closers.pop()()
            except Exception as error:  # One daemon that would not stop must not keep the others running.
                print(f"while stopping: {error}")
        os.close(self._guard)
        wait_until(lambda: not os.path.exists(self.directory), f"{self.directory} removed")

    def logs(self):
        """All log files, each under its name; of long ones the end."""
        out = []
        for name in sorted(os.listdir(self.path("log"))):
            with open(self.path("log/" + name), "rb") as file:
                text = file.read()
            if text.strip():
                out.append(f"---- {name}\n" + text[-20000:].decode("utf-8", "backslashreplace"))
        return "\n".join(out)

    def _start_guard(self):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.setsid()
            os.close(writer)
            groups = []
            with os.fdopen(reader) as lines:
                for line in lines:
                    groups.append(int(line))
            for group in groups:
                kill_group(group)
            shutil.rmtree(self.directory, ignore_errors=True)
            os._exit(0)
        os.close(reader)
        return writer
