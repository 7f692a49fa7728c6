// What a Part works out of its raw body on first use and keeps: decoded bytes and rendered text
// (Mail::SpamAssassin::Message::Node decode, rendered). Lives in the arena.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/message/html.h"
#include "engine/message/part.h"
#include "engine/message/settings.h"

namespace thresh {

// A Perl string: its characters as UTF-8, and whether Perl holds it as characters (utf8 flag on). Without the
// flag every character is below 256, \s is ASCII only, and what is written out are those bytes.
struct PerlText {
  std::string_view utf8;
  bool characters = false;
};

struct PartBody {
  PartBody(const MessageSettings& settings_, Arena& arena_, std::optional<std::string_view> charset_)
      : settings(settings_), arena(arena_), charset(charset_) {}

  [[nodiscard]] static std::string_view decoded(const Part& part);
  // Null when the part has no body of its own.
  [[nodiscard]] static const PartBody* rendered(const Part& part);

  const MessageSettings& settings;
  Arena& arena;
  std::optional<std::string_view> charset;  // nullopt: none declared
  bool is_decoded = false;
  bool is_rendered = false;
  std::string_view decoded_bytes;
  // Set when the type is one that is rendered.
  std::optional<PerlText> all, visible, invisible;
  std::string_view type;
  bool source_characters = false;  // the charset was decoded before HTML was read
  const HtmlResults* html = nullptr;

 private:
  void render(const Part& part);
  void render_as_html(std::string_view bytes);
};

}  // namespace thresh
