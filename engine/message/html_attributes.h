// The attributes of one start tag that anyone asks for. The first of several with the same name counts;
// entities are replaced on first use. Others are not kept, so that a tag of a million attributes costs no
// memory.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "engine/message/html_characters.h"

namespace thresh::html {

// The value lies in the document itself and changes there when its entities are replaced.
struct HtmlAttribute {
  std::string_view name;  // as written
  char* value = nullptr;  // without quotes; of <a href> it is the name
  char* value_end = nullptr;
  bool decoded = false;     // entities are replaced
  bool characters = false;  // see HtmlText
};

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
  // `characters`: what the document is.
  TagAttributes(bool characters, std::pmr::memory_resource* memory)
      : characters_(characters), slashed_(memory) {}

  // A new tag begins.
  void clear();
  // Its next attribute.
  void add(HtmlAttribute attribute);

  [[nodiscard]] bool has(AttributeName name) const { return present_[index(name)]; }
  // The value with its entities replaced; empty when absent.
  [[nodiscard]] HtmlText get(AttributeName name);
  // The attribute itself; only where has() says so.
  [[nodiscard]] HtmlAttribute& at(AttributeName name) { return found_[index(name)]; }

  // Broken tags such as <a foo/href=...>: an attribute whose name has a word character and then `ending`
  // ("/href") in it stands for `name`; the last by name of several, as SpamAssassin leaves the order to
  // chance.
  void take_misspelt(AttributeName name, std::string_view ending);

 private:
  static constexpr std::size_t kNames = static_cast<std::size_t>(AttributeName::none);
  static constexpr std::size_t index(AttributeName name) { return static_cast<std::size_t>(name); }

  bool characters_;
  std::bitset<kNames> present_;
  std::array<HtmlAttribute, kNames> found_;
  std::pmr::vector<HtmlAttribute> slashed_;  // names that may be misspelt
};

}  // namespace thresh::html
