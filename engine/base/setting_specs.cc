// The table of all settings: parser, `thresh config` and the manual page come from it.
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/settings.h"

namespace thresh {
namespace {

using List = std::vector<std::string>;

}  // namespace

std::span<const SettingSpec> setting_specs() {
  static const std::vector<SettingSpec> specs{
      {"rules.paths", List{"/usr/share/thresh/rules"}, 0, 0,
       "Rule files and directories. All *.pre of all paths are read first, then all *.cf in the order of the "
       "paths."},
      {"rules.lang", std::string("en_US"), 0, 0,
       "Language of descriptions, as `lang` lines in rule files name it."},
      {"scan.required_score", 0.0, 0, 1000,
       "A message is spam from this score on; 0: as required_score in the rules says."},
      {"scan.reject_score", 15.0, 0, 1000, "The action is `reject` from this score on; 0: never."},
      {"scan.threads", std::int64_t{0}, 0, 1024, "Messages scanned at the same time; 0: one a core."},
      {"scan.max_message_size", std::int64_t{256} << 20, 1024, 4294967296.0,
       "Messages larger than this many bytes are not read into memory but reported."},
      {"scan.max_full_size", std::int64_t{16} << 20, 0, 4294967296.0,
       "Of messages larger than this many bytes only the header fields and the first part are matched, and "
       "the "
       "verdict says so; 0: all of every message."},
      {"cache.directory", std::string(), 0, 0,
       "Compiled pattern databases are kept here; empty: $XDG_CACHE_HOME/thresh, ~/.cache/thresh or, for "
       "root, "
       "/var/cache/thresh. \"off\": nowhere."},

      {"milter.socket", std::string("unix:/run/thresh/milter.sock"), 0, 0,
       "Where Postfix reaches the milter: unix:PATH, inet:PORT@HOST, inet6:PORT@HOST, or fd:N for a socket "
       "that is already open (systemd's first is fd:3)."},
      {"milter.socket_mode", std::string("0660"), 0, 0, "Permissions of a unix socket, in octal."},
      {"milter.socket_group", std::string(), 0, 0,
       "Group of a unix socket, so that Postfix may connect; empty: that of the process."},
      {"milter.user", std::string(), 0, 0,
       "User to become once the socket is open, where the milter is started as root; empty: none."},
      {"milter.pid_file", std::string(), 0, 0, "The process id is written here; empty: nowhere."},
      {"milter.deadline", 10.0, 0.1, 240,
       "Seconds from the end of a message to its verdict. What has not run by then counts as no hit and the "
       "verdict says so. Postfix waits 300 s (milter_content_timeout)."},
      {"milter.stop_limit", 20.0, 0, 600,
       "Seconds that mails in flight are given to finish when the milter is told to stop."},
      {"milter.memory", std::int64_t{512} << 20, 1 << 20, 1099511627776.0,
       "Bytes of all messages in memory together. When they are used up, of further large messages only the "
       "header fields and the first part are kept and matched."},
      {"milter.connection_timeout", std::int64_t{7210}, 10, 86400,
       "Seconds a connection from the mail server may be silent."},
      {"milter.on_failure", std::string("tempfail"), 0, 0,
       "What happens to a message that could not be scanned: tempfail (the sender tries again) or accept "
       "(delivered, and marked as not scanned). Mail of sendmail(1) and of trusted relays is always "
       "accepted."},
      {"milter.quarantine_score", 0.0, 0, 1000,
       "From this score on a message goes to Postfix' hold queue, whole, until an administrator releases it; "
       "it never expires there; 0: never."},
      {"milter.tempfail_score", 0.0, 0, 1000,
       "From this score on the sender is told to try again later; 0: never."},
      {"milter.discard_score", 0.0, 0, 1000,
       "From this score on a message is accepted and thrown away; 0: never."},
      {"milter.reject_text", std::string("5.7.1 Message looks like spam; queue id {queue_id}"), 0, 0,
       "What a rejected sender is told, after the 550: an enhanced status code and a text. {queue_id}, "
       "{score} "
       "and {required} are filled in."},
      {"milter.tempfail_text",
       std::string("4.7.1 Message looks suspicious, try again later; queue id {queue_id}"), 0, 0,
       "The same for a sender told to try again, after the 451."},
      {"milter.subject_tag", std::string(), 0, 0,
       "Put before the subject of spam; empty: subjects stay (changing one breaks its DKIM signature)."},
      {"milter.headers", List{"X-Spam", "X-Spam-Flag", "X-Spam-Score", "X-Spam-Level", "X-Spam-Status"}, 0, 0,
       "Header fields that are added."},
      {"milter.authserv_id", std::string(), 0, 0,
       "Our name in Authentication-Results; foreign ones under this name are removed; empty: the mail "
       "server's own host name."},
      {"milter.authenticated", std::string("headers"), 0, 0,
       "Mail of authenticated users: scan (as any other), headers (scanned, but never more than header "
       "fields "
       "added) or pass (not scanned)."},
      {"milter.originating", std::string("headers"), 0, 0,
       "The same for mail taken by a service that milter.originating_daemons names."},
      {"milter.originating_daemons", List{"ORIGINATING"}, 0, 0,
       "Values of milter_macro_daemon_name (or {daemon_name}) of services that take mail from our own "
       "users."},
      {"milter.local", std::string("headers"), 0, 0,
       "The same for mail from milter.local_networks and from sendmail(1)."},
      {"milter.local_networks", List{"127.0.0.0/8", "::1"}, 0, 0,
       "Networks of our own clients: addresses, networks as 192.0.2.0/24, and !exceptions before what they "
       "except."},
      {"milter.relays", List{}, 0, 0,
       "Networks of trusted relays and backup MX: their mail is scanned but never rejected, deferred or "
       "discarded. What trusted_networks in the rules names counts too."},
      {"milter.recipients", List{}, 0, 0,
       "Settings of single recipients, each as \"user@example.org required=6 reject=never\" or "
       "\"@example.org "
       "...\" for a domain; names: required, reject, quarantine, tempfail, discard. A message for several is "
       "treated as the mildest of their settings says."},

      {"log.target", std::string("stderr"), 0, 0,
       "Where the log goes: stderr, syslog (facility mail), journald (every field can be searched for), or "
       "file:PATH (opened again on reload)."},
      {"log.format", std::string("logfmt"), 0, 0, "How a line is written: logfmt (key=value) or json."},
      {"log.level", std::string("info"), 0, 0,
       "What is logged: debug, info, warning or error, each with what is graver."},
      {"log.hash_addresses", false, 0, 0,
       "Mail addresses are replaced in the log by a hash, the same for the same address, that cannot be "
       "turned back without the key."},
      {"log.hash_key_file", std::string(), 0, 0,
       "The key of these hashes, 16 to 4096 bytes; empty: a new one with each start."},

      {"metrics.listen", std::string(), 0, 0,
       "Where /metrics (Prometheus) and /health are served over HTTP: 127.0.0.1:PORT, [::1]:PORT or "
       "unix:PATH; empty: nowhere. Other addresses are refused: what is served is for this machine."},
      {"metrics.hosts", List{}, 0, 0,
       "Names under which a proxy may ask for it (Host header) beside localhost and loopback addresses."},

      {"control.socket", std::string("/run/thresh/control.sock"), 0, 0,
       "Unix socket for `thresh status` and `thresh reload`; empty: none."},
      {"control.status_users", List{"root"}, 0, 0,
       "Users who may ask for the status, beside the one the milter runs as."},
      {"control.reload_users", List{"root"}, 0, 0,
       "Users who may reload rules and settings, beside the one the milter runs as."},
  };
  return specs;
}

}  // namespace thresh
