// Colours of HTML (see html_color.h). The order of the steps, what counts as broken and what is cut off are
// those of Mail::SpamAssassin::HTML::name_to_rgb.
#include "engine/message/html_color.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>

#include "engine/base/ascii.h"

namespace thresh::html {
namespace {

using std::size_t;
using std::string_view;

struct NamedColor {
  string_view name;
  std::uint32_t rgb;
};

// clang-format off
constexpr NamedColor kNames[] = {
    {"aliceblue", 0xf0f8ff}, {"antiquewhite", 0xfaebd7}, {"aqua", 0x00ffff}, {"aquamarine", 0x7fffd4},
    {"azure", 0xf0ffff}, {"beige", 0xf5f5dc}, {"bisque", 0xffe4c4}, {"black", 0x000000}, {"blanchedalmond", 0xffebcd},
    {"blue", 0x0000ff}, {"blueviolet", 0x8a2be2}, {"brown", 0xa52a2a}, {"burlywood", 0xdeb887},
    {"cadetblue", 0x5f9ea0}, {"chartreuse", 0x7fff00}, {"chocolate", 0xd2691e}, {"coral", 0xff7f50},
    {"cornflowerblue", 0x6495ed}, {"cornsilk", 0xfff8dc}, {"crimson", 0xdc143c}, {"cyan", 0x00ffff},
    {"darkblue", 0x00008b}, {"darkcyan", 0x008b8b}, {"darkgoldenrod", 0xb8860b}, {"darkgray", 0xa9a9a9},
    {"darkgreen", 0x006400}, {"darkgrey", 0xa9a9a9}, {"darkkhaki", 0xbdb76b}, {"darkmagenta", 0x8b008b},
    {"darkolivegreen", 0x556b2f}, {"darkorange", 0xff8c00}, {"darkorchid", 0x9932cc}, {"darkred", 0x8b0000},
    {"darksalmon", 0xe9967a}, {"darkseagreen", 0x8fbc8f}, {"darkslateblue", 0x483d8b}, {"darkslategray", 0x2f4f4f},
    {"darkslategrey", 0x2f4f4f}, {"darkturquoise", 0x00ced1}, {"darkviolet", 0x9400d3}, {"deeppink", 0xff1493},
    {"deepskyblue", 0x00bfff}, {"dimgray", 0x696969}, {"dimgrey", 0x696969}, {"dodgerblue", 0x1e90ff},
    {"firebrick", 0xb22222}, {"floralwhite", 0xfffaf0}, {"forestgreen", 0x228b22}, {"fuchsia", 0xff00ff},
    {"gainsboro", 0xdcdcdc}, {"ghostwhite", 0xf8f8ff}, {"gold", 0xffd700}, {"goldenrod", 0xdaa520},
    {"gray", 0x808080}, {"green", 0x008000}, {"greenyellow", 0xadff2f}, {"grey", 0x808080}, {"honeydew", 0xf0fff0},
    {"hotpink", 0xff69b4}, {"indianred", 0xcd5c5c}, {"indigo", 0x4b0082}, {"ivory", 0xfffff0}, {"khaki", 0xf0e68c},
    {"lavender", 0xe6e6fa}, {"lavenderblush", 0xfff0f5}, {"lawngreen", 0x7cfc00}, {"lemonchiffon", 0xfffacd},
    {"lightblue", 0xadd8e6}, {"lightcoral", 0xf08080}, {"lightcyan", 0xe0ffff}, {"lightgoldenrodyellow", 0xfafad2},
    {"lightgray", 0xd3d3d3}, {"lightgreen", 0x90ee90}, {"lightgrey", 0xd3d3d3}, {"lightpink", 0xffb6c1},
    {"lightsalmon", 0xffa07a}, {"lightseagreen", 0x20b2aa}, {"lightskyblue", 0x87cefa}, {"lightslategray", 0x778899},
    {"lightslategrey", 0x778899}, {"lightsteelblue", 0xb0c4de}, {"lightyellow", 0xffffe0}, {"lime", 0x00ff00},
    {"limegreen", 0x32cd32}, {"linen", 0xfaf0e6}, {"magenta", 0xff00ff}, {"maroon", 0x800000},
    {"mediumaquamarine", 0x66cdaa}, {"mediumblue", 0x0000cd}, {"mediumorchid", 0xba55d3}, {"mediumpurple", 0x9370db},
    {"mediumseagreen", 0x3cb371}, {"mediumslateblue", 0x7b68ee}, {"mediumspringgreen", 0x00fa9a},
    {"mediumturquoise", 0x48d1cc}, {"mediumvioletred", 0xc71585}, {"midnightblue", 0x191970}, {"mintcream", 0xf5fffa},
    {"mistyrose", 0xffe4e1}, {"moccasin", 0xffe4b5}, {"navajowhite", 0xffdead}, {"navy", 0x000080},
    {"oldlace", 0xfdf5e6}, {"olive", 0x808000}, {"olivedrab", 0x6b8e23}, {"orange", 0xffa500},
    {"orangered", 0xff4500}, {"orchid", 0xda70d6}, {"palegoldenrod", 0xeee8aa}, {"palegreen", 0x98fb98},
    {"paleturquoise", 0xafeeee}, {"palevioletred", 0xdb7093}, {"papayawhip", 0xffefd5}, {"peachpuff", 0xffdab9},
    {"peru", 0xcd853f}, {"pink", 0xffc0cb}, {"plum", 0xdda0dd}, {"powderblue", 0xb0e0e6}, {"purple", 0x800080},
    {"red", 0xff0000}, {"rosybrown", 0xbc8f8f}, {"royalblue", 0x4169e1}, {"saddlebrown", 0x8b4513},
    {"salmon", 0xfa8072}, {"sandybrown", 0xf4a460}, {"seagreen", 0x2e8b57}, {"seashell", 0xfff5ee},
    {"sienna", 0xa0522d}, {"silver", 0xc0c0c0}, {"skyblue", 0x87ceeb}, {"slateblue", 0x6a5acd},
    {"slategray", 0x708090}, {"slategrey", 0x708090}, {"snow", 0xfffafa}, {"springgreen", 0x00ff7f},
    {"steelblue", 0x4682b4}, {"tan", 0xd2b48c}, {"teal", 0x008080}, {"thistle", 0xd8bfd8}, {"tomato", 0xff6347},
    {"turquoise", 0x40e0d0}, {"violet", 0xee82ee}, {"wheat", 0xf5deb3}, {"white", 0xffffff}, {"whitesmoke", 0xf5f5f5},
    {"yellow", 0xffff00}, {"yellowgreen", 0x9acd32},
};
// clang-format on
static_assert(std::ranges::is_sorted(kNames, {}, &NamedColor::name));

constexpr Color kInvalid{.rgb = 0, .kind = Color::Kind::invalid};

// The start of a colour's hexadecimal digits, as far as it matters: one more than six.
class HexDigits {
 public:
  void put(char c) {
    if (size_ < digits_.size()) digits_[size_++] = c;
  }
  // dec2hex: two digits or more.
  void put_number(std::uint64_t number) {
    char text[17];
    const auto [end, error] = std::to_chars(text, text + sizeof text, number, 16);
    if (number < 16) put('0');
    std::for_each(text, end, [this](char c) { put(c); });
  }
  [[nodiscard]] Color color() const {
    std::array<char, 8> d = digits_;
    size_t size = size_;
    if (size > 6) size = 6;
    if (size > 3 && size < 6) size = 3;
    while (size % 3 != 0) d[size++] = '0';
    if (size == 0) return {.rgb = 0, .kind = Color::Kind::empty};
    if (size == 3) d = {d[0], d[0], d[1], d[1], d[2], d[2]};
    std::uint32_t rgb = 0;
    for (size_t i = 0; i < 6; ++i) rgb = rgb << 4 | static_cast<std::uint32_t>(ascii::hex_value(d[i]));
    return {.rgb = rgb, .kind = Color::Kind::rgb};
  }

 private:
  std::array<char, 8> digits_{};
  size_t size_ = 0;
};

// sprintf("%lx"): what does not fit is the largest number.
std::uint64_t to_unsigned(double number) {
  return number >= 18446744073709551616.0 ? std::numeric_limits<std::uint64_t>::max()
                                          : static_cast<std::uint64_t>(number);
}

std::uint64_t unsigned_of(string_view digits) {
  size_t end = 0;
  while (end < digits.size() && ascii::is_digit(digits[end])) ++end;
  if (end == 0) return 0;
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + end, value);
  return error == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

// Three numbers in rgb(...) at `at` (behind the bracket), each followed by `unit`, with white space after the
// commas and before the closing bracket.
std::optional<std::array<string_view, 3>> read_three(HtmlText text, size_t at, string_view unit) {
  std::array<string_view, 3> numbers;
  for (size_t i = 0; i < 3; ++i) {
    if (i > 0) {
      if (at >= text.text.size() || text.text[at] != ',') return std::nullopt;
      at = skip_space(text, at + 1);
    }
    const size_t digits = leading_digits({text.text.substr(at), text.characters});
    if (digits == 0) return std::nullopt;
    numbers[i] = text.text.substr(at, digits);
    at += digits;
    if (!text.text.substr(at).starts_with(unit)) return std::nullopt;
    at += unit.size();
  }
  at = skip_space(text, at);
  if (at >= text.text.size() || text.text[at] != ')') return std::nullopt;
  return numbers;
}

constexpr string_view kRgb = "rgb(";

// The first rgb() of three numbers with that unit.
std::optional<std::array<string_view, 3>> find_three(HtmlText text, string_view unit) {
  for (size_t at = text.text.find(kRgb); at != string_view::npos; at = text.text.find(kRgb, at + 1))
    if (auto numbers = read_three(text, at + kRgb.size(), unit)) return numbers;
  return std::nullopt;
}

// /rgb\([\d%, ]*\)/
bool has_rgb(HtmlText text) {
  for (size_t at = text.text.find(kRgb); at != string_view::npos; at = text.text.find(kRgb, at)) {
    at += kRgb.size();
    while (at < text.text.size()) {
      const Character c = character_at(text.text, at);
      if (c.value != '%' && c.value != ',' && c.value != ' ' && !is_digit(c.value, text.characters)) break;
      at += c.size;
    }
    if (at < text.text.size() && text.text[at] == ')') return true;
  }
  return false;
}

constexpr bool is_hex_letter(char c) {
  return ascii::is_digit(c) || (c >= 'a' && c <= 'f');
}

}  // namespace

Color parse_color(HtmlText name) {
  const HtmlText color = trim(name);
  const string_view text = color.text;
  const auto* known = std::ranges::lower_bound(kNames, text, {}, &NamedColor::name);
  if (known != std::end(kNames) && known->name == text) return {.rgb = known->rgb, .kind = Color::Kind::rgb};

  const bool hexadecimal = std::ranges::all_of(text, [](char c) { return c == '#' || is_hex_letter(c); });
  if (!hexadecimal && !has_rgb(color)) return kInvalid;

  HexDigits digits;
  if (!hexadecimal) {
    if (const auto percents = find_three(color, "%")) {
      for (const string_view percent : *percents)
        digits.put_number(to_unsigned(number_of(percent) / 100 * 255));
      return digits.color();
    }
    if (const auto numbers = find_three(color, "")) {
      for (const string_view number : *numbers) digits.put_number(unsigned_of(number));
      return digits.color();
    }
  }
  if (!text.starts_with('#')) return kInvalid;
  for (const char c : text)
    if (is_hex_letter(c)) digits.put(c);
  return digits.color();
}

Color parse_style_color(HtmlText value, Color inherited) {
  const string_view text = value.text;
  if (text.find("rgb") != string_view::npos) {
    // The first three numbers of whatever stands there; letters and brackets do not part them.
    std::array<std::uint32_t, 3> rgb{};
    size_t field = 0;
    for (const char c : text) {
      if (c == ',' && ++field == rgb.size()) break;
      if (ascii::is_digit(c))
        rgb[field] = std::min<std::uint32_t>(rgb[field] * 10 + static_cast<unsigned>(c - '0'), 256);
    }
    for (std::uint32_t& part : rgb) part = std::min<std::uint32_t>(part, 255);
    return {.rgb = rgb[0] << 16 | rgb[1] << 8 | rgb[2], .kind = Color::Kind::rgb};
  }
  if (text == "inherit") return inherited;
  if (text == "transparent") return {.rgb = 0, .kind = Color::Kind::transparent};
  return parse_color(value);
}

string_view lower_case(HtmlText text, char* to) {
  char* end = to;
  const string_view from = text.text;
  for (size_t i = 0; i < from.size(); ++i) {
    if (text.characters && from[i] == '\xE2' && from.substr(i).starts_with("\xE2\x84\xAA")) {
      *end++ = 'k';
      i += 2;
    } else {
      *end++ = ascii::to_lower(from[i]);
    }
  }
  return {to, static_cast<size_t>(end - to)};
}

}  // namespace thresh::html
