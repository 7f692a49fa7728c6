// What the evals need of Perl on bytes: patterns that are part of the program, IP addresses as Constants.pm
// matches them, numbers as Perl reads them in rule arguments, and file-glob address lists
// (Conf::Parser::add_to_addrlist).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/message/ip_text.h"
#include "engine/regex/regex.h"

namespace thresh {

// A pattern written in this program; the program stops when it does not compile. Keep the result in a static.
[[nodiscard]] Regex fixed_pattern(std::string_view source, std::string_view modifiers = {});

// IP_ADDRESS of Mail::SpamAssassin::Constants, as a group to put into other patterns. It holds no capturing
// group.
extern const std::string_view ip_address_pattern;

// The numeric value of a string: its longest numeric prefix, leading white space skipped; 0 when there is
// none.
[[nodiscard]] double perl_number(std::string_view text);

// Length of the dotted IPv4 address of IPV4_ADDRESS at text[at], with no word character on either side; 0:
// none.
[[nodiscard]] std::size_t ipv4_length(std::string_view text, std::size_t at);

// The words of a setting's value, split at white space; no empty ones.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

// True when `text` matches `^GLOB$`, where ? is one character, * any run (neither takes a newline) and the
// rest itself. Both are compared as given: lower both first. Linear in the text for each star.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text);

// True when a word character stands on one side of text[at] only (\b).
[[nodiscard]] bool at_word_boundary(std::string_view text, std::size_t at);

// The first `needle` in `text` at or after `from`, ASCII case folded; npos when there is none. Searches by
// the needle's first byte, so it is fast on long texts.
[[nodiscard]] std::size_t find_folded(std::string_view text, std::string_view needle, std::size_t from = 0);

}  // namespace thresh
