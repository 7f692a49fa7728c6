// The tree: Message::parse_body with _parse_multipart and _parse_normal, breadth first as there, so that what
// depends on the order (flags, boundary states) comes out the same.
#include "engine/message/mime_parser.h"

#include <algorithm>
#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/content_type.h"
#include "engine/message/limits.h"
#include "engine/message/mime_lines.h"
#include "engine/message/part_body.h"
#include "engine/message/transfer_encoding.h"

namespace thresh {
namespace {

// /^From\s+(?!:)/: a single white space must not stand before a colon.
bool is_mbox_separator(std::string_view line) {
  if (!line.starts_with("From")) return false;
  std::size_t at = 4;
  while (at < line.size() && ascii::is_space(line[at])) ++at;
  if (at == 4) return false;
  return at > 5 || at == line.size() || line[at] != ':';
}

// Constants.pm MBX_SEPARATOR: 12-Mar-2004 15:23:41 +0100,1234;000000000000-00000001
bool is_mbx_separator(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  constexpr std::string_view shape = "_0-aaa-0000_00:00:00";
  if (line.size() < shape.size() + 24) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = line[i];
    const bool fits = i == 0            ? ascii::is_space(c) || ascii::is_digit(c)
                      : shape[i] == '0' ? ascii::is_digit(c)
                      : shape[i] == 'a' ? ascii::is_alpha(c)
                      : shape[i] == '_' ? ascii::is_space(c)
                                        : c == shape[i];
    if (!fits) return false;
  }
  // .*,(\d+);([\da-f]{12})-(\w{8})
  const std::string_view tail = line.substr(line.size() - 22);
  if (tail[0] != ';' || tail[13] != '-') return false;
  for (std::size_t i = 1; i < 13; ++i)
    if (!ascii::is_digit(tail[i]) && !(tail[i] >= 'a' && tail[i] <= 'f')) return false;
  for (std::size_t i = 14; i < 22; ++i)
    if (!ascii::is_word(tail[i])) return false;
  std::size_t digits = line.size() - 22;
  while (digits > shape.size() && ascii::is_digit(line[digits - 1])) --digits;
  return digits < line.size() - 22 && digits > shape.size() && line[digits - 1] == ',';
}

bool is_multipart(std::string_view type) {
  return type.starts_with("multipart/");
}

}  // namespace

MimeParser::MimeParser(const MessageSettings& settings, Arena& arena)
    : settings_(settings),
      arena_(arena),
      result_(&arena),
      queue_(&arena),
      fields_(&arena),
      children_(&arena) {}

ParsedMessage MimeParser::parse(std::string_view raw) {
  result_.root = arena_.make<Part>();
  keep_pristine(read_message(result_.root, raw, limits::nesting, result_.flags));
  drop_own_headers(result_.root);
  while (!queue_.empty()) {
    const Job job = queue_.front();
    queue_.pop_front();
    if (is_multipart(job.part->type_) && job.boundary && job.subparse > 0) {
      parse_multipart(job);
      continue;
    }
    parse_normal(job);
    if ((job.part->type_ == "message/rfc822" || job.part->type_ == "message/global") && job.subparse > 0)
      parse_inner_message(job);
  }
  return std::move(result_);
}

MimeParser::Head MimeParser::read_message(Part* part, std::string_view raw, int subparse, ParseFlags& flags) {
  Head head;
  if (raw.empty()) raw = "\n";
  const std::string_view first = mime::line_at(raw, 0);
  if (is_mbox_separator(first) || is_mbx_separator(first)) raw.remove_prefix(first.size());
  head.source = raw;
  head.crlf = !raw.empty() && (mime::line_at(raw, 0).ends_with("\r\n") || raw.ends_with("\r\n"));
  head.text = head.crlf ? crlf_to_lf(raw, arena_) : raw;
  head.body_at = read_header_section(part, head.text, head.crlf, flags);

  const std::string_view body = shorten_blank_lines(head.text.substr(head.body_at));
  const ContentType ct = parse_content_type(part->header("content-type"), arena_);
  part->type_ = ct.type;
  bool blank_line_first = false;
  if (is_multipart(ct.type) && !body.empty()) {
    const std::string_view line = mime::line_at(body, 0);
    blank_line_first = line.size() < body.size() && !mime::is_blank(line) &&
                       !(ct.boundary && line.starts_with("--") && line.substr(2).starts_with(*ct.boundary));
  }
  queue_.push_back({part, ct.boundary, body, subparse, blank_line_first});
  return head;
}

std::string_view MimeParser::shorten_blank_lines(std::string_view body) {
  // One blank line more stays where they begin the body.
  std::pmr::vector<std::pair<std::size_t, std::size_t>> cuts(&arena_);
  std::pmr::vector<std::size_t> run(&arena_);  // where the blank lines of the run begin
  bool first = true;                           // the run begins the body
  for (std::size_t at = 0;;) {
    const bool end = at >= body.size();
    const std::string_view line = end ? std::string_view() : mime::line_at(body, at);
    if (!end && ascii::is_space(line.front()) && mime::is_blank(line)) {
      run.push_back(at);
      at += line.size();
      continue;
    }
    const std::size_t kept_before = first ? 2 : 1;
    if (run.size() > limits::blank_lines + kept_before - 1)
      cuts.emplace_back(run[kept_before], run[run.size() - (limits::blank_lines - 1)]);
    if (end) break;
    run.clear();
    first = false;
    at += line.size();
  }
  if (cuts.empty()) return body;
  char* const out = arena_.bytes(body.size());
  char* to = out;
  std::size_t from = 0;
  for (const auto& [begin, end] : cuts) {
    to = std::copy(body.begin() + static_cast<std::ptrdiff_t>(from),
                   body.begin() + static_cast<std::ptrdiff_t>(begin), to);
    from = end;
  }
  to = std::copy(body.begin() + static_cast<std::ptrdiff_t>(from), body.end(), to);
  return {out, static_cast<std::size_t>(to - out)};
}

std::string_view MimeParser::break_long_lines(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = mime::line_at(text, at).size();
    if (size > limits::body_line_length) break;
    at += size;
  }
  if (at >= text.size()) return text;
  char* const out = arena_.bytes(text.size() + text.size() / limits::body_line_length + 1);
  char* to = std::copy(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), out);
  while (at < text.size()) {
    std::string_view line = mime::line_at(text, at);
    at += line.size();
    while (line.size() > limits::body_line_length) {
      to = std::copy(line.begin(), line.begin() + limits::body_line_length, to);
      *to++ = '\n';
      line.remove_prefix(limits::body_line_length);
    }
    to = std::copy(line.begin(), line.end(), to);
  }
  return {out, static_cast<std::size_t>(to - out)};
}

int& MimeParser::balance_of(std::string_view boundary) {
  for (auto& [name, value] : result_.boundary_balance)
    if (name == boundary) return value;
  return result_.boundary_balance.emplace_back(boundary, 0).second;
}

void MimeParser::add_child(Part* parent, Part* child) {
  child->parent_ = parent;
  children_.push_back(child);
}

void MimeParser::finish_children(Part* part) {
  auto* const copy =
      static_cast<const Part**>(arena_.allocate(sizeof(Part*) * (children_.size() + 1), alignof(Part*)));
  std::copy(children_.begin(), children_.end(), copy);
  part->children_ = {copy, children_.size()};
  part->leaf_ = false;
  children_.clear();
}

void MimeParser::parse_multipart(const Job& job) {
  const std::string_view boundary = *job.boundary;
  std::string_view body = job.body;
  bool found_start = false;
  for (std::size_t at = 0; at < body.size();) {
    const std::string_view line = mime::line_at(body, at);
    at += line.size();
    if (mime::delimiter(line, boundary) != mime::Delimiter::start) continue;
    found_start = true;
    balance_of(boundary) = 1;
    if (at < body.size() && !mime::is_header_line(mime::line_at(body, at), true))
      result_.flags.missing_mime_headers = true;
    body.remove_prefix(at);
    break;
  }
  if (!found_start && job.blank_line_first) {
    char* const copy = arena_.bytes(body.size() + 1);
    copy[0] = '\n';
    std::copy(body.begin(), body.end(), copy + 1);
    body = {copy, body.size() + 1};
  }

  constexpr auto none = std::string_view::npos;
  std::size_t parts = 0;
  bool nested_boundary = false;
  bool in_body = false;
  bool long_lines = false;
  std::size_t field = none;    // where the header field that is being read begins
  std::size_t part_at = none;  // where the part's body begins
  Part* part = arena_.make<Part>();
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t line_begin = at;
    const std::string_view line = mime::line_at(body, at);
    at += line.size();
    const mime::Delimiter delimiter = mime::delimiter(line, boundary);
    bool found = delimiter != mime::Delimiter::none;
    const bool found_last = delimiter == mime::Delimiter::end;
    if (found && nested_boundary) {
      found = false;
      if (found_last) nested_boundary = false;
    }
    if (found || at >= body.size()) {
      std::string_view content;
      if (!found) {
        long_lines |= line.size() > limits::body_line_length;
        content = body.substr(part_at == none ? line_begin : part_at);
      } else if (part_at != none) {
        content = body.substr(part_at, line_begin - part_at);
        long_lines &= !content.empty();
      }
      if (long_lines) content = break_long_lines(content);
      if (found && content.ends_with('\n')) content.remove_suffix(1);

      const ContentType ct = parse_content_type(last_header("content-type"), arena_);
      finish_headers(part);
      part->type_ =
          ct.missing && job.part->type_ == "multipart/digest" ? std::string_view("message/rfc822") : ct.type;
      const Boundary own =
          ct.boundary && !ct.boundary->empty() && *ct.boundary != "0" ? ct.boundary : job.boundary;
      queue_.push_back({part, own, content, job.subparse - 1, false});
      add_child(job.part, part);

      if (found_last) {  // even one that counted as the inner part's, where it is the last line
        --balance_of(boundary);
        break;
      }
      if (at < body.size() && !mime::is_header_line(mime::line_at(body, at), true))
        result_.flags.missing_mime_headers = true;
      if (++parts == limits::parts) {
        result_.flags.mimepart_limit_exceeded = true;
        finish_children(job.part);
        return;
      }
      in_body = false;
      long_lines = false;
      field = part_at = none;
      part = arena_.make<Part>();
      continue;
    }
    if (!in_body) {
      if (field != none && ascii::is_blank(line.front())) continue;
      const auto store = [&] {
        std::string_view text = body.substr(field, line_begin - field);
        const std::size_t colon = text.find(':');
        const std::string_view name = text.substr(0, colon);
        add_header(name, ascii::trim_left(text.substr(colon + 1)));
        return name;
      };
      if (mime::is_header_line(line)) {
        if (field != none) store();
        field = line_begin;
        continue;
      }
      if (field != none && ascii::iequals(store(), "content-type")) {
        // Bug 7358: the part's own boundary is the one it stands in.
        const ContentType ct = parse_content_type(last_header("content-type"), arena_);
        if (ct.boundary == boundary) nested_boundary = true;
      }
      field = none;
      in_body = true;
      if (line == "\n" || line == "\r\n" || line == "\r") continue;
      result_.flags.missing_mime_head_body_separator = true;
    }
    if (part_at == none) part_at = line_begin;
    long_lines |= line.size() > limits::body_line_length;
  }
  fields_.clear();
  finish_children(job.part);

  // The rest after the last boundary: /[^\s.]/
  for (; at < body.size(); ++at)
    if (!ascii::is_space(body[at]) && body[at] != '.') {
      result_.flags.mime_epilogue_exists = true;
      break;
    }
}

void MimeParser::parse_normal(const Job& job) {
  Part& part = *job.part;
  const ContentType ct = parse_content_type(part.header("content-type"), arena_);
  if (!ct.missing)
    part.type_ = is_multipart(ct.type) && !job.boundary ? std::string_view("text/plain") : ct.type;
  part.charset_ = ct.charset.value_or(std::string_view());
  if (const auto name = disposition_name(part.header("content-disposition")))
    part.name_ = *name;
  else if (ct.name && *ct.name != "0")
    part.name_ = *ct.name;
  part.boundary_ = job.boundary.value_or(std::string_view());
  std::string_view body = job.body;
  if (job.blank_line_first) {
    char* const copy = arena_.bytes(body.size() + 1);
    copy[0] = '\n';
    std::copy(body.begin(), body.end(), copy + 1);
    body = {copy, body.size() + 1};
  }
  part.raw_ = body;
  part.body_ = arena_.make<PartBody>(settings_, arena_, ct.charset);
}

void MimeParser::parse_inner_message(const Job& job) {
  const std::string_view decoded = job.part->decoded();
  if (decoded.empty()) return;
  Part* const inner = arena_.make<Part>();
  ParseFlags own_flags;  // SpamAssassin keeps these with the inner message, where nobody looks
  (void)read_message(inner, decoded, job.subparse - 1, own_flags);
  add_child(job.part, inner);
  finish_children(job.part);
  job.part->raw_ = {};
  job.part->body_ = nullptr;
}

}  // namespace thresh
