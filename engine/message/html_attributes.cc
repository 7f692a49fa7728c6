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

// Has "/href" or "/src" in it.
bool may_be_misspelt(std::string_view name) {
  for (std::size_t at = name.find('/'); at != std::string_view::npos; at = name.find('/', at + 1))
    if (ascii::istarts_with(name.substr(at), "/href") || ascii::istarts_with(name.substr(at), "/src"))
      return true;
  return false;
}

// lc() of ASCII, compared.
bool lower_less(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, [](char x, char y) {
    return static_cast<unsigned char>(ascii::to_lower(x)) < static_cast<unsigned char>(ascii::to_lower(y));
  });
}

}  // namespace

void TagAttributes::clear() {
  present_.reset();
  slashed_.clear();
}

void TagAttributes::add(HtmlAttribute attribute) {
  attribute.characters = characters_;
  const AttributeName name = name_of(attribute.name);
  if (name != AttributeName::none) {
    if (present_[index(name)]) return;
    present_.set(index(name));
    found_[index(name)] = attribute;
  } else if (may_be_misspelt(attribute.name)) {
    slashed_.push_back(attribute);
  }
}

HtmlText TagAttributes::get(AttributeName name) {
  if (!has(name)) return {{}, characters_};
  HtmlAttribute& attribute = at(name);
  if (!attribute.decoded) {
    const DecodedEntities decoded = decode_entities(attribute.value, attribute.value_end, characters_, false);
    attribute.value_end = decoded.end;
    attribute.characters = decoded.characters;
    attribute.decoded = true;
  }
  return {{attribute.value, static_cast<std::size_t>(attribute.value_end - attribute.value)},
          attribute.characters};
}

void TagAttributes::take_misspelt(AttributeName name, std::string_view ending) {
  const HtmlAttribute* best = nullptr;
  for (const HtmlAttribute& attribute : slashed_) {
    const std::string_view written = attribute.name;
    bool matches = false;
    for (std::size_t at = written.find('/'); at != std::string_view::npos && !matches;
         at = written.find('/', at + 1)) {
      if (!ascii::istarts_with(written.substr(at), ending)) continue;
      const Character before = character_before(written, at);
      matches = before.size != 0 && is_word(before.value, characters_);
    }
    if (matches && (best == nullptr || lower_less(best->name, written))) best = &attribute;
  }
  if (best == nullptr) return;
  present_.set(index(name));
  found_[index(name)] = *best;
}

}  // namespace thresh::html
