// The attributes of one start tag that anyone asks for. The first of several with the same name counts;
// entities are replaced on first use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/message/html_characters.h"
#include "engine/message/html_tokenizer.h"

namespace thresh::html {

enum class AttributeName : std::uint8_t {
  action,
  alink,
  background,
  bgcolor,
  color,
  content,
  data_saferedirecturl,
  face,
  height,
  href,
  http_equiv,
  link,
  size,
  src,
  style,
  text,
  vlink,
  width,
  none,
};

class TagAttributes {
 public:
  // Looks through a tag. Its text must stay until the next assign() and may change in place. `characters`:
  // what the document is.
  void assign(std::span<HtmlAttribute> attributes, bool characters);

  [[nodiscard]] bool has(AttributeName name) const { return found_[index(name)] != nullptr; }
  // The value with its entities replaced; empty when absent.
  [[nodiscard]] HtmlText get(AttributeName name);
  [[nodiscard]] HtmlAttribute* find(AttributeName name) const { return found_[index(name)]; }
  // Lets another attribute of the tag stand for `name`.
  void set(AttributeName name, HtmlAttribute* attribute) { found_[index(name)] = attribute; }

  // Broken tags such as <a foo/href=...>: the value of the attribute whose name has a word character and then
  // `ending`
  // ("/href") in it; the last by name of several, as the order that SpamAssassin leaves to chance. Null when
  // there is none.
  [[nodiscard]] HtmlAttribute* find_misspelt(std::string_view ending);
  // The value of any attribute, its entities replaced.
  [[nodiscard]] HtmlText value_of(HtmlAttribute& attribute) const;

 private:
  static constexpr std::size_t kNames = static_cast<std::size_t>(AttributeName::none);
  static constexpr std::size_t index(AttributeName name) { return static_cast<std::size_t>(name); }

  std::span<HtmlAttribute> attributes_;
  std::array<HtmlAttribute*, kNames> found_{};
  bool characters_ = false;
  bool has_slash_ = false;
};

}  // namespace thresh::html
