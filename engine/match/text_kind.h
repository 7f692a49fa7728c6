// What kind of text a group of patterns looks at: what is common there and what is rare decides what is
// looked for.
#pragma once

#include <cstdint>

namespace thresh {

enum class TextKind : std::uint8_t {
  body,     // paragraphs
  rawbody,  // decoded bodies, HTML among them
  full,     // whole messages
  uri,
  headers,  // many header fields at once
  field,    // the value of one
  relays,   // descriptions of relays (X-Spam-Relays-*)
};

}  // namespace thresh
