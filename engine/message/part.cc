// Part: headers by name, transfer decoding and rendering on first use (Mail::SpamAssassin::Message::Node).
#include "engine/message/part.h"

#include "engine/base/ascii.h"
#include "engine/message/charset.h"
#include "engine/message/part_body.h"
#include "engine/message/transfer_encoding.h"

namespace thresh {

std::string_view Part::header(std::string_view name) const {
  const HeaderField* const field = find_header(name);
  return field == nullptr ? std::string_view() : field->decoded;
}

const HeaderField* Part::find_header(std::string_view name) const {
  for (auto field = headers_.rbegin(); field != headers_.rend(); ++field)
    if (ascii::iequals(field->name, name)) return &*field;
  return nullptr;
}

// A name that matches /\.s?html?$/i makes it text/html.
std::string_view Part::effective_type() const {
  std::string_view name = name_;
  if (name.ends_with('\n')) name.remove_suffix(1);
  for (const std::string_view extension : {".htm", ".html", ".shtm", ".shtml"})
    if (ascii::iends_with(name, extension)) return "text/html";
  return type_;
}

std::string_view Part::decoded() const {
  return PartBody::decoded(*this);
}

std::optional<std::string_view> Part::rendered() const {
  const PartBody* const body = PartBody::rendered(*this);
  return body != nullptr && body->all ? std::optional(body->all->utf8) : std::nullopt;
}

std::optional<std::string_view> Part::visible_rendered() const {
  const PartBody* const body = PartBody::rendered(*this);
  return body != nullptr && body->visible ? std::optional(body->visible->utf8) : std::nullopt;
}

std::optional<std::string_view> Part::invisible_rendered() const {
  const PartBody* const body = PartBody::rendered(*this);
  return body != nullptr && body->invisible ? std::optional(body->invisible->utf8) : std::nullopt;
}

std::string_view Part::rendered_type() const {
  const PartBody* const body = PartBody::rendered(*this);
  return body == nullptr ? std::string_view() : body->type;
}

const HtmlResults* Part::html() const {
  const PartBody* const body = PartBody::rendered(*this);
  return body == nullptr ? nullptr : body->html;
}

std::string_view PartBody::decoded(const Part& part) {
  if (part.body_ == nullptr) return {};
  PartBody& body = *part.body_;
  if (body.is_decoded) return body.decoded_bytes;
  body.is_decoded = true;
  const std::string_view encoding = part.header("content-transfer-encoding");
  if (ascii::iequals(encoding, "quoted-printable")) {
    body.decoded_bytes = crlf_to_lf(decode_quoted_printable(part.raw_, body.arena), body.arena);
  } else if (ascii::iequals(encoding, "base64")) {
    body.decoded_bytes = decode_base64(part.raw_, body.arena);
    // /^(?:text|message)\b\//
    if (part.type_.starts_with("text/") || part.type_.starts_with("message/"))
      body.decoded_bytes = crlf_to_lf(body.decoded_bytes, body.arena);
  } else {
    body.decoded_bytes = part.raw_;
  }
  return body.decoded_bytes;
}

const PartBody* PartBody::rendered(const Part& part) {
  if (part.body_ == nullptr) return nullptr;
  if (!part.body_->is_rendered) {
    part.body_->is_rendered = true;
    part.body_->render(part);
  }
  return part.body_;
}

void PartBody::render(const Part& part) {
  const std::string_view effective = part.effective_type();
  if (effective != "text/plain" && effective != "text/html") return;
  const std::string_view bytes = decoded(part);
  type = effective;
  if (effective == "text/html" && !bytes.empty()) {
    render_as_html(bytes);
    return;
  }
  const DecodedText text =
      decode_text(bytes, charset.value_or("us-ascii"), settings.normalize_charset, arena);
  all = visible = PerlText{text.utf8, text.characters};
  invisible = PerlText{};
}

void PartBody::render_as_html(std::string_view bytes) {
  const DecodedText text =
      decode_text(bytes, charset.value_or("us-ascii"), settings.normalize_charset, arena);
  const RenderedHtml rendered = render_html(text.utf8, bytes.size(), arena, text.characters);
  source_characters = text.characters;
  all = PerlText{rendered.text, rendered.text_is_characters};
  visible = PerlText{rendered.visible, rendered.visible_is_characters};
  invisible = PerlText{rendered.invisible, rendered.invisible_is_characters};
  html = rendered.results;
}

}  // namespace thresh
