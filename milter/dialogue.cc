#include "milter/dialogue.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <exception>

#include "engine/base/ascii.h"
#include "milter/limits.h"
#include "milter/trace_header.h"

namespace thresh::milter {
namespace {

using sv = std::string_view;
using std::chrono::steady_clock;

sv without_brackets(sv address) {
  if (address.size() >= 2 && address.front() == '<' && address.back() == '>')
    return address.substr(1, address.size() - 2);
  return address;
}

std::chrono::nanoseconds thread_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Postfix gives "unknown" for a name it could not verify.
std::string known(sv name) {
  return name == "unknown" ? std::string() : std::string(name);
}

}  // namespace

// What belongs to one message.
struct Dialogue::Current {
  Current(Shared& shared_, std::shared_ptr<const Generation> generation_, std::size_t announced)
      : shared(shared_),
        generation(std::move(generation_)),
        buffer(shared.memory, generation->max_message, announced) {
    ++shared.gauges.in_flight;
  }
  ~Current() { --shared.gauges.in_flight; }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

  Shared& shared;
  std::shared_ptr<const Generation> generation;
  MessageBuffer buffer;
  ForeignHeaders foreign;
  std::vector<std::string> own_ids;
  std::optional<std::string> subject;  // of the first Subject field, where it may be changed
  bool own_ids_known = false;
};

Dialogue::Dialogue(Shared& shared) : shared_(shared) {
  ++shared_.gauges.connections;
}

Dialogue::~Dialogue() {
  abort();
  --shared_.gauges.connections;
}

void Dialogue::connect(MailServer& server, sv name, sv address, std::uint16_t port) {
  abort();
  envelope_ = Envelope{};
  envelope_.client_addr = address;
  envelope_.client_port = port;
  const sv verified = server.macro("{client_name}");
  envelope_.client_name = known(verified.empty() ? name : verified);
  envelope_.client_ptr = known(server.macro("{client_ptr}"));
  envelope_.daemon_name = server.macro("{daemon_name}");
  envelope_.hostname = server.macro("j");
}

void Dialogue::helo(MailServer& server, sv name) {
  // EHLO again after STARTTLS: this one counts.
  envelope_.helo = name;
  envelope_.tls_version = server.macro("{tls_version}");
  envelope_.tls_cipher = server.macro("{cipher}");
  envelope_.tls_cipher_bits = server.macro("{cipher_bits}");
}

void Dialogue::begin_message(std::size_t announced) {
  message_ = std::make_unique<Current>(shared_, shared_.generation(), announced);
}

void Dialogue::mail(MailServer& server, sv sender, std::span<const sv> parameters) {
  abort();
  envelope_.sender = without_brackets(sender);
  envelope_.recipients.clear();
  envelope_.queue_id.clear();
  envelope_.esmtp = !parameters.empty();
  envelope_.smtputf8 = false;
  std::size_t announced = 0;
  for (const sv parameter : parameters) {
    if (ascii::iequals(parameter, "SMTPUTF8")) envelope_.smtputf8 = true;
    if (ascii::istarts_with(parameter, "SIZE="))
      std::from_chars(parameter.data() + 5, parameter.data() + parameter.size(), announced);
  }
  envelope_.auth_user = server.macro("{auth_authen}");
  envelope_.auth_type = server.macro("{auth_type}");
  begin_message(announced);
}

void Dialogue::recipient(sv address) {
  if (envelope_.recipients.size() < limits::recipients)
    envelope_.recipients.emplace_back(without_brackets(address));
}

void Dialogue::header(sv name, sv value) {
  if (message_ == nullptr) return;
  Current& m = *message_;
  if (!m.own_ids_known) {
    m.own_ids = m.generation->policy.own_ids(envelope_.hostname);
    m.own_ids_known = true;
  }
  m.buffer.add_header(name, value);
  m.foreign.see(name, value, m.own_ids);
  if (!m.subject && !m.generation->policy.subject_tag().empty() && ascii::iequals(name, "Subject"))
    m.subject = std::string(value);
}

void Dialogue::end_of_header() {
  if (message_ != nullptr) message_->buffer.end_header();
}

void Dialogue::body(sv chunk) {
  if (message_ != nullptr) message_->buffer.add_body(chunk);
}

void Dialogue::abort() {
  if (message_ == nullptr) return;
  ++shared_.gauges.aborted;
  message_.reset();
}

Dialogue::Answer Dialogue::end_of_message(MailServer& server) {
  // A mail server that ends a message that it never began gets it back as it was.
  if (message_ == nullptr) return Answer::go_on;
  const auto begin = steady_clock::now();
  envelope_.queue_id = server.macro("i");
  if (const sv user = server.macro("{auth_authen}"); !user.empty()) envelope_.auth_user = user;
  if (envelope_.hostname.empty()) envelope_.hostname = server.macro("j");
  envelope_.received_at = ::time(nullptr);

  std::optional<Verdict> verdict;
  MessageReport report{.envelope = envelope_, .size = message_->buffer.size()};
  const Answer answer = [&] {
    const Policy& policy = message_->generation->policy;
    const Policy::Sender sender = policy.sender(envelope_);
    try {
      if (message_->foreign.count() > limits::foreign_headers && !sender.is_protected) {
        report.not_scanned_because = "too many X-Spam fields";
        report.disposition = report.wanted = Disposition::reject;
        server.set_reply("550", "5.6.0 Too many X-Spam and Authentication-Results header fields");
        return Answer::reject;
      }
      remove_foreign(server);
      if (sender.treatment == Policy::Treatment::pass) {
        report.not_scanned_because = sender.known_as;
        return Answer::go_on;
      }
      scan(server, report, verdict);
      if (!verdict) return fail_message(server, report, sender);
      report.verdict = &*verdict;
      const Policy::Decision decision = policy.decide(verdict->score, envelope_, sender);
      verdict->required = decision.required;
      verdict->spam = decision.spam;
      return act(server, report, decision);
    } catch (const std::exception&) {
      // Out of memory and the like: the message is not lost, and the next one may fare better.
      report.verdict = nullptr;
      report.degraded.push_back(Degradation::internal);
      report.not_scanned_because = "internal fault";
      return fail_message(server, report, sender);
    }
  }();
  report.at_end = steady_clock::now() - begin;
  shared_.done(report);
  message_.reset();
  return answer;
}

void Dialogue::scan(MailServer& server, MessageReport& report, std::optional<Verdict>& verdict) {
  Current& m = *message_;
  const auto begin = steady_clock::now();
  const auto deadline = begin + m.generation->deadline;
  const Progress::Watch watch(shared_.progress, [&server] { server.progress(); });
  const auto slot = shared_.slots.take(deadline);
  report.waiting = steady_clock::now() - begin;
  if (!slot) {
    report.degraded.push_back(Degradation::no_slot);
    report.not_scanned_because = "too busy";
    return;
  }
  const bool out_of_memory = m.buffer.cut() == MessageBuffer::Cut::memory;
  const auto cpu = thread_cpu();
  verdict = m.generation->scanner->scan(m.buffer.with_trace(trace_header(envelope_)), envelope_,
                                        {.cost = true, .first_part = out_of_memory, .deadline = deadline});
  report.cpu = thread_cpu() - cpu;
  for (const std::string& what : verdict->partial)
    report.degraded.push_back(what == "size"   ? (out_of_memory ? Degradation::memory : Degradation::oversize)
                              : what == "time" ? Degradation::deadline
                                               : Degradation::partial);
  if (!verdict->limited.empty()) report.degraded.push_back(Degradation::limited_rule);
}

Dialogue::Answer Dialogue::act(MailServer& server, MessageReport& report, const Policy::Decision& decision) {
  const Current& m = *message_;
  const Policy& policy = m.generation->policy;
  const Verdict& verdict = *report.verdict;
  report.wanted = decision.wanted;
  report.disposition = decision.disposition;
  report.softened_by = decision.softened_by;
  switch (decision.disposition) {
    case Disposition::reject:
      server.set_reply("550", policy.reject_text(envelope_, verdict.score, verdict.required));
      return Answer::reject;
    case Disposition::tempfail:
      server.set_reply("451", policy.tempfail_text(envelope_, verdict.score, verdict.required));
      return Answer::tempfail;
    case Disposition::discard:
      return Answer::discard;
    case Disposition::quarantine:
      if (!server.quarantine(fmt::format("spam, score {:.1f}", verdict.score))) {
        report.disposition = Disposition::headers;
        report.softened_by = "no quarantine at the mail server";
      }
      break;
    case Disposition::headers:
    case Disposition::passed:
      break;
  }
  add_headers(server, verdict_headers(verdict, verdict.required, verdict.spam, policy.headers()));
  if (verdict.spam && m.subject) {
    sv subject = *m.subject;
    while (!subject.empty() && ascii::is_space(subject.front())) subject.remove_prefix(1);
    if (!subject.starts_with(policy.subject_tag()))
      server.change_header("Subject", 1, fmt::format("{} {}", policy.subject_tag(), subject));
  }
  return Answer::go_on;
}

Dialogue::Answer Dialogue::fail_message(MailServer& server, MessageReport& report,
                                        const Policy::Sender& sender) {
  const Policy& policy = message_->generation->policy;
  if (sender.is_protected || policy.accepts_on_failure()) {
    report.disposition = report.wanted = Disposition::headers;
    if (!policy.accepts_on_failure()) {
      report.wanted = Disposition::tempfail;
      report.softened_by = sender.known_as;
    }
    add_headers(server, unscanned_headers(report.not_scanned_because, policy.headers()));
    return Answer::go_on;
  }
  report.disposition = report.wanted = Disposition::tempfail;
  server.set_reply("451", fmt::format("4.3.0 Message could not be checked ({}), try again later",
                                      report.not_scanned_because));
  return Answer::tempfail;
}

void Dialogue::remove_foreign(MailServer& server) {
  for (const auto& [name, index] : message_->foreign.to_delete()) server.delete_header(name, index);
}

void Dialogue::add_headers(MailServer& server, const std::vector<AddedHeader>& headers) {
  // Each goes before all others, so the last comes first.
  for (auto header = headers.rbegin(); header != headers.rend(); ++header)
    server.insert_header(header->name, header->value);
}

}  // namespace thresh::milter
