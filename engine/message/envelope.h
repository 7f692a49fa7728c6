// What the SMTP dialogue knows about a message and its bytes do not say. Plain data, filled by whoever holds
// the dialogue; strings are bytes as the client or the mail server sent them, so a stranger's text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thresh {

struct Envelope {
  bool originating = false;  // from an authenticated or local user (suppl_attrib{originating})

  std::string client_addr{};  // textual, IPv4 or IPv6 without brackets; empty: no SMTP client
  std::string client_name{};  // PTR name that resolves back to client_addr; empty: none
  std::string client_ptr{};   // PTR name, not verified; empty: none
  std::uint16_t client_port = 0;
  std::string helo{};         // HELO or EHLO argument
  std::string tls_version{};  // "TLSv1.3"; empty: not encrypted
  std::string tls_cipher{};
  std::string tls_cipher_bits{};
  std::string auth_user{};  // SASL login; empty: not authenticated
  std::string auth_type{};

  std::string daemon_name{};  // {daemon_name}: which of the mail server's services took the message
  std::string hostname{};     // the mail server's own name (macro j)
  std::string queue_id{};     // macro i

  std::string sender{};  // MAIL FROM without angle brackets; empty: the null sender
  bool esmtp = false;    // MAIL FROM carried ESMTP parameters
  bool smtputf8 = false;
  std::vector<std::string> recipients{};  // accepted RCPT TO, without angle brackets
  std::int64_t received_at = 0;           // Unix time; 0: unknown
};

}  // namespace thresh
