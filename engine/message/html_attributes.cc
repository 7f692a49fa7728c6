// Finding attributes by name (see html_attributes.h).
#include "engine/message/html_attributes.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/html_entities.h"

namespace thresh::html {
namespace {

AttributeName name_of(std::string_view name) {
  using enum AttributeName;
  const auto is = [name](std::string_view other, AttributeName which) {
    return ascii::iequals(name, other) ? which : none;
  };
  if (name.empty()) return none;
  const char first = ascii::to_lower(name[0]);
  switch (name.size()) {
    case 3:
      return is("src", src);
    case 4:
      switch (first) {
        case 'f':
          return is("face", face);
        case 'h':
          return is("href", href);
        case 'l':
          return is("link", link);
        case 's':
          return is("size", size);
        case 't':
          return is("text", text);
        default:
          return none;
      }
    case 5:
      switch (first) {
        case 'a':
          return is("alink", alink);
        case 'c':
          return is("color", color);
        case 's':
          return is("style", style);
        case 'v':
          return is("vlink", vlink);
        case 'w':
          return is("width", width);
        default:
          return none;
      }
    case 6:
      return first == 'a' ? is("action", action) : is("height", height);
    case 7:
      return first == 'b' ? is("bgcolor", bgcolor) : is("content", content);
    case 10:
      return first == 'b' ? is("background", background) : is("http-equiv", http_equiv);
    case 20:
      return is("data-saferedirecturl", data_saferedirecturl);
    default:
      return none;
  }
}

// lc() of ASCII, compared.
bool lower_less(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, [](char x, char y) {
    return static_cast<unsigned char>(ascii::to_lower(x)) < static_cast<unsigned char>(ascii::to_lower(y));
  });
}

}  // namespace

void TagAttributes::assign(std::span<HtmlAttribute> attributes, bool characters) {
  attributes_ = attributes;
  characters_ = characters;
  has_slash_ = false;
  found_.fill(nullptr);
  for (HtmlAttribute& attribute : attributes) {
    const AttributeName name = name_of(attribute.name);
    if (name != AttributeName::none) {
      if (found_[index(name)] == nullptr) found_[index(name)] = &attribute;
    } else if (attribute.name.find('/') != std::string_view::npos) {
      has_slash_ = true;
    }
  }
}

HtmlText TagAttributes::value_of(HtmlAttribute& attribute) const {
  if (!attribute.decoded) {
    const DecodedEntities decoded = decode_entities(attribute.value, attribute.value_end, characters_, false);
    attribute.value_end = decoded.end;
    attribute.characters = decoded.characters;
    attribute.decoded = true;
  }
  return {{attribute.value, static_cast<std::size_t>(attribute.value_end - attribute.value)},
          attribute.characters};
}

HtmlText TagAttributes::get(AttributeName name) {
  HtmlAttribute* attribute = found_[index(name)];
  if (attribute == nullptr) return {{}, characters_};
  return value_of(*attribute);
}

HtmlAttribute* TagAttributes::find_misspelt(std::string_view ending) {
  if (!has_slash_) return nullptr;
  HtmlAttribute* best = nullptr;
  for (HtmlAttribute& attribute : attributes_) {
    const std::string_view name = attribute.name;
    bool matches = false;
    for (std::size_t at = 0; at + ending.size() <= name.size() && !matches; ++at) {
      if (!ascii::iequals(name.substr(at, ending.size()), ending)) continue;
      const Character before = character_before(name, at);
      matches = before.size != 0 && is_word(before.value, characters_);
    }
    if (matches && (best == nullptr || lower_less(best->name, name))) best = &attribute;
  }
  return best;
}

}  // namespace thresh::html
