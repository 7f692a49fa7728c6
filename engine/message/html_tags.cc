// The table of element names (see html_tags.h): HTML 4.01, XHTML 1.0 and the few others that SpamAssassin
// lists.
#include "engine/message/html_tags.h"

#include <array>
#include <iterator>

#include "engine/base/ascii.h"
#include "engine/message/html_characters.h"

namespace thresh::html {
namespace {

using enum TagSpace;

// name, tag, element, trick, style, space
constexpr TagInfo kTags[] = {
    {"a", Tag::a, true, false, true, none},
    {"area", Tag::area, true, false, false, none},
    {"base", Tag::base, true, false, false, none},
    {"basefont", Tag::basefont, true, false, true, none},
    {"bgsound", Tag::bgsound, false, true, false, none},
    {"big", Tag::big, true, false, true, none},
    {"blockquote", Tag::other, true, false, false, paragraph},
    {"body", Tag::body, true, false, true, none},
    {"br", Tag::other, true, false, false, line},
    {"dd", Tag::other, true, false, false, space},
    {"div", Tag::div, true, false, true, line},
    {"dt", Tag::other, true, false, false, space},
    {"embed", Tag::embed, false, true, false, space},
    {"font", Tag::font, true, false, true, none},
    {"form", Tag::form, true, false, false, none},
    {"frame", Tag::frame, true, false, false, none},
    {"h1", Tag::other, true, false, false, space},
    {"h2", Tag::other, true, false, false, space},
    {"h3", Tag::other, true, false, false, space},
    {"h4", Tag::other, true, false, false, space},
    {"h5", Tag::other, true, false, false, space},
    {"h6", Tag::other, true, false, false, space},
    {"hr", Tag::other, true, false, false, paragraph},
    {"html", Tag::html, true, false, false, none},
    {"iframe", Tag::iframe, true, false, false, none},
    {"img", Tag::img, true, false, false, none},
    {"li", Tag::other, true, false, false, space},
    {"link", Tag::link, true, false, false, none},
    {"listing", Tag::other, false, true, false, paragraph},
    {"meta", Tag::meta, true, false, false, none},
    {"object", Tag::object, true, false, false, none},
    {"p", Tag::p, true, false, true, paragraph},
    {"plaintext", Tag::other, false, true, false, paragraph},
    {"pre", Tag::other, true, false, false, paragraph},
    {"script", Tag::script, true, false, false, none},
    {"small", Tag::small, true, false, true, none},
    {"span", Tag::span, true, false, true, none},
    {"style", Tag::style, true, false, false, none},
    {"table", Tag::table, true, false, true, none},
    {"td", Tag::td, true, false, true, space},
    {"th", Tag::th, true, false, true, space},
    {"title", Tag::title, true, false, false, paragraph},
    {"tr", Tag::tr, true, false, true, none},
    {"xmp", Tag::other, false, true, false, paragraph},
};

// Elements that are counted and nothing else.
constexpr std::string_view kPlain[] = {
    "abbr",     "acronym", "address",  "applet",   "b",        "bdo",      "button",   "caption",
    "center",   "cite",    "code",     "col",      "colgroup", "del",      "dfn",      "dir",
    "dl",       "em",      "fieldset", "frameset", "head",     "i",        "input",    "ins",
    "isindex",  "kbd",     "label",    "legend",   "map",      "menu",     "nobr",     "noframes",
    "noscript", "ol",      "optgroup", "option",   "param",    "q",        "s",        "samp",
    "select",   "strike",  "strong",   "sub",      "sup",      "tbody",    "textarea", "tfoot",
    "thead",    "tt",      "u",        "ul",       "var",      "x-sigsep", "x-tab"};

constexpr std::size_t kLongestName = 10;

constexpr std::size_t hash(std::string_view lower) {
  std::size_t h = lower.size();
  for (const char c : lower) h = h * 31 + static_cast<unsigned char>(c);
  return (h ^ (h >> 9)) % kTagSlots;
}

constexpr auto make_table() {
  std::array<TagInfo, kTagSlots> table{};
  const auto put = [&table](const TagInfo& info) {
    std::size_t at = hash(info.name);
    while (!table[at].name.empty()) at = (at + 1) % kTagSlots;
    table[at] = info;
  };
  for (const TagInfo& info : kTags) put(info);
  for (const std::string_view name : kPlain) put({name, Tag::other, true, false, false, none});
  return table;
}
constexpr auto kTable = make_table();

}  // namespace

const TagInfo* find_tag(std::string_view name, std::size_t& slot) {
  if (name.empty() || name.size() > kLongestName) return nullptr;
  char lower[kLongestName];
  for (std::size_t i = 0; i < name.size(); ++i) lower[i] = ascii::to_lower(name[i]);
  const std::string_view key(lower, name.size());
  for (std::size_t at = hash(key); !kTable[at].name.empty(); at = (at + 1) % kTagSlots) {
    if (kTable[at].name != key) continue;
    slot = at;
    return &kTable[at];
  }
  return nullptr;
}

std::size_t slot_of(std::string_view name) {
  std::size_t slot = 0;
  (void)find_tag(name, slot);
  return slot;
}

bool is_office_name(std::string_view name, bool characters) {
  std::size_t at = 0;
  if (name.starts_with('o')) {
    at = 1;
  } else if (name.starts_with("st")) {
    const Character digit = character_at(name, 2);
    if (digit.size == 0 || !is_digit(digit.value, characters)) return false;
    at = 2 + digit.size;
  } else {
    return false;
  }
  if (at >= name.size() || name[at] != ':') return false;
  ++at;
  const std::size_t first = at;
  while (at < name.size()) {
    const Character c = character_at(name, at);
    if (c.value != '-' && !is_word(c.value, characters)) break;
    at += c.size;
  }
  if (at == first) return false;
  if (at < name.size() && name[at] == '/') ++at;
  return at == name.size();
}

}  // namespace thresh::html
