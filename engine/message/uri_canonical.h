// The forms of a URI (Util::uri_list_canonicalize): as written, decoded, with its tricks undone, and the same
// for every URI that it redirects to.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/settings.h"
#include "engine/message/view_index.h"

namespace thresh {

// How the bytes of a URI are to be read.
enum class UriText {
  bytes,       // a string of bytes, such as the body's lines hold
  characters,  // UTF-8 of a string of characters, such as HTML gives when its text is not plain ASCII
};

// A form. `wide`: `text` is UTF-8 of characters some of which are above U+00FF. Otherwise each byte is a
// character: a URI of characters up to U+00FF comes out in Latin-1, as Perl compares and matches it.
using UriForm = KeyedView;

class UriCanonicalizer {
 public:
  UriCanonicalizer(const MessageSettings& settings, Arena& arena);

  // All forms of `uri`, each once, the URI itself (trimmed) first; valid until the next call, their text as
  // long as the arena and `uri`.
  [[nodiscard]] std::span<const UriForm> forms(std::string_view uri, UriText kind = UriText::bytes);

  // The URI alone, without canonical changes but cut like any form; valid as forms() is.
  [[nodiscard]] std::span<const UriForm> uncanonical(std::string_view uri, UriText kind = UriText::bytes);

  // The same string as a form, whole: the key of a URI.
  [[nodiscard]] UriForm plain(std::string_view uri, UriText kind);

  // True when a form was cut at limits::uri_length characters since the making of this object.
  [[nodiscard]] bool truncated() const { return truncated_; }
  // True when a redirection was not followed because of limits::uri_form_bytes.
  [[nodiscard]] bool redirections_dropped() const { return redirections_dropped_; }

 private:
  struct Text {
    std::string_view text;
    bool characters;  // UTF-8 with something in it that is not ASCII
  };
  struct Web;
  // Up to this many forms are compared one by one; more go into a table.
  static constexpr std::size_t few_forms = 12;

  void start();
  void canonicalize(Text uri);
  void mail_forms(Text uri);
  void web_forms(Text uri);
  void host_forms(Web& web);
  void address_forms(const Web& web);
  void follow_redirect(const Web& web);
  void add_target(Text target);
  void add_form(Text form);
  [[nodiscard]] std::string_view join(std::initializer_list<std::string_view> pieces);

  const MessageSettings& settings_;
  Arena& arena_;
  std::pmr::vector<Text> targets_;
  std::pmr::vector<UriForm> forms_;
  ViewIndex known_forms_;
  std::size_t bytes_ = 0;  // of all forms so far
  bool truncated_ = false;
  bool redirections_dropped_ = false;
};

}  // namespace thresh
