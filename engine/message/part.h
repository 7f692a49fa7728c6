// One node of the part tree (Mail::SpamAssassin::Message::Node): headers, effective type, undecoded and
// decoded body, rendered text. All views point into the message's buffer or its arena and live as long as the
// Message. Decoding and rendering happen on first use and are kept; a message belongs to one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "engine/message/html.h"

namespace thresh {

class Message;
struct PartBody;

// A header field as stored by Node::header(): `name` as written; `raw` the value after the colon, with folds
// and its final newline (at most 8,192 bytes); `decoded` unfolded, trimmed, RFC 2047 words decoded to UTF-8,
// no newline.
struct HeaderField {
  std::string_view name;
  std::string_view raw;
  std::string_view decoded;
};

class Part {
 public:
  [[nodiscard]] const Part* parent() const { return parent_; }
  [[nodiscard]] std::span<const Part* const> children() const { return children_; }
  // Node::is_leaf: cannot have body parts. A multipart without any is no leaf either.
  [[nodiscard]] bool is_leaf() const { return leaf_; }

  // In the order they stand.
  [[nodiscard]] std::span<const HeaderField> headers() const { return headers_; }
  // Node::header in scalar context: the last field of that name (any case), decoded; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] const HeaderField* find_header(std::string_view name) const;

  // {type}: lower case, after the corrections of Message.pm (multipart without boundary is text/plain, ...).
  [[nodiscard]] std::string_view type() const { return type_; }
  // Node::effective_type: a name in .html makes text/html.
  [[nodiscard]] std::string_view effective_type() const;
  [[nodiscard]] std::string_view charset() const { return charset_; }  // as declared, empty when not
  [[nodiscard]] std::string_view name() const { return name_; }        // attachment name, empty when none
  [[nodiscard]] std::string_view boundary() const { return boundary_; }

  // Node::raw: the body before transfer decoding, as SpamAssassin keeps it (CRLF to LF, over-long lines
  // broken).
  [[nodiscard]] std::string_view raw() const { return raw_; }
  // Node::decode: after base64, quoted-printable or uuencode.
  [[nodiscard]] std::string_view decoded() const;

  // Node::rendered and its two siblings, as UTF-8; nullopt for types that are not rendered.
  [[nodiscard]] std::optional<std::string_view> rendered() const;
  [[nodiscard]] std::optional<std::string_view> visible_rendered() const;
  [[nodiscard]] std::optional<std::string_view> invisible_rendered() const;
  // "text/html" or "text/plain" as rendered, empty when not rendered.
  [[nodiscard]] std::string_view rendered_type() const;
  // Node's html_results; null unless rendered as HTML.
  [[nodiscard]] const HtmlResults* html() const;

 private:
  friend class Message;
  friend struct PartBody;
  friend class MimeParser;
  const Part* parent_ = nullptr;
  std::span<const Part* const> children_;
  std::span<const HeaderField> headers_;
  bool leaf_ = true;
  std::string_view type_, charset_, name_, boundary_, raw_;
  PartBody* body_ = nullptr;  // lazily decoded and rendered forms
};

}  // namespace thresh
