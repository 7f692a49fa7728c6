// Charsets, encoded words (RFC 2047), parameters (RFC 2231) and header requests. Input: the name of a
// charset, a newline, then bytes in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/message/charset.h"
#include "engine/message/content_type.h"
#include "engine/message/encoding.h"
#include "engine/message/header_query.h"
#include "engine/message/transfer_encoding.h"

namespace {

// A character of any charset takes four bytes of UTF-8 at most; UTF-7 and the ISO 2022 kin need at least one
// byte for each, and a malformed byte becomes three.
constexpr std::size_t most_growth = 4;

void bounded(std::string_view text, std::size_t size) {
  if (text.size() > most_growth * size + most_growth) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\n'), size);
  const std::string_view name = all.substr(0, end);
  const std::string_view text = all.substr(std::min(end + 1, size));
  Arena arena(1024);
  if (const Encoding* const encoding = find_encoding(name))
    for (const bool strict : {false, true})
      if (const auto decoded = decode(*encoding, text, strict, arena)) bounded(decoded->utf8, text.size());
  static_cast<void>(detect_charset(text));
  bounded(normalize_charset(text, name, arena), text.size());
  for (const bool normalize : {false, true})
    bounded(decode_text(text, name, normalize, arena).utf8, text.size());
  bounded(decode_header(text, "Subject", arena), text.size());
  bounded(decode_header(all, "X-Any", arena), size);

  for (const std::string_view plain :
       {decode_base64(text, arena), decode_quoted_printable(text, arena), crlf_to_lf(text, arena)})
    if (plain.size() > text.size()) std::abort();
  const ContentType type = parse_content_type(text, arena);
  bounded(type.type, text.size() + 16);
  if (const auto attached = disposition_name(text)) bounded(*attached, text.size());
  const HeaderQuery query = HeaderQuery::parse(text);
  if (query.name.size() > text.size()) std::abort();
  return 0;
}
