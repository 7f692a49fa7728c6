// A message in the making: what rules want to see in it, gathered place by place, and its bytes. Nothing here
// knows a rule; wish.h puts texts here.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/generate/pattern_text.h"

namespace thresh::generate {

// From, To, Reply-To and the like: in one piece, or by name and address.
struct Mailbox {
  std::string whole, name, address;
  [[nodiscard]] std::string text() const;
};

// What one Received line says; the last to be added is the one nearest to us.
struct Hop {
  std::string ip, rdns, helo, by, envelope_from, ident, auth;
  bool unset_rdns = false;  // the name is unknown
};

struct Attachment {
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Type is added where missing
  std::string body;
};

struct Draft {
  // Fields by lower-case name, each with the spelling and the values wanted. Mailboxes likewise.
  std::map<std::string, std::pair<std::string, std::vector<std::string>>> fields;
  std::map<std::string, Mailbox> mailboxes;
  std::vector<std::string> header_lines;  // whole lines, as they are
  std::set<std::string> without;          // lower-case names of fields that must not be there
  std::vector<Hop> hops;
  std::vector<std::string> received;  // values of Received as they are

  std::vector<std::string> paragraphs;  // text, shown by each kind of body
  std::vector<std::string> html;        // markup, for HTML bodies only
  std::vector<std::string> raw;         // lines of the body as they are, text or markup
  std::vector<std::string> uris;        // links, in text and as an anchor
  std::vector<Attachment> attachments;

  enum class Body { any, plain, html, both };
  Body body = Body::any;
  bool bare = false;              // no text of our own in the body
  std::string charset;            // of the body, where one is wanted
  std::string transfer_encoding;  // "base64", "quoted-printable"; else as it is
  std::string whole;              // all bytes, where a block wrote them itself

  void add_field(std::string_view name, std::string_view value);
  // The values as they stand, or `otherwise` where there is none.
  [[nodiscard]] bool has_field(std::string_view name) const;

  // The message. What no rule asked for (a Received line, a date, who writes to whom) is chosen at random
  // among a few usual ones.
  [[nodiscard]] std::string bytes(Random& random) const;
};

[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string quoted_printable(std::string_view text);
// Text for HTML: & < > as entities.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace thresh::generate
