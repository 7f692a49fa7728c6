"""A Postfix instance of its own: queue, configuration, log and ports in a place.

Domains: mailbox.example goes to Dovecot by LMTP, sink.example to the test's sink, discard.example nowhere.
Services: `mx` (with the milter), `plain` (the same without), `submission` (users log in), see Postfix.port.
"""
import os
import re
import subprocess

from .place import Daemon, answers, wait_until

DAEMONS = "/usr/lib/postfix/sbin"
HOSTNAME = "mx.mailbox.example"

# private unpriv chroot wakeup maxproc
MASTER = """\
{mx}          inet  n - n - {processes} smtpd
{plain}       inet  n - n - {processes} smtpd -o smtpd_milters= -o non_smtpd_milters=
{submission}  inet  n - n - {processes} smtpd -o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o milter_macro_daemon_name=ORIGINATING
{others}pickup    unix  n - n 1   1 pickup
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
verify    unix  - - n -   1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n -   - proxymap
proxywrite unix - - n -   1 proxymap
smtp      unix  - - n -   - smtp
relay     unix  - - n -   - smtp
showq     unix  n - n -   - showq
error     unix  - - n -   - error
retry     unix  - - n -   - error
discard   unix  - - n -   - discard
local     unix  - n n -   - local
virtual   unix  - n n -   - virtual
lmtp      unix  - - n -   - lmtp
anvil     unix  - - n -   1 anvil
scache    unix  - - n -   1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Starts on construction. `settings` override main.cf; `milter` is the socket as smtpd_milters wants it.

    others: {name: milter} of further services that are like `mx` but for the milter.
    """

    def __init__(self, place, *, milter="", sink_port=None, lmtp_socket=None, sasl_socket=None, certificate=None,
                 settings=None, queue=None, processes=300, others=None):
        self.place = place
        self.config = place.mkdir("postfix")
        self.queue = queue or place.mkdir("queue")
        self._directories()
        self.port = {service: place.port() for service in ("mx", "plain", "submission", *(others or {}))}
        self.log_path = place.path("log/mail.log")
        values = self._main(milter, sink_port, lmtp_socket, sasl_socket, certificate)
        values.update(settings or {})
        self._write_main(values)
        more = "".join(f"{self.port[name]} inet n - n - {processes} smtpd -o smtpd_milters={socket}\n"
                       for name, socket in (others or {}).items())
        place.write("postfix/master.cf", MASTER.format(processes=processes, others=more, **self.port))
        self.daemon = None
        place.on_close(self.stop)
        self.start()

    def start(self):
        self.daemon = Daemon(self.place, "postfix", [f"{DAEMONS}/master", "-d", "-c", self.config])
        try:
            for service, port in self.port.items():
                wait_until(lambda: answers(("127.0.0.1", port)) or not self.daemon.running(), f"Postfix {service} up")
            assert self.daemon.running(), "Postfix does not start"
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.daemon.log()}\n{self.log()}") from None

    def stop(self):
        if self.daemon:
            self.daemon.stop()

    def log(self):
        try:
            with open(self.log_path, "rb") as file:
                return file.read().decode("utf-8", "backslashreplace")
        except FileNotFoundError:
            return ""

    def run(self, *command, stdin=b""):
        """Runs a Postfix command for this instance: run("postqueue", "-f"). Returns what it prints."""
        done = subprocess.run([command[0], "-c", self.config, *command[1:]], input=stdin, capture_output=True, timeout=120)
        assert done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')}"
        return done.stdout

    def sendmail(self, message, sender, *recipients):
        """sendmail(1) of this instance."""
        subprocess.run(["/usr/sbin/sendmail", "-C", self.config, "-i", "-f", sender, "--", *recipients], input=message,
                       check=True, timeout=120)

    def queued(self):
        """Names of queue files that are still to be delivered, and of those on hold."""
        names = []
        for queue in ("maildrop", "incoming", "active", "deferred", "hold"):
            for _, _, files in os.walk(os.path.join(self.queue, queue)):
                names += [f"{queue}/{file}" for file in files]
        return names

    def wait_delivered(self, timeout=120):
        """Until the queue is empty but for mail on hold."""
        def idle():
            return not [name for name in self.queued() if not name.startswith("hold/")]
        wait_until(idle, "queue empty", timeout)

    def queue_id_of(self, message_id):
        """The queue id that cleanup(8) logged for a Message-ID, or None."""
        found = re.findall(rf"cleanup\[\d+\]: ([0-9A-Za-z]+): message-id={re.escape(message_id)}\n", self.log())
        return found[-1] if found else None

    def _directories(self):
        os.chmod(self.queue, 0o755)
        for name in ("active bounce corrupt defer deferred flush hold incoming private saved trace").split():
            self._queue_directory(name, "postfix", None, 0o700)
        self._queue_directory("maildrop", "postfix", "postdrop", 0o730)
        self._queue_directory("public", "postfix", "postdrop", 0o710)
        self._queue_directory("pid", "root", None, 0o755)
        self.place.mkdir("data", 0o700, "postfix")

    def _queue_directory(self, name, user, group, mode):
        import shutil
        path = os.path.join(self.queue, name)
        os.makedirs(path, exist_ok=True)
        shutil.chown(path, user, group)
        os.chmod(path, mode)

    def _main(self, milter, sink_port, lmtp_socket, sasl_socket, certificate):
        transports = ["discard.example=discard:"]
        if sink_port:
            transports += [f"{domain}=smtp:[127.0.0.1]:{sink_port}" for domain in ("sink.example", "strict.example")]
        if lmtp_socket:
            transports.append(f"mailbox.example=lmtp:unix:{lmtp_socket}")
        values = {
            "compatibility_level": "3.6",
            "queue_directory": self.queue,
            "data_directory": self.place.path("data"),
            "command_directory": "/usr/sbin",
            "daemon_directory": DAEMONS,
            "meta_directory": "/etc/postfix",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "maillog_file": self.log_path,
            "maillog_file_prefixes": self.place.directory,
            "myhostname": HOSTNAME,
            "mydomain": "mailbox.example",
            "myorigin": "mailbox.example",
            "mydestination": "",
            "relay_domains": "mailbox.example, sink.example, discard.example",
            "transport_maps": "inline:{" + ", ".join("{" + entry.replace("=", " = ", 1) + "}" for entry in transports) + "}",
            "default_transport": "error:no mail leaves this machine",
            "alias_maps": "",
            "alias_database": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "all",
            "mynetworks": "127.0.0.0/8",
            "disable_dns_lookups": "yes",
            "smtpd_peername_lookup": "no",
            "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
            # Everybody, for who has pretended once is no longer 127.0.0.1.
            "smtpd_authorized_xclient_hosts": "0.0.0.0/0, [::]/0",
            "smtpd_client_connection_count_limit": "0",
            "smtpd_client_connection_rate_limit": "0",
            "smtpd_client_message_rate_limit": "0",
            "smtpd_error_sleep_time": "0",
            "smtpd_hard_error_limit": "1000",
            "smtpd_soft_error_limit": "1000",
            "in_flow_delay": "0",
            "minimal_backoff_time": "1s",
            "maximal_backoff_time": "2s",
            "queue_run_delay": "1s",
            "local_header_rewrite_clients": "",
            "notify_classes": "",
            "default_process_limit": "300",
            "smtp_line_length_limit": "0",
            "lmtp_line_length_limit": "0",
            "smtpd_milters": milter,
            "non_smtpd_milters": milter,
            "milter_default_action": "tempfail",
        }
        if sasl_socket:
            values |= {"smtpd_sasl_type": "dovecot", "smtpd_sasl_path": sasl_socket}
        if certificate:
            values |= {"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": certificate,
                       "smtp_tls_security_level": "none"}
        return values

    def _write_main(self, values):
        self.settings = values
        self.place.write("postfix/main.cf", "".join(f"{name} = {value}\n" for name, value in values.items()))
