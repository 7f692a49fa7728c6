// The header section of a message (Message::new) and the storing of its fields (Message::Node::header).
#include <algorithm>
#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/charset.h"
#include "engine/message/limits.h"
#include "engine/message/mime_lines.h"
#include "engine/message/mime_parser.h"

namespace thresh {
namespace {

// `text` with "\r\n" for every newline, or, when `lone_only`, for those without a CR before them.
std::string_view lf_to_crlf(std::string_view text, bool lone_only, Arena& arena) {
  const auto newlines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  char* const out = arena.bytes(text.size() + newlines);
  char* to = out;
  char before = 0;
  for (const char c : text) {
    if (c == '\n' && !(lone_only && before == '\r')) *to++ = '\r';
    *to++ = before = c;
  }
  return {out, static_cast<std::size_t>(to - out)};
}

// A copy in the arena that is followed by a newline: decoded values are, so that get() can give them with it.
std::string_view with_newline(std::string_view text, Arena& arena) {
  char* const out = arena.bytes(text.size() + 1);
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\n';
  return {out, text.size()};
}

// s/\n[ \t]+/ /gs into the arena, followed by a newline.
std::string_view unfold(std::string_view text, Arena& arena) {
  char* const out = arena.bytes(text.size() + 1);
  char* to = out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n' && at + 1 < text.size() && ascii::is_blank(text[at + 1])) {
      *to++ = ' ';
      ++at;
      while (at < text.size() && ascii::is_blank(text[at])) ++at;
      continue;
    }
    *to++ = text[at++];
  }
  *to = '\n';
  const auto size = static_cast<std::size_t>(to - out);
  arena.shrink_last(out, text.size() + 1, size + 1);
  return {out, size};
}

// The decoded form of a raw value. In memory a newline follows it.
std::string_view decode_value(std::string_view name, std::string_view raw, Arena& arena) {
  const std::string_view value = ascii::trim(raw);
  if (value.empty()) return std::string_view("\n").substr(0, 0);
  bool folded = false;
  bool plain = true;
  char before = 0;
  for (const char c : value) {
    folded |= c == '\n';
    plain &= !ascii::is_high(c) && !(c == '?' && before == '=');
    before = c;
  }
  const std::string_view unfolded = folded ? unfold(value, arena) : value;
  if (!plain || unfolded.find('\n') != std::string_view::npos)
    return with_newline(decode_header(unfolded, name, arena), arena);
  if (folded) return unfolded;
  const bool newline_follows =
      value.data() + value.size() < raw.data() + raw.size() && value.data()[value.size()] == '\n';
  return newline_follows ? value : with_newline(value, arena);
}

}  // namespace

void MimeParser::add_header(std::string_view name, std::string_view raw) {
  fields_.push_back({name, raw, decode_value(name, raw, arena_)});
}

void MimeParser::finish_headers(Part* part) {
  auto* const copy = static_cast<HeaderField*>(
      arena_.allocate(sizeof(HeaderField) * (fields_.size() + 1), alignof(HeaderField)));
  std::uninitialized_copy(fields_.begin(), fields_.end(), copy);
  part->headers_ = {copy, fields_.size()};
  fields_.clear();
}

void MimeParser::drop_own_headers(Part* part) {
  for (const HeaderField& field : part->headers_)
    if (!ascii::istarts_with(field.name, "X-Spam-") || field.name.find('\n') != std::string_view::npos)
      fields_.push_back(field);
  finish_headers(part);
}

std::string_view MimeParser::last_header(std::string_view name) const {
  for (auto field = fields_.rbegin(); field != fields_.rend(); ++field)
    if (ascii::iequals(field->name, name)) return field->decoded;
  return {};
}

void MimeParser::store_field(std::string_view field, bool crlf, ParseFlags& flags) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view name = field.substr(0, colon);
  std::string_view value = field.substr(colon + 1);
  // A name can only span lines when its first line was one of the few invalid ones that are let through.
  if (crlf && name.find('\n') != std::string_view::npos) name = lf_to_crlf(name, false, arena_);
  while (!name.empty() && ascii::is_blank(name.back())) name.remove_suffix(1);
  if (name.size() > limits::header_key_length) {
    name = name.substr(0, limits::header_key_length);
    flags.truncated_header = true;
  }
  if (value.size() > limits::header_value_length) {
    value = value.substr(0, limits::header_value_length);
    flags.truncated_header = true;
  }
  add_header(name, value);
}

std::size_t MimeParser::read_header_section(Part* part, std::string_view text, bool crlf, ParseFlags& flags) {
  constexpr auto none = std::string_view::npos;
  std::size_t at = 0;
  std::size_t field = none;  // where the field that is being read begins
  int errors = 0;
  for (;;) {
    const bool end_of_text = at >= text.size();
    const std::string_view line = end_of_text ? std::string_view("\n") : mime::line_at(text, at);
    if (ascii::is_blank(line.front())) {
      if (field == none) field = at;  // the section starts with a continuation
      at += line.size();
      continue;
    }
    if (field != none) store_field(text.substr(field, at - field), crlf, flags);
    if (line == "\n") {
      if (end_of_text)
        flags.missing_head_body_separator = true;
      else
        at += line.size();
      break;
    }
    if (line.starts_with("--") || (!mime::is_header_line(line) && ++errors > limits::invalid_header_lines)) {
      flags.missing_head_body_separator = true;
      break;
    }
    field = at;
    at += line.size();
  }
  finish_headers(part);
  return std::min(at, text.size());
}

void MimeParser::keep_pristine(const Head& head) {
  result_.crlf = head.crlf;
  if (!head.crlf) {
    result_.pristine = head.text;
    result_.pristine_headers = head.text.substr(0, head.body_at);
    result_.pristine_body = head.text.substr(head.body_at);
    return;
  }
  // The same line in the bytes as they came. SpamAssassin ends every header line that it looks at with CRLF,
  // also the line that made it give up.
  auto lines =
      std::count(head.text.begin(), head.text.begin() + static_cast<std::ptrdiff_t>(head.body_at), '\n');
  std::size_t headers_end = 0;
  for (; lines > 0; --lines) headers_end = head.source.find('\n', headers_end) + 1;
  if (!head.text.empty() && head.body_at > 0 && head.text[head.body_at - 1] != '\n')
    headers_end = head.source.size();
  const bool gave_up = result_.flags.missing_head_body_separator && headers_end < head.source.size();
  const std::size_t seen =
      gave_up ? headers_end + mime::line_at(head.source, headers_end).size() : headers_end;
  const std::string_view section = head.source.substr(0, headers_end);
  const std::string_view line = head.source.substr(headers_end, seen - headers_end);
  const std::string_view section_crlf = lf_to_crlf(section, true, arena_);
  const std::string_view line_crlf = lf_to_crlf(line, true, arena_);
  if (section_crlf.size() == section.size() && line_crlf.size() == line.size()) {
    result_.pristine = head.source;
    result_.pristine_headers = section;
    result_.pristine_body = head.source.substr(headers_end);
    return;
  }
  const std::string_view rest = head.source.substr(seen);
  char* const out = arena_.bytes(section_crlf.size() + line_crlf.size() + rest.size());
  char* to = std::copy(section_crlf.begin(), section_crlf.end(), out);
  to = std::copy(line_crlf.begin(), line_crlf.end(), to);
  to = std::copy(rest.begin(), rest.end(), to);
  result_.pristine = {out, static_cast<std::size_t>(to - out)};
  result_.pristine_headers = result_.pristine.substr(0, section_crlf.size());
  result_.pristine_body = result_.pristine.substr(section_crlf.size());
}

}  // namespace thresh
