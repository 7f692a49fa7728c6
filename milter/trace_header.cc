#include "milter/trace_header.h"

#include <fmt/format.h>
#include <time.h>

#include <array>

#include "milter/limits.h"

namespace thresh::milter {
namespace {

// smtpd.c NEUTER_CHARACTERS, and what is not printable.
std::string neutered(std::string_view text, std::string_view unwanted) {
  std::string out(text.substr(0, limits::trace_value));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x21 || c == 0x7f || unwanted.find(c) != std::string_view::npos)
      c = '?';
  return out;
}

// "Wed, 25 Nov 2026 11:11:31 +0000 (UTC)" (mail_date.c), local time as the mail server has it.
std::string mail_date(std::int64_t at) {
  const auto time = static_cast<time_t>(at);
  tm local{};
  ::localtime_r(&time, &local);
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const long offset = local.tm_gmtoff / 60;
  return fmt::format("{}, {:2} {} {} {:02}:{:02}:{:02} {}{:02}{:02} ({})",
                     days[static_cast<std::size_t>(local.tm_wday)], local.tm_mday,
                     months[static_cast<std::size_t>(local.tm_mon)], 1900 + local.tm_year, local.tm_hour,
                     local.tm_min, local.tm_sec, offset < 0 ? '-' : '+', std::abs(offset) / 60,
                     std::abs(offset) % 60, local.tm_zone);
}

std::string received(const Envelope& e) {
  const std::string host = neutered(e.hostname, "()<>;");
  const std::string id = neutered(e.queue_id, "()<>;");
  const std::string date = mail_date(e.received_at);
  if (e.client_addr.empty())
    return fmt::format("Received: by {} (Postfix)\r\n\tid {}; {}\r\n", host, id, date);

  constexpr std::string_view helo_unwanted = " <>()\\\";@";
  const std::string name = e.client_name.empty() ? "unknown" : neutered(e.client_name, "()[]<>;");
  const bool v6 = e.client_addr.find(':') != std::string::npos;
  std::string out = fmt::format("Received: from {} ({} [{}{}])\r\n",
                                e.helo.empty() ? name : neutered(e.helo, helo_unwanted), name,
                                v6 ? "IPv6:" : "", neutered(e.client_addr, "[]()"));
  if (!e.tls_version.empty())
    out += fmt::format("\t(using {} with cipher {} ({}/{} bits))\r\n", neutered(e.tls_version, "()"),
                       neutered(e.tls_cipher, "()"), neutered(e.tls_cipher_bits, "()"),
                       neutered(e.tls_cipher_bits, "()"));
  const bool extended = e.esmtp || !e.tls_version.empty() || !e.auth_user.empty();
  const std::string protocol =
      fmt::format("{}{}{}{}", e.smtputf8 ? "UTF8" : "", extended || e.smtputf8 ? "ESMTP" : "SMTP",
                  e.tls_version.empty() ? "" : "S", e.auth_user.empty() ? "" : "A");
  if (e.recipients.size() == 1)
    out += fmt::format("\tby {} (Postfix) with {} id {}\r\n\tfor <{}>; {}\r\n", host, protocol, id,
                       neutered(e.recipients.front(), "<>()"), date);
  else
    out += fmt::format("\tby {} (Postfix) with {} id {};\r\n\t{}\r\n", host, protocol, id, date);
  return out;
}

}  // namespace

std::string trace_header(const Envelope& envelope) {
  return fmt::format("Return-Path: <{}>\r\n", neutered(envelope.sender, "<>")) + received(envelope);
}

}  // namespace thresh::milter
