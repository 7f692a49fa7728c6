#include "milter/filter.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmilter/mfapi.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "milter/limits.h"

// libmilter starts a thread that waits for SIGHUP, SIGTERM and SIGINT with sigwait() and stops the filter on
// any of them, mails in flight and all. The main thread takes these signals, but while one is pending there
// the kernel gives the next to whoever else waits. So libmilter's thread waits for nothing: its call resolves
// to this one.
extern "C" int sigwait(const sigset_t* /*set*/, int* /*signal*/) {
  for (;;) ::pause();
}

namespace thresh::milter {
namespace {

Shared* shared = nullptr;  // libmilter hands callbacks nothing of ours but what they set themselves

std::atomic<bool> holding = false;
std::mutex hold_mutex;
std::condition_variable hold_forever;

constexpr unsigned long actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
constexpr unsigned long no_replies = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
                                     SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_HDR | SMFIP_NR_EOH |
                                     SMFIP_NR_BODY;
// What is not asked for saves a round through libmilter's threads for each.
constexpr unsigned long left_out = SMFIP_NOUNKNOWN | SMFIP_NODATA;

class Connection final : public MailServer {
 public:
  explicit Connection(SMFICTX* context, unsigned long actions_granted, unsigned long steps)
      : dialogue(*shared), context_(context), actions_(actions_granted), steps_(steps) {}

  std::string_view macro(const char* name) override {
    // smfi_getsymval wants a name it may write to, and does not write to it.
    const char* const value = smfi_getsymval(context_, const_cast<char*>(name));
    return value == nullptr ? std::string_view() : std::string_view(value);
  }
  bool insert_header(const std::string& name, const std::string& value) override {
    return smfi_insheader(context_, 0, writable(name), writable(spaced(value))) == MI_SUCCESS;
  }
  bool delete_header(const std::string& name, int index) override {
    return smfi_chgheader(context_, writable(name), index, nullptr) == MI_SUCCESS;
  }
  bool change_header(const std::string& name, int index, const std::string& value) override {
    return smfi_chgheader(context_, writable(name), index, writable(spaced(value))) == MI_SUCCESS;
  }
  bool quarantine(const std::string& reason) override {
    return (actions_ & SMFIF_QUARANTINE) != 0 && smfi_quarantine(context_, writable(reason)) == MI_SUCCESS;
  }
  bool set_reply(const std::string& code, const std::string& text) override {
    const std::size_t space = text.find(' ');
    std::string enhanced = text.substr(0, space), message;
    for (const char c : std::string_view(text).substr(space + 1)) message.append(c == '%' ? 2 : 1, c);
    std::string reply = code;
    return smfi_setreply(context_, reply.data(), enhanced.data(), message.data()) == MI_SUCCESS;
  }
  void progress() override { smfi_progress(context_); }

  // What a callback returns when there is nothing to say: nothing at all where that was agreed on.
  [[nodiscard]] sfsistat go_on(unsigned long no_reply) const {
    return (steps_ & no_reply) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
  }
  [[nodiscard]] bool has_leading_space() const { return (steps_ & SMFIP_HDR_LEADSPC) != 0; }

  Dialogue dialogue;
  bool broken = false;  // something was lost on the way (no memory): this message cannot be judged

 private:
  // libmilter's parameters are char*; it copies.
  char* writable(const std::string& text) {
    scratch_[next_] = text;
    char* const out = scratch_[next_].data();
    next_ = (next_ + 1) % scratch_.size();
    return out;
  }
  [[nodiscard]] std::string spaced(const std::string& value) const {
    return has_leading_space() ? " " + value : value;
  }

  SMFICTX* context_;
  unsigned long actions_, steps_;
  std::array<std::string, 2> scratch_;
  std::size_t next_ = 0;
};

Connection& connection(SMFICTX* context) {
  auto* found = static_cast<Connection*>(smfi_getpriv(context));
  if (found == nullptr) {
    // A new connection over the same socket (SMFIC_QUIT_NC) is not negotiated again; only mail servers that
    // grant everything do that.
    found = new Connection(context, actions, SMFIP_HDR_LEADSPC | no_replies);
    smfi_setpriv(context, found);
  }
  return *found;
}

// No exception leaves a callback. What went wrong inside a message is answered at its end.
template <typename F>
sfsistat guarded(SMFICTX* context, unsigned long no_reply, F&& f) {
  try {
    Connection& c = connection(context);
    try {
      f(c);
    } catch (...) {
      c.broken = true;
    }
    return c.go_on(no_reply);
  } catch (...) {
    return SMFIS_TEMPFAIL;
  }
}

sfsistat on_negotiate(SMFICTX* context, unsigned long offered_actions, unsigned long offered_steps,
                      unsigned long, unsigned long, unsigned long* wanted_actions,
                      unsigned long* wanted_steps, unsigned long* reserved2, unsigned long* reserved3) {
  *wanted_actions = actions & offered_actions;
  *wanted_steps = (SMFIP_HDR_LEADSPC | no_replies | left_out) & offered_steps;
  *reserved2 = *reserved3 = 0;
  constexpr unsigned long needed = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
  if ((offered_actions & needed) != needed) return SMFIS_REJECT;
  if ((offered_actions & SMFIF_SETSYMLIST) != 0) {
    const std::array<std::pair<int, const char*>, 5> macros{
        {{SMFIM_CONNECT, "j {client_name} {client_ptr} {daemon_name}"},
         {SMFIM_HELO, "{tls_version} {cipher} {cipher_bits}"},
         {SMFIM_ENVFROM, "{auth_authen} {auth_type}"},
         {SMFIM_ENVRCPT, "{rcpt_addr}"},
         {SMFIM_EOM, "i j {auth_authen}"}}};
    for (const auto& [stage, names] : macros) smfi_setsymlist(context, stage, const_cast<char*>(names));
  }
  try {
    delete static_cast<Connection*>(smfi_getpriv(context));
    smfi_setpriv(context, new Connection(context, *wanted_actions, *wanted_steps));
  } catch (...) {
    smfi_setpriv(context, nullptr);
    return SMFIS_REJECT;
  }
  return SMFIS_CONTINUE;
}

sfsistat on_connect(SMFICTX* context, char* name, _SOCK_ADDR* address) {
  return guarded(context, SMFIP_NR_CONN, [&](Connection& c) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    std::uint16_t port = 0;
    if (address != nullptr && address->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, address, sizeof v4);
      ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
      port = ntohs(v4.sin_port);
    } else if (address != nullptr && address->sa_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, address, sizeof v6);
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
      port = ntohs(v6.sin6_port);
    }
    c.broken = false;
    c.dialogue.connect(c, name == nullptr ? "" : name, text.data(), port);
  });
}

sfsistat on_helo(SMFICTX* context, char* name) {
  return guarded(context, SMFIP_NR_HELO, [&](Connection& c) { c.dialogue.helo(c, name); });
}

sfsistat on_mail(SMFICTX* context, char** arguments) {
  if (holding) {
    std::unique_lock lock(hold_mutex);
    hold_forever.wait(lock, [] { return false; });
  }
  return guarded(context, SMFIP_NR_MAIL, [&](Connection& c) {
    c.broken = false;
    std::vector<std::string_view> parameters;
    for (char** p = arguments + 1; arguments[0] != nullptr && *p != nullptr; ++p) parameters.emplace_back(*p);
    c.dialogue.mail(c, arguments[0] == nullptr ? "" : arguments[0], parameters);
  });
}

sfsistat on_recipient(SMFICTX* context, char** arguments) {
  return guarded(context, SMFIP_NR_RCPT, [&](Connection& c) {
    if (arguments[0] != nullptr) c.dialogue.recipient(arguments[0]);
  });
}

sfsistat on_header(SMFICTX* context, char* name, char* value) {
  return guarded(context, SMFIP_NR_HDR, [&](Connection& c) {
    // Without SMFIP_HDR_LEADSPC the space after the colon, and nothing else, is gone.
    if (c.has_leading_space())
      c.dialogue.header(name, value);
    else
      c.dialogue.header(name, std::string(" ") + value);
  });
}

sfsistat on_end_of_header(SMFICTX* context) {
  return guarded(context, SMFIP_NR_EOH, [](Connection& c) { c.dialogue.end_of_header(); });
}

sfsistat on_body(SMFICTX* context, unsigned char* chunk, std::size_t size) {
  return guarded(context, SMFIP_NR_BODY,
                 [&](Connection& c) { c.dialogue.body({reinterpret_cast<const char*>(chunk), size}); });
}

sfsistat on_end_of_message(SMFICTX* context) {
  try {
    Connection& c = connection(context);
    if (c.broken) {
      c.dialogue.abort();
      return SMFIS_TEMPFAIL;
    }
    switch (c.dialogue.end_of_message(c)) {
      case Dialogue::Answer::go_on:
        return SMFIS_CONTINUE;
      case Dialogue::Answer::tempfail:
        return SMFIS_TEMPFAIL;
      case Dialogue::Answer::reject:
        return SMFIS_REJECT;
      case Dialogue::Answer::discard:
        return SMFIS_DISCARD;
    }
  } catch (...) {
  }
  return SMFIS_TEMPFAIL;
}

sfsistat on_abort(SMFICTX* context) {
  if (auto* c = static_cast<Connection*>(smfi_getpriv(context)); c != nullptr) c->dialogue.abort();
  return SMFIS_CONTINUE;
}

sfsistat on_close(SMFICTX* context) {
  delete static_cast<Connection*>(smfi_getpriv(context));
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

}  // namespace

Result<void> Filter::open(int fd, Shared& everybody, int connection_timeout_seconds) {
  shared = &everybody;
  static std::string name = "thresh";
  smfiDesc description{};
  description.xxfi_name = name.data();
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = actions;
  description.xxfi_connect = on_connect;
  description.xxfi_helo = on_helo;
  description.xxfi_envfrom = on_mail;
  description.xxfi_envrcpt = on_recipient;
  description.xxfi_header = on_header;
  description.xxfi_eoh = on_end_of_header;
  description.xxfi_body = on_body;
  description.xxfi_eom = on_end_of_message;
  description.xxfi_abort = on_abort;
  description.xxfi_close = on_close;
  description.xxfi_negotiate = on_negotiate;
  std::string socket = fmt::format("fd:{}", fd);
  smfi_setmaxdatasize(limits::packet);
  if (smfi_setconn(socket.data()) != MI_SUCCESS ||
      smfi_settimeout(connection_timeout_seconds) != MI_SUCCESS || smfi_register(description) != MI_SUCCESS ||
      smfi_opensocket(0) != MI_SUCCESS)
    return fail("libmilter does not take the socket", socket, "Debian's libmilter1.0.1 of version 8.17 does");
  return {};
}

bool Filter::run() {
  return smfi_main() == MI_SUCCESS;
}

void Filter::hold_new_messages() {
  holding = true;
}

}  // namespace thresh::milter
