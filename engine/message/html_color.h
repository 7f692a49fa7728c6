// Colours as Mail::SpamAssassin::HTML reads them: names of HTML 4 and CSS3, hexadecimal forms, rgb().
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/message/html_characters.h"

namespace thresh::html {

struct Color {
  enum class Kind : std::uint8_t {
    rgb,
    empty,  // a lone #
    invalid,
    transparent,  // stands for another colour until the style is read to its end
  };
  std::uint32_t rgb = 0;
  Kind kind = Kind::rgb;

  friend bool operator==(const Color&, const Color&) = default;
};

// name_to_rgb. `name` is in lower case.
[[nodiscard]] Color parse_color(HtmlText name);

// What "color:" or "background-color:" of a style makes of its value, in lower case and without "!important";
// `inherited` for "inherit".
[[nodiscard]] Color parse_style_color(HtmlText value, Color inherited);

// lc(). Letters that only Unicode has stay as they are, but for the Kelvin sign, which is a k. `to` has room
// for the text; gives what was written.
[[nodiscard]] std::string_view lower_case(HtmlText text, char* to);

}  // namespace thresh::html
