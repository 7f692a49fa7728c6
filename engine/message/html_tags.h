// Names of HTML elements and what Mail::SpamAssassin::HTML does with each: does it count as a known element,
// change the style of text, stand for white space, carry URIs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thresh::html {

// Only elements that code asks for by name have their own enumerator; the others are `other`.
enum class Tag : std::uint8_t {
  none,
  other,
  a,
  area,
  base,
  basefont,
  bgsound,
  big,
  body,
  div,
  embed,
  font,
  form,
  frame,
  html,
  iframe,
  img,
  link,
  meta,
  object,
  p,
  script,
  small,
  span,
  style,
  table,
  td,
  th,
  title,
  tr,
};

enum class TagSpace : std::uint8_t { none, space, line, paragraph };

struct TagInfo {
  std::string_view name;
  Tag tag = Tag::other;
  bool element = false;  // of HTML 4.01 or XHTML 1.0
  bool trick = false;    // rendered, but not counted as an element
  bool style = false;    // changes the style of text
  TagSpace space = TagSpace::none;
};

// Places in the table of known names.
inline constexpr std::size_t kTagSlots = 512;

// The entry of a name in any case; null for names that are not known. `slot` is its place, below kTagSlots.
[[nodiscard]] const TagInfo* find_tag(std::string_view name, std::size_t& slot);

// The slot of a known name.
[[nodiscard]] std::size_t slot_of(std::string_view name);

// Names such as "o:p" and "st1:place", which Outlook writes: counted as elements, not rendered. `name` is in
// lower case.
[[nodiscard]] bool is_office_name(std::string_view name, bool characters);

}  // namespace thresh::html
