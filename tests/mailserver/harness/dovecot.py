"""A Dovecot of its own: LMTP in, Sieve files spam into Junk, IMAP out, and logins for Postfix' submission service."""
import imaplib
import os
import shutil

from .place import Daemon, answers, wait_until

USERS = {"anna": "secret-of-anna", "bert": "secret-of-bert", "carla": "secret-of-carla"}

SIEVE = """\
require ["fileinto"];
if header :is "X-Spam" "Yes" {
  fileinto "Junk";
}
"""

CONFIG = """\
base_dir = {directory}/dovecot/run
state_dir = {directory}/dovecot/state
instance_name = thresh-test-{port}
log_path = {directory}/log/dovecot.log
info_log_path = {directory}/dovecot/info.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %n
first_valid_uid = 1
mail_location = maildir:{directory}/mail/%n
mail_fsync = never
recipient_delimiter = +
default_vsz_limit = 512M
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {directory}/dovecot/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={directory}/mail/%n allow_all_users=no
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener smtp-auth {{
    mode = 0666
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{directory}/dovecot/user.sieve
  sieve_before = {directory}/dovecot/spam.sieve
}}
"""


class Dovecot:
    """Starts on construction."""

    def __init__(self, place):
        self.place = place
        self.port = place.port()
        for name in ("dovecot", "dovecot/run", "dovecot/state"):
            place.mkdir(name)
        place.mkdir("mail", 0o755, "mail", "mail")
        place.write("dovecot/users", "".join(f"{user}:{password}\n" for user, password in USERS.items()))
        place.write("dovecot/spam.sieve", SIEVE)
        shutil.chown(place.path("dovecot"), "mail", "mail")  # sievec writes beside the script
        place.write("dovecot/dovecot.conf", CONFIG.format(directory=place.directory, port=self.port))
        self.daemon = Daemon(place, "dovecot", ["dovecot", "-F", "-c", place.path("dovecot/dovecot.conf")])
        place.on_close(self.daemon.stop)
        self.lmtp_socket = place.path("dovecot/run/lmtp")
        self.sasl_socket = place.path("dovecot/run/smtp-auth")
        def up():
            return not self.daemon.running() or (
                answers(("127.0.0.1", self.port)) and os.path.exists(self.lmtp_socket) and os.path.exists(self.sasl_socket))
        wait_until(up, "Dovecot up")
        assert self.daemon.running(), "Dovecot does not start:\n" + self.daemon.log()

    def messages(self, user, folder):
        """All messages of a folder, each as its bytes; an absent folder is an empty one."""
        imap = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            imap.login(user, USERS[user])
            status, _ = imap.select(folder, readonly=True)
            if status != "OK":
                return []
            _, found = imap.search(None, "ALL")
            out = []
            for number in found[0].split():
                _, parts = imap.fetch(number, "(BODY.PEEK[])")
                out.append(parts[0][1])
            return out
        finally:
            imap.logout()
