// Addresses of header fields as Mail::SpamAssassin::Util::parse_header_addresses reads them (its pure Perl
// parser, with Email::Address::XS absent as on Debian).
#pragma once

#include <memory_resource>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"

namespace thresh {

// What Perl has as undef has a null data() here; an empty phrase or comment has not.
struct MailAddress {
  std::string_view phrase;   // display name, as written (not decoded)
  std::string_view address;  // local@domain
  std::string_view user, host, comment;

  [[nodiscard]] bool has_phrase() const { return phrase.data() != nullptr; }
  [[nodiscard]] bool has_address() const { return address.data() != nullptr; }
};

// `value`: the raw header value, folds included. Views live in `arena` or in `value`. An entry may have
// neither phrase nor address. Linear in the size of `value`.
[[nodiscard]] std::pmr::vector<MailAddress> parse_header_addresses(std::string_view value, Arena& arena);

}  // namespace thresh
