// Which style text has as the tags open and close: colours, size, display and visibility, and whether a
// reader would see it (Mail::SpamAssassin::HTML's text_style, close_tag, close_table_tag,
// html_font_invisible).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "engine/message/html_attributes.h"
#include "engine/message/html_color.h"
#include "engine/message/html_tags.h"

namespace thresh::html {

// What html_font_invisible finds, and which result it leaves behind.
enum class FontSight : std::uint8_t { unknown, visible, hidden, low_contrast, invalid_color };

class HtmlStyles {
 public:
  explicit HtmlStyles(std::pmr::memory_resource* memory);

  // A start tag that changes style (TagInfo::style). False where SpamAssassin's own code dies and its reading
  // of the document ends: "background:" with nothing but a space.
  [[nodiscard]] bool open(Tag tag, TagAttributes& attributes);
  // An end tag.
  void close(Tag tag);
  // How text is seen that stands here.
  [[nodiscard]] FontSight sight();

  [[nodiscard]] double max_size() const { return max_size_; }
  [[nodiscard]] double min_size() const { return min_size_; }

 private:
  struct Style {
    double size;
    Color foreground;
    Color background;
    Tag tag;
    bool no_display;
    bool hidden;
    FontSight sight;
  };

  void push(const Style& style);
  void pop();
  void close_table(Tag tag);
  void set_size(Style& style, HtmlText value) const;
  void note_size(double size);
  Color read_color(HtmlText value);
  bool read_style(Style& style, HtmlText value);
  bool read_declaration(Style& style, HtmlText declaration);
  bool read_background(Style& style, HtmlText value);
  static FontSight look(const Style& style);

  std::pmr::vector<Style> styles_;  // never empty
  std::pmr::vector<char> lower_;    // a value in lower case
  std::pmr::vector<std::string_view> tokens_,
      layer_;                             // of a background: the layer being read, the one before it
  std::array<std::uint32_t, 64> open_{};  // how many of each tag stand in styles_
  double base_font_ = 3;
  double max_size_ = 3;
  double min_size_ = 3;
};

}  // namespace thresh::html
