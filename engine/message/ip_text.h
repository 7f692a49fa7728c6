// Addresses in running text, as the expressions of Mail::SpamAssassin::Constants find them: IP_ADDRESS,
// IPV4_ADDRESS, LOCALHOST, IP_PRIVATE. They are stricter than inet_pton in places (no leading zeros) and
// looser in others (a mapped address may be followed by a letter), and rules depend on it. Everything is
// total and linear.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace thresh {

// Where matches that begin at one place may end, in the order a backtracking matcher tries them. Two ends
// occur for
// "::1.2.3.4": the mapped form, then "::1".
struct AddressEnds {
  std::array<std::size_t, 3> ends{};
  std::size_t count = 0;
  void add(std::size_t end) { ends[count++] = end; }
  [[nodiscard]] const std::size_t* begin() const { return ends.data(); }
  [[nodiscard]] const std::size_t* end() const { return ends.data() + count; }
};

// IP_ADDRESS and LOCALHOST tried at text[at] (which may equal the size); what stands before `at` counts.
[[nodiscard]] AddressEnds match_ip_address(std::string_view text, std::size_t at);
[[nodiscard]] AddressEnds match_localhost(std::string_view text, std::size_t at);

// The first thing in `text` at or after `from` that IP_ADDRESS matches.
struct AddressSpan {
  std::size_t begin = 0;
  AddressEnds ends;
  [[nodiscard]] std::string_view first(std::string_view text) const {
    return text.substr(begin, ends.ends[0] - begin);
  }
};
[[nodiscard]] std::optional<AddressSpan> find_ip_address(std::string_view text, std::size_t from = 0);

// What the modifiers :ip and :revip take from a header: (?<!\.)\b(IP_ADDRESS)\b(?!\.). Empty when there is
// none.
[[nodiscard]] std::string_view find_standalone_ip(std::string_view text);

// IS_IP_ADDRESS, IS_IPV4_ADDRESS, IS_LOCALHOST: the whole text, but for one newline at its end.
[[nodiscard]] bool is_ip_address(std::string_view text);
[[nodiscard]] bool is_ipv4_address(std::string_view text);
[[nodiscard]] bool is_localhost(std::string_view text);
// IS_IP_PRIVATE. It differs from is_private_ip() (ip_networks.h) in what may follow ::1.
[[nodiscard]] bool is_whole_private_ip(std::string_view text);

// Util::reverse_ip_address: "1.2.0.192" or nibbles of an IPv6 address in lower case, for DNS lists; nullopt
// for what is no address.
[[nodiscard]] std::optional<std::string> reverse_ip_address(std::string_view ip);

}  // namespace thresh
