"""An SMTP client that sends bytes as they are, and says with XCLIENT who it pretends to be."""
import base64
import socket
import ssl


class Reply:
    def __init__(self, lines):
        self.code = int(lines[-1][:3])
        self.lines = [line[4:].decode("utf-8", "backslashreplace") for line in lines]
        self.text = "\n".join(self.lines)

    def __repr__(self):
        return f"{self.code} {self.text}"


def dot_stuffed(message):
    """The message as it goes after DATA, the final dot included. Lines must end in CRLF already."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    return stuffed + b".\r\n"


def xtext(value):
    return "".join(c if 33 <= ord(c) <= 126 and c not in "+=" else f"+{ord(c):02X}" for c in value)


class Client:
    """One connection. Methods return the Reply; none raises for a refusal."""

    def __init__(self, port, *, helo="client.example", timeout=120, greet=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply()
        self.ehlo = self.command(f"EHLO {helo}") if greet else None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def write(self, data):
        self.socket.sendall(data)

    def reply(self):
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise ConnectionError("server closed the connection")
            lines.append(line.rstrip(b"\r\n"))
            if line[3:4] != b"-":
                return Reply(lines)

    def command(self, line):
        self.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
        return self.reply()

    def pretend(self, *, address, name="[UNAVAILABLE]", helo="client.example", login=None):
        """From here on the server takes this connection for one from `address`; greets again."""
        attributes = f"NAME={xtext(name)} ADDR={address} HELO={xtext(helo)}"
        if login:
            attributes += f" LOGIN={xtext(login)}"
        reply = self.command(f"XCLIENT {attributes}")
        assert reply.code == 220, reply
        return self.command(f"EHLO {helo}")

    def starttls(self, helo="client.example"):
        reply = self.command("STARTTLS")
        assert reply.code == 220, reply
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.file.close()
        self.socket = context.wrap_socket(self.socket)
        self.file = self.socket.makefile("rb")
        self.ehlo = self.command(f"EHLO {helo}")

    def login(self, user, password):
        return self.command(b"AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()))

    def envelope(self, sender, recipients, options=""):
        """MAIL FROM and RCPT TO. The first refusal, or the last reply."""
        reply = self.command(f"MAIL FROM:<{sender}>{options}")
        if reply.code >= 400:
            return reply
        for recipient in recipients:
            reply = self.command(f"RCPT TO:<{recipient}>")
            if reply.code >= 400:
                return reply
        return reply

    def send(self, message, sender="sender@elsewhere.example", recipients=("anna@mailbox.example",), options=""):
        """One message, whole. The reply to its final dot, or the first refusal before that."""
        reply = self.envelope(sender, [recipients] if isinstance(recipients, str) else recipients, options)
        if reply.code >= 400:
            return reply
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        self.write(dot_stuffed(message))
        return self.reply()

    def quit(self):
        reply = self.command("QUIT")
        self.close()
        return reply
