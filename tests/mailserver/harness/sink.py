"""An SMTP server that keeps what it is given, so that a test sees exactly what Postfix delivers.

It refuses the recipient refused@ANYTHING.
"""
import collections
import re
import socket
import socketserver
import threading

from .place import wait_until

Delivery = collections.namedtuple("Delivery", "sender recipients data")
MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(?:\r\n[ \t]+)?(<[^>\r\n]*>)", re.I | re.M)


def message_id(data):
    """The Message-ID of a message, angle brackets included; None where it has none."""
    found = MESSAGE_ID.search(data[:data.find(b"\r\n\r\n") + 2])
    return found.group(1).decode("latin-1") if found else None


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b"\r\n")
        say("220 sink.example ESMTP")
        sender, recipients = None, []
        while True:
            line = self.rfile.readline()
            if not line:
                return
            verb = line[:4].upper()
            if verb in (b"EHLO", b"LHLO"):
                say("250-sink.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING")
            elif verb == b"MAIL":
                sender, recipients = line[line.find(b"<") + 1:line.rfind(b">")].decode("utf-8", "replace"), []
                say("250 ok")
            elif verb == b"RCPT":
                if line.upper().startswith(b"RCPT TO:<REFUSED@"):
                    say("550 5.1.1 no such user")
                    continue
                recipients.append(line[line.find(b"<") + 1:line.rfind(b">")].decode("utf-8", "replace"))
                say("250 ok")
            elif verb == b"DATA":
                say("354 go ahead")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    if not line:
                        return
                    lines.append(line[1:] if line.startswith(b".") else line)
                self.server.sink._keep(Delivery(sender, recipients, b"".join(lines)))
                say("250 kept")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


class Sink:
    """Listens on construction; `deliveries` in order of arrival. Safe from several threads."""

    def __init__(self, place):
        self.port = place.port()
        self._lock = threading.Lock()
        self._deliveries = []
        self._server = _Server(("127.0.0.1", self.port), _Session)
        self._server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server.sink = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        place.on_close(self.close)

    def _keep(self, delivery):
        with self._lock:
            self._deliveries.append(delivery)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def deliveries(self):
        with self._lock:
            return list(self._deliveries)

    def clear(self):
        with self._lock:
            self._deliveries.clear()

    def take(self, wanted_id, timeout=60):
        """Waits for the message with this Message-ID and returns its Delivery."""
        def find():
            return next((d for d in self.deliveries if message_id(d.data) == wanted_id), None)
        return wait_until(find, f"delivery of {wanted_id}", timeout)

    def counts(self):
        """How often each Message-ID arrived."""
        return collections.Counter(message_id(d.data) for d in self.deliveries)
