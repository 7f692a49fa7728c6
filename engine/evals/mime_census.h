// What one walk over a message's parts and undecoded lines counts (MIMEEval::_check_attachments).
#pragma once

#include <string>
#include <string_view>

#include "engine/evals/locales.h"
#include "engine/message/message.h"
#include "engine/regex/regex.h"

namespace thresh {

struct MimeCensus {
  double base64_count = 0,
         qp_count = 0;  // qp_count: excessive bytes, or parts where no line was quoted-printable
  double html_count = 0, text_count = 0, attachment = 0;
  double ascii_text_illegal = 0;  // lines
  double qp_bytes = 0, qp_ratio = 0;
  double text_unicode_ratio = 0;  // &#x1234; to other bytes
  double multipart_ratio = 1;     // bytes of the last text to those of the last HTML part
  bool base64_encoded_text = false, bad_iso_charset = false, faraway_charset = false;
  bool missing_boundary = false, multipart_alternative = false, qp_long_line = false;
  std::string charsets;  // declared ones, lower case, with spaces between
};

[[nodiscard]] MimeCensus take_mime_census(const Message& message, const OkLocales& locales,
                                          RegexScratch& scratch);

// The part's Content-Type as get_header gives it: with a newline, so that an empty field or "0" is not taken
// for a missing one.
[[nodiscard]] std::string_view content_type_field(const Part& part);
// The type that the part's Content-Type declares (Util::parse_content_type in scalar context).
[[nodiscard]] std::string_view declared_type(const Part& part, Arena& arena);
// Content-Transfer-Encoding is base64 and nothing else.
[[nodiscard]] bool is_base64(const Part& part);

// The lines of Node::raw, newlines included.
template <typename Visit>
void each_raw_line(const Part& part, Visit&& visit) {
  const std::string_view raw = part.raw();
  for (std::size_t at = 0; at < raw.size();) {
    std::size_t end = raw.find('\n', at);
    end = end == std::string_view::npos ? raw.size() : end + 1;
    visit(raw.substr(at, end - at));
    at = end;
  }
}

}  // namespace thresh
