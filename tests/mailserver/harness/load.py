"""Many clients at once that do what senders must: try again after 4xx or a lost connection, and after nothing else."""
import threading
import time

from . import mails
from .smtp import Client


class Load:
    """Sends `count` messages from `clients` threads. start(), then wait(); ids of what was accepted in `accepted`."""

    def __init__(self, port, count, *, clients=8, recipient="a@sink.example", per_connection=5, make=None, pause=0.0):
        self.port, self.recipient, self.per_connection, self.pause = port, recipient, per_connection, pause
        self.make = make or (lambda id: mails.mail(b"a line of text\r\n" * 50, message_id=id))
        self.ids = [f"<load-{id(self):x}-{i}@elsewhere.example>" for i in range(count)]
        self.accepted, self.refused, self.deferrals, self.lost = [], [], [], 0
        self._waiting = list(self.ids)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._client, args=(i,), daemon=True) for i in range(clients)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def wait(self, timeout=240):
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        assert not any(thread.is_alive() for thread in self._threads), f"{len(self._waiting)} messages not sent in time"
        return self

    def running(self):
        return any(thread.is_alive() for thread in self._threads)

    def done(self):
        with self._lock:
            return len(self.accepted) + len(self.refused)

    def _next(self):
        with self._lock:
            return self._waiting.pop() if self._waiting else None

    def _again(self, id):
        with self._lock:
            self._waiting.insert(0, id)
        time.sleep(0.05)

    def _client(self, number):
        while True:
            id = self._next()
            if id is None:
                return
            try:
                with Client(self.port) as client:
                    client.pretend(address=f"198.51.100.{1 + number % 250}", name=f"mail{number}.elsewhere.example")
                    for _ in range(self.per_connection):
                        if id is None:
                            break
                        reply = client.send(self.make(id), recipients=self.recipient)
                        with self._lock:
                            if reply.code == 250:
                                self.accepted.append(id)
                            elif reply.code >= 500:
                                self.refused.append((id, str(reply)))
                            else:
                                self.deferrals.append(str(reply))
                                self._waiting.insert(0, id)
                        id = None
                        if reply.code != 250:
                            break
                        time.sleep(self.pause)
                        id = self._next()
                    if id is not None:
                        self._again(id)
            except (OSError, AssertionError):
                # An accepted message is not in `id` any more. What was lost before its reply goes again.
                with self._lock:
                    self.lost += 1
                if id is not None:
                    self._again(id)
