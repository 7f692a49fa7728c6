// Putting rendered text together (see html_text.h).
#include "engine/message/html_text.h"

#include <array>
#include <cstring>

#include "engine/base/ascii.h"

namespace thresh::html {
namespace {

using std::size_t;
using std::string_view;

// A non-breaking space whose UTF-8 was read as two characters.
constexpr string_view kMisreadSpace = "\xC3\x82\xC2\xA0";

// Bytes that add_text has to look at: white space, and the first of kMisreadSpace.
constexpr auto make_special() {
  std::array<bool, 256> special{};
  for (const char c : {' ', '\t', '\n', '\r', '\f', '\v'}) special[static_cast<unsigned char>(c)] = true;
  special[0xC3] = true;
  return special;
}
constexpr auto kSpecial = make_special();

// Part of a word for the tests of seams: no white space, no ASCII punctuation.
bool is_part(char32_t c, bool characters) {
  if (c < 0x80)
    return !is_space(c, characters) && (c < 0x21 || c > 0x7E || ascii::is_alnum(static_cast<char>(c)));
  return !is_space(c, characters);
}

constexpr size_t kLongestPart = 7;

// /\b([part]{1,7})\z/: its length, 0 for none. Of several the longest.
size_t part_at_end(HtmlText text) {
  size_t length = 0;
  size_t at = text.text.size();
  for (size_t n = 1; n <= kLongestPart; ++n) {
    const Character c = character_before(text.text, at);
    if (c.size == 0 || !is_part(c.value, text.characters)) break;
    at -= c.size;
    const Character before = character_before(text.text, at);
    const bool word_before = before.size != 0 && is_word(before.value, text.characters);
    if (word_before != is_word(c.value, text.characters)) length = n;
  }
  return length;
}

// /^([part]{1,7})\b/: likewise at the start.
size_t part_at_start(HtmlText text) {
  size_t length = 0;
  size_t at = 0;
  for (size_t n = 1; n <= kLongestPart; ++n) {
    const Character c = character_at(text.text, at);
    if (c.size == 0 || !is_part(c.value, text.characters)) break;
    at += c.size;
    const Character after = character_at(text.text, at);
    const bool word_after = after.size != 0 && is_word(after.value, text.characters);
    if (word_after != is_word(c.value, text.characters)) length = n;
  }
  return length;
}

}  // namespace

bool is_blank(string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (ascii::is_space(text[at])) continue;
    if (!text.substr(at).starts_with(kMisreadSpace)) return false;
    at += kMisreadSpace.size() - 1;
  }
  return true;
}

void RenderedText::Output::append(string_view text, bool text_characters) {
  if (!text.empty()) std::memcpy(end, text.data(), text.size());
  end += text.size();
  characters = characters || text_characters;
}

RenderedText::RenderedText(size_t capacity, Arena& arena) : arena_(arena), capacity_(capacity) {
  all_.begin = all_.end = arena_.bytes(capacity_);
}

void RenderedText::split() {
  split_ = true;
  visible_.begin = visible_.end = arena_.bytes(capacity_);
  visible_.append(all_.view(), all_.characters);
  invisible_.begin = invisible_.end = arena_.bytes(capacity_);
}

void RenderedText::add_space(string_view space) {
  if (any_ && !last_is_space_ && !last_is_invisible_ && all_.end > last_ && all_.end[-1] == ' ') {
    --all_.end;
    if (split_) --visible_.end;
  }
  any_ = true;
  last_ = all_.end;
  last_characters_ = false;
  last_is_space_ = true;
  last_is_invisible_ = false;
  all_.append(space, false);
  if (split_) visible_.append(space, false);
}

void RenderedText::add_text(HtmlText text, bool visible) {
  if (!visible && !split_) split();
  bool drop_space = any_ && last_is_space_ && visible;
  char* to = all_.end;
  const char* from = text.text.data();
  const char* const end = from + text.text.size();
  while (from < end) {
    const char* const plain = from;
    while (from < end && !kSpecial[static_cast<unsigned char>(*from)]) ++from;
    if (from > plain) {
      std::memcpy(to, plain, static_cast<size_t>(from - plain));
      to += from - plain;
      drop_space = false;
    }
    if (from == end) break;
    if (ascii::is_space(*from)) {
      while (from < end && ascii::is_space(*from)) ++from;
    } else if (string_view(from, static_cast<size_t>(end - from)).starts_with(kMisreadSpace)) {
      from += kMisreadSpace.size();
    } else {
      *to++ = *from++;
      drop_space = false;
      continue;
    }
    if (!drop_space) *to++ = ' ';
    drop_space = false;
  }
  any_ = true;
  last_ = all_.end;
  last_characters_ = text.characters;
  last_is_space_ = false;
  last_is_invisible_ = !visible;
  all_.end = to;
  all_.characters = all_.characters || text.characters;
  if (split_)
    (visible ? visible_ : invisible_).append({last_, static_cast<size_t>(to - last_)}, text.characters);
}

void RenderedText::note_seam(HtmlText text) {
  if (!any_) return;
  const HtmlText last{{last_, static_cast<size_t>(all_.end - last_)}, last_characters_};
  const Character end = character_before(last.text, last.text.size());
  if (end.size == 0 || !is_part(end.value, last.characters)) return;
  const Character start = character_at(text.text, 0);
  if (start.size == 0 || !is_part(start.value, text.characters)) return;
  ++obfuscations_;
  const size_t before = part_at_end(last);
  if (before == 0) return;
  const size_t after = part_at_start(text);
  if (after != 0) backhairs_.set((before - 1) * kLongestPart + after - 1);
}

}  // namespace thresh::html
