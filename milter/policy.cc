#include "milter/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "milter/added_headers.h"

namespace thresh::milter {
namespace {

constexpr std::size_t reply_text = 400;  // RFC 5321 4.5.3.1.5: a reply line has 512 bytes in all

Result<Policy::Treatment> treatment(const Settings& settings, std::string_view name) {
  const std::string& text = settings.text(name);
  if (text == "scan") return Policy::Treatment::scan;
  if (text == "headers") return Policy::Treatment::headers;
  if (text == "pass") return Policy::Treatment::pass;
  return fail(fmt::format("{} is \"{}\"", name, text), settings.origin(name), "scan, headers or pass");
}

Result<IpNetworks> networks(const Settings& settings, std::string_view name) {
  IpNetworks out;
  for (const std::string& entry : settings.list(name))
    if (auto status = out.add(entry); !status)
      return fail(fmt::format("{}: {}", name, status.error().what), settings.origin(name));
  return out;
}

std::optional<double> threshold(double score) {
  return score > 0 ? std::optional(score) : std::nullopt;
}

// An enhanced status code of the right class (RFC 3463), a space and a text in printable ASCII.
Result<std::string> reply(const Settings& settings, std::string_view name, char wanted_class) {
  const std::string& text = settings.text(name);
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  const std::size_t space = text.find(' ');
  const std::string_view code = std::string_view(text).substr(0, space);
  const bool is_code = code.size() >= 5 && code[0] == wanted_class && code[1] == '.' &&
                       std::ranges::count(code, '.') == 2 && ascii::is_digit(code.back()) &&
                       std::ranges::all_of(code, [](char c) { return c == '.' || ascii::is_digit(c); });
  if (!printable || space == std::string::npos || !is_code || text.size() > reply_text / 2)
    return fail(fmt::format("{} is \"{}\"", name, text), settings.origin(name),
                fmt::format("an enhanced status code as {}.7.1, a space and up to {} ASCII characters",
                            wanted_class, reply_text / 2 - 6));
  return text;
}

std::string filled(std::string text, const Envelope& envelope, double score, double required) {
  const auto fill = [&text](std::string_view name, std::string_view value) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  };
  fill("{queue_id}", envelope.queue_id.empty() ? "unknown" : envelope.queue_id);
  fill("{score}", fmt::format("{:.1f}", score));
  fill("{required}", fmt::format("{:.1f}", required));
  text.resize(std::min(text.size(), reply_text));
  for (char& c : text)
    if (c < 0x20 || c >= 0x7f) c = '?';
  return text;
}

}  // namespace

Result<Policy> Policy::make(const Settings& settings, double required, const IpNetworks& trusted) {
  Policy policy;
  const Thresholds fallback{.required = required,
                            .quarantine = threshold(settings.number("milter.quarantine_score")),
                            .tempfail = threshold(settings.number("milter.tempfail_score")),
                            .reject = threshold(settings.number("scan.reject_score")),
                            .discard = threshold(settings.number("milter.discard_score"))};
  auto recipients = RecipientSettings::make(fallback, settings.list("milter.recipients"));
  if (!recipients) {
    recipients.error().where = settings.origin("milter.recipients");
    return std::unexpected(recipients.error());
  }
  policy.recipients_ = std::move(*recipients);
  policy.quarantines_ =
      fallback.quarantine || std::ranges::any_of(settings.list("milter.recipients"), [](auto& e) {
        return e.find("quarantine") != std::string::npos;
      });

  const std::array<std::pair<std::string_view, Treatment*>, 3> treatments{
      {{"milter.authenticated", &policy.authenticated_},
       {"milter.originating", &policy.originating_},
       {"milter.local", &policy.local_}}};
  for (const auto& [name, to] : treatments) {
    const auto value = treatment(settings, name);
    if (!value) return std::unexpected(value.error());
    *to = *value;
  }
  const std::array<std::pair<std::string_view, IpNetworks*>, 2> sets{
      {{"milter.local_networks", &policy.local_networks_}, {"milter.relays", &policy.relays_}}};
  for (const auto& [name, to] : sets) {
    auto value = networks(settings, name);
    if (!value) return std::unexpected(value.error());
    *to = std::move(*value);
  }
  policy.trusted_ = trusted;
  policy.originating_daemons_ = settings.list("milter.originating_daemons");

  const std::array<std::tuple<std::string_view, char, std::string*>, 2> replies{
      {{"milter.reject_text", '5', &policy.reject_text_},
       {"milter.tempfail_text", '4', &policy.tempfail_text_}}};
  for (const auto& [name, wanted_class, to] : replies) {
    auto value = reply(settings, name, wanted_class);
    if (!value) return std::unexpected(value.error());
    *to = std::move(*value);
  }

  const std::string& failure = settings.text("milter.on_failure");
  if (failure != "tempfail" && failure != "accept")
    return fail(fmt::format("milter.on_failure is \"{}\"", failure), settings.origin("milter.on_failure"),
                "tempfail or accept");
  policy.accept_on_failure_ = failure == "accept";
  for (const std::string& name : settings.list("milter.headers"))
    if (!can_add(name))
      return fail(fmt::format("milter.headers: unknown header field \"{}\"", name),
                  settings.origin("milter.headers"),
                  "X-Spam, X-Spam-Flag, X-Spam-Score, X-Spam-Level and X-Spam-Status can be added");
  policy.headers_ = settings.list("milter.headers");
  policy.subject_tag_ = settings.text("milter.subject_tag");
  if (!std::ranges::all_of(policy.subject_tag_, [](char c) { return c >= 0x20 && c < 0x7f; }))
    return fail("milter.subject_tag has characters that are not printable ASCII",
                settings.origin("milter.subject_tag"), "header fields are ASCII (RFC 5322)");
  policy.authserv_id_ = settings.text("milter.authserv_id");
  std::ranges::transform(policy.authserv_id_, policy.authserv_id_.begin(), ascii::to_lower);
  return policy;
}

Policy::Sender Policy::sender(const Envelope& envelope) const {
  // sendmail(1) and internal bounces come without a client, or as cleanup(8) makes one up: localhost, port 0.
  const bool no_client = envelope.client_addr.empty() ||
                         (envelope.client_port == 0 && local_networks_.contains(envelope.client_addr));
  if (no_client) return {local_, "local", true};
  const bool is_local = local_networks_.contains(envelope.client_addr);
  const bool is_relay = relays_.contains(envelope.client_addr) || trusted_.contains(envelope.client_addr);
  // An authenticated user's mailer shows the refusal to the one who wrote; a relay would have to bounce it.
  if (!envelope.auth_user.empty()) return {authenticated_, "authenticated", false};
  if (std::ranges::find(originating_daemons_, envelope.daemon_name) != originating_daemons_.end())
    return {originating_, "originating", is_relay};
  if (is_local) return {local_, "local", is_relay};
  if (is_relay) return {Treatment::scan, "relay", true};
  return {};
}

Policy::Decision Policy::decide(double score, const Envelope& envelope, const Sender& sender) const {
  const auto asked = recipients_.decide(score, envelope.recipients);
  Decision decision{.wanted = asked.disposition,
                    .disposition = asked.disposition,
                    .required = asked.required,
                    .spam = score >= asked.required};
  const bool loses = decision.wanted == Disposition::reject || decision.wanted == Disposition::tempfail ||
                     decision.wanted == Disposition::discard;
  if (sender.treatment == Treatment::headers && decision.wanted != Disposition::headers) {
    decision.disposition = Disposition::headers;
    decision.softened_by = sender.known_as;
  } else if (sender.is_protected && loses) {
    decision.disposition = Disposition::headers;
    decision.softened_by = sender.known_as;
  }
  return decision;
}

std::string Policy::reject_text(const Envelope& envelope, double score, double required) const {
  return filled(reject_text_, envelope, score, required);
}
std::string Policy::tempfail_text(const Envelope& envelope, double score, double required) const {
  return filled(tempfail_text_, envelope, score, required);
}

std::vector<std::string> Policy::own_ids(std::string_view hostname) const {
  std::vector<std::string> ids;
  if (!authserv_id_.empty()) ids.push_back(authserv_id_);
  std::string host(hostname);
  std::ranges::transform(host, host.begin(), ascii::to_lower);
  if (!host.empty() && host != authserv_id_) ids.push_back(std::move(host));
  return ids;
}

}  // namespace thresh::milter
