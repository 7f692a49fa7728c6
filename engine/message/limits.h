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

}  // namespace thresh::limits
