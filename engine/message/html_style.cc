// The stack of text styles (see html_style.h). Attributes are taken in the order of their names, where
// SpamAssassin leaves the order to chance; only min_size can tell the difference.
#include "engine/message/html_style.h"

#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/ascii.h"

namespace thresh::html {
namespace {

using std::size_t;
using std::string_view;

// /^\s*(.+?)\s*$/ behind a colon: the value, which holds no newline. Of nothing but white space it is the
// last character of it that is no newline. nullopt: no value.
std::optional<HtmlText> read_value(HtmlText text) {
  const HtmlText value = trim(text);
  if (!value.text.empty()) {
    if (value.text.find('\n') != string_view::npos) return std::nullopt;
    return value;
  }
  size_t end = text.text.size();
  while (end > 0 && text.text[end - 1] == '\n') --end;
  const Character last = character_before(text.text, end);
  if (last.size == 0) return std::nullopt;
  return HtmlText{text.text.substr(end - last.size, last.size), text.characters};
}

// The value in lower case, without "!important" at its end.
HtmlText without_important(HtmlText value) {
  constexpr string_view kImportant = "important";
  HtmlText rest = value;
  if (!rest.text.ends_with(kImportant)) return value;
  rest.text.remove_suffix(kImportant.size());
  rest.text.remove_suffix(trailing_space(rest));
  if (!rest.text.ends_with('!')) return value;
  rest.text.remove_suffix(1);
  rest.text.remove_suffix(trailing_space(rest));
  return rest;
}

}  // namespace

HtmlStyles::HtmlStyles(std::pmr::memory_resource* memory)
    : styles_(memory), lower_(memory), tokens_(memory), layer_(memory) {
  styles_.push_back({.size = base_font_,
                     .foreground = {.rgb = 0x000000},
                     .background = {.rgb = 0xFFFFFF},
                     .tag = Tag::none,
                     .no_display = false,
                     .hidden = false,
                     .sight = FontSight::unknown});
}

void HtmlStyles::push(const Style& style) {
  styles_.push_back(style);
  ++open_[static_cast<size_t>(style.tag)];
}

void HtmlStyles::pop() {
  --open_[static_cast<size_t>(styles_.back().tag)];
  styles_.pop_back();
}

bool HtmlStyles::open(Tag tag, TagAttributes& attributes) {
  using enum AttributeName;
  if (tag == Tag::th) tag = Tag::td;

  if (tag == Tag::basefont && attributes.has(AttributeName::size)) {
    const HtmlText value = attributes.get(AttributeName::size);
    const string_view rest = value.text.substr(leading_space(value));
    if (leading_digits({rest, value.characters}) > 0) {
      base_font_ = number_of(rest);
      return true;
    }
  }
  if (tag == Tag::td || tag == Tag::tr) close_table(tag);

  Style next = styles_.back();
  next.tag = tag;
  next.sight = FontSight::unknown;

  // An attribute that the tag may have lets the size be noted, even where it says nothing of it.
  switch (tag) {
    case Tag::big:
      next.size += 1;
      break;
    case Tag::small:
      next.size -= 1;
      break;
    case Tag::body:
      if (attributes.has(text)) next.foreground = read_color(attributes.get(text));
      if (attributes.has(text) || attributes.has(bgcolor) || attributes.has(link) || attributes.has(alink) ||
          attributes.has(vlink) || attributes.has(background))
        note_size(next.size);
      break;
    case Tag::font:
    case Tag::basefont:
      if (attributes.has(color)) next.foreground = read_color(attributes.get(color));
      if (attributes.has(color) || attributes.has(face)) note_size(next.size);
      if (attributes.has(AttributeName::size)) {
        set_size(next, attributes.get(AttributeName::size));
        note_size(next.size);
      }
      break;
    default:  // table, td, tr, span, p, div, a
      if (attributes.has(bgcolor) && (tag == Tag::table || tag == Tag::td || tag == Tag::tr))
        note_size(next.size);
      if (attributes.has(AttributeName::style)) {
        if (!read_style(next, attributes.get(AttributeName::style))) return false;
        note_size(next.size);
      }
      break;
  }
  push(next);
  return true;
}

void HtmlStyles::close(Tag tag) {
  if (tag == Tag::th) tag = Tag::td;
  if (tag == Tag::body) return;  // readers show what comes after </body>
  if (open_[static_cast<size_t>(tag)] == 0) return;
  while (styles_.back().tag != tag) pop();
  pop();
}

// A cell ends the one before it, a row the cells and the row; fonts left open in them end, too.
void HtmlStyles::close_table(Tag tag) {
  if (open_[static_cast<size_t>(tag)] == 0) return;
  while (true) {
    const Tag top = styles_.back().tag;
    if (top != Tag::font && top != Tag::td && !(top == Tag::tr && tag == Tag::tr)) return;
    pop();
  }
}

Color HtmlStyles::read_color(HtmlText value) {
  lower_.resize(value.text.size());
  return parse_color({lower_case(value, lower_.data()), value.characters});
}

void HtmlStyles::set_size(Style& style, HtmlText value) const {
  string_view text = value.text.substr(leading_space(value));
  const char sign = text.empty() ? '\0' : text.front();
  const bool relative = sign == '+' || sign == '-';
  if (relative) text.remove_prefix(1);
  if (leading_digits({text, value.characters}) == 0) return;
  const double number = number_of(text);
  style.size = !relative ? number : sign == '+' ? base_font_ + number : base_font_ - number;
}

void HtmlStyles::note_size(double size) {
  if (size > max_size_) {
    max_size_ = size;
  } else if (size < min_size_) {
    min_size_ = size;
  }
}

bool HtmlStyles::read_style(Style& style, HtmlText value) {
  string_view rest = value.text;
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    if (!read_declaration(style, {rest.substr(0, end), value.characters})) return false;
    if (end == string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (style.background.kind == Color::Kind::transparent) style.background = styles_.back().background;
  if (style.foreground.kind == Color::Kind::transparent) style.foreground = style.background;
  return true;
}

bool HtmlStyles::read_declaration(Style& style, HtmlText declaration) {
  const string_view text = declaration.text;
  const size_t at = leading_space(declaration);

  const size_t prefix = match_folded(declaration, at, "background-");
  if (const size_t name = match_folded(declaration, at + prefix, "color:"); name != 0) {
    if (const auto value = read_value({text.substr(at + prefix + name), declaration.characters})) {
      Color& color = prefix != 0 ? style.background : style.foreground;
      lower_.resize(value->text.size());
      color = parse_style_color(
          without_important({lower_case(*value, lower_.data()), declaration.characters}), color);
      return true;
    }
  }
  constexpr string_view kBackground = "background:";
  if (text.substr(at).starts_with(kBackground)) {
    if (const auto value = read_value({text.substr(at + kBackground.size()), declaration.characters}))
      return read_background(style, *value);
  }
  // Other properties; two of them are asked for, by their names in lower case.
  for (const string_view name : {string_view("display"), string_view("visibility")}) {
    if (!text.substr(at).starts_with(name)) continue;
    const size_t colon = skip_space(declaration, at + name.size());
    if (colon >= text.size() || text[colon] != ':') continue;
    const string_view value = trim({text.substr(colon + 1), declaration.characters}).text;
    if (value.empty() || value.find('\n') != string_view::npos) continue;
    if (name == "display") {
      style.no_display = ascii::iequals(value, "none");
    } else {
      style.hidden = ascii::iequals(value, "hidden");
    }
  }
  return true;
}

// The first colour of the bottom layer (parse_css_background): layers are parted by commas, what is in them
// by spaces; brackets and quotes hold together.
bool HtmlStyles::read_background(Style& style, HtmlText value) {
  enum class State : unsigned char { plain, bracket, double_quote, single_quote };
  lower_.resize(value.text.size());
  const string_view text = lower_case(value, lower_.data());
  tokens_.clear();
  layer_.clear();
  bool any_layer = false;
  State state = State::plain;
  State outer = State::plain;
  size_t from = 0;
  const auto take = [&](size_t end) {
    if (end > from) tokens_.push_back(text.substr(from, end - from));
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (state == State::double_quote || state == State::single_quote) {
      if (c == (state == State::double_quote ? '"' : '\'')) state = outer;
      continue;
    }
    if (c == '"' || c == '\'') {
      outer = state;
      state = c == '"' ? State::double_quote : State::single_quote;
    } else if (state == State::bracket) {
      if (c != ')') continue;
      take(i + 1);
      from = i + 1;
      state = State::plain;
    } else if (c == '(') {
      state = State::bracket;
    } else if (c == ' ' || c == ',') {
      take(i);
      from = i + 1;
      if (c == ' ') continue;
      std::swap(layer_, tokens_);
      tokens_.clear();
      any_layer = true;
    }
  }
  take(text.size());
  if (tokens_.empty() && !any_layer) return false;
  for (const string_view token : tokens_.empty() ? layer_ : tokens_) {
    const Color color = parse_color({token, value.characters});
    if (color.kind == Color::Kind::invalid) continue;
    style.background = color;
    break;
  }
  return true;
}

FontSight HtmlStyles::sight() {
  Style& style = styles_.back();
  if (style.sight == FontSight::unknown) style.sight = look(style);
  return style.sight;
}

FontSight HtmlStyles::look(const Style& style) {
  const Color fg = style.foreground;
  const Color bg = style.background;
  if (fg == bg) return FontSight::low_contrast;
  if (fg.kind == Color::Kind::rgb && bg.kind == Color::Kind::rgb) {
    const auto part = [&](int shift) {
      return static_cast<double>(static_cast<int>(fg.rgb >> shift & 0xFF) -
                                 static_cast<int>(bg.rgb >> shift & 0xFF));
    };
    // Distance weighted by brightness, at most 191; below 12 is very hard to read.
    const double distance = std::pow(
        std::pow(0.2126 * part(16), 2) + std::pow(0.7152 * part(8), 2) + std::pow(0.0722 * part(0), 2), 0.5);
    if (distance < 12) return FontSight::low_contrast;
  }
  if (fg.kind == Color::Kind::invalid || bg.kind == Color::Kind::invalid) return FontSight::invalid_color;
  if (style.size <= 1 || style.no_display || style.hidden) return FontSight::hidden;
  return FontSight::visible;
}

}  // namespace thresh::html
