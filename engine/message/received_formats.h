// The formats of Received.pm in their order. Each function looks at the line behind "from " (case and prefix
// as its name says), fills what it recognises, and says how to go on.
#pragma once

#include <string_view>

#include "engine/message/received_line.h"

namespace thresh::received {

enum class Outcome { enough, ignore, fetchmail, qmail_scanner, go_on };

// Formats that a product's name gives away: web mailers, Microsoft, XMail, Exim, Postfix, Domino, sendmail.
[[nodiscard]] Outcome match_products(std::string_view line, ReceivedLine& out);
// Formats known by their shape: qmail and everything else with an address.
[[nodiscard]] Outcome match_shapes(std::string_view line, ReceivedLine& out);
// What the mail fetchers leave.
[[nodiscard]] Outcome match_rest(std::string_view line, ReceivedLine& out);
// Handovers that say nothing, and the guess of a HELO name where nothing else fits.
[[nodiscard]] Outcome match_ignored(std::string_view line, ReceivedLine& out);
// Lines that begin with "FROM " (simta, Rockliffe) and "(from " (Norton, sendmail's command line).
[[nodiscard]] Outcome match_upper_case(std::string_view line, ReceivedLine& out);
[[nodiscard]] Outcome match_parenthesised(std::string_view line, ReceivedLine& out);

// How the line says that the sender had authenticated; empty when it does not. The whole line, "from "
// included.
[[nodiscard]] std::string_view find_authentication(std::string_view line, Arena& arena);

// Perl's truth of a string.
inline bool is_true(std::string_view s) {
  return !s.empty() && s != "0";
}

}  // namespace thresh::received
