// Every bound of reading a message, with its reason. Those of SpamAssassin keep its values, so that both see
// the same.
#pragma once

#include <cstddef>

namespace thresh::limits {

// Constants.pm
inline constexpr std::size_t header_key_length = 256;
inline constexpr std::size_t header_value_length = 8192;
inline constexpr std::size_t all_headers_length = 65536;  // MAX_HEADER_LENGTH, for ALL
inline constexpr std::size_t body_line_length = 2048;     // MAX_BODY_LINE_LENGTH
inline constexpr std::size_t uri_length = 8192;           // MAX_URI_LENGTH
// Message.pm
inline constexpr int invalid_header_lines = 3;
inline constexpr int blank_lines = 20;
inline constexpr std::size_t parts = 1000;
inline constexpr int nesting = 20;  // `subparse`

// Bytes that the guess at an unknown charset looks at: it costs ten times what all other reading does, and
// its answer does not change any more.
inline constexpr std::size_t detected_bytes = 2000;

// SpamAssassin follows every redirection. A URI of 8 KB can hold a thousand, one in the other, and their
// forms grow with the square (10 MB). Once the forms of a message take this much, redirections are not
// followed any more, and the verdict says so; real messages stay below 100 KB.
inline constexpr std::size_t uri_form_bytes = std::size_t{2} << 20;

}  // namespace thresh::limits
