// The text that a reader of the HTML sees, put together piece by piece (Mail::SpamAssassin::HTML's
// display_text), and what the seams between the pieces tell (obfuscation, backhair).
#pragma once

#include <bitset>
#include <cstddef>
#include <memory_resource>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/message/html_characters.h"

namespace thresh::html {

class RenderedText {
 public:
  // `capacity`: bytes that all pieces together have at most.
  RenderedText(std::size_t capacity, Arena& arena);

  // White space that a tag stands for. Takes one space off the end of visible text before it.
  void add_space(std::string_view space);
  // Text: each run of white space becomes one space; none at the start when the piece before is white space
  // and `visible`.
  void add_text(HtmlText text, bool visible);
  // Counts what parts words where no space is: call with each text before it is added.
  void note_seam(HtmlText text);

  [[nodiscard]] HtmlText all() const { return {all_.view(), all_.characters}; }
  [[nodiscard]] HtmlText visible() const {
    return split_ ? HtmlText{visible_.view(), visible_.characters} : all();
  }
  [[nodiscard]] HtmlText invisible() const { return {invisible_.view(), invisible_.characters}; }
  // Texts that go on with a letter where the text before ended with one.
  [[nodiscard]] std::size_t obfuscations() const { return obfuscations_; }
  // Different pairs of lengths of the parts of words so parted, each at most 7 letters.
  [[nodiscard]] std::size_t backhairs() const { return backhairs_.count(); }

 private:
  struct Output {
    char* begin = nullptr;
    char* end = nullptr;
    bool characters = false;
    [[nodiscard]] std::string_view view() const { return {begin, static_cast<std::size_t>(end - begin)}; }
    void append(std::string_view text, bool text_characters);
  };
  void split();

  Arena& arena_;
  std::size_t capacity_;
  Output all_, visible_, invisible_;  // the latter two only once something is invisible
  bool split_ = false;
  // The latest piece.
  bool any_ = false;
  char* last_ = nullptr;
  bool last_characters_ = false, last_is_space_ = false, last_is_invisible_ = false;
  std::size_t obfuscations_ = 0;
  std::bitset<64> backhairs_;
};

// True for nothing but white space (that of ASCII, and U+00C2 U+00A0, a non-breaking space decoded wrongly).
[[nodiscard]] bool is_blank(std::string_view text);

}  // namespace thresh::html
