// The three replacements of Mail::SpamAssassin::HTML::parse (see html_source.h).
#include "engine/message/html_source.h"

#include <algorithm>
#include <cstring>

#include "engine/message/html_characters.h"
#include "engine/message/html_tokenizer.h"

namespace thresh::html {
namespace {

using std::size_t;
using std::string_view;

const char* find_byte(const char* from, const char* end, char c) {
  const void* at = from < end ? std::memchr(from, c, static_cast<size_t>(end - from)) : nullptr;
  return at != nullptr ? static_cast<const char*>(at) : end;
}

// s/&nbsp;/ /g and, in characters, s/[\x{201C}\x{201D}]/"/g.
char* copy_plain(string_view html, bool characters, char* to) {
  constexpr string_view kSpace = "&nbsp;";
  const char* from = html.data();
  const char* const end = from + html.size();
  const char* ampersand = find_byte(from, end, '&');
  const char* quote = characters ? find_byte(from, end, '\xE2') : end;
  while (true) {
    const char* const next = std::min(ampersand, quote);
    if (next > from) std::memcpy(to, from, static_cast<size_t>(next - from));
    to += next - from;
    from = next;
    if (from == end) return to;
    const string_view rest(from, static_cast<size_t>(end - from));
    if (from == ampersand) {
      if (rest.starts_with(kSpace)) {
        *to++ = ' ';
        from += kSpace.size();
      } else {
        *to++ = *from++;
      }
      ampersand = find_byte(from, end, '&');
    } else {
      if (rest.starts_with("\xE2\x80\x9C") || rest.starts_with("\xE2\x80\x9D")) {
        *to++ = '"';
        from += 3;
      } else {
        *to++ = *from++;
      }
      quote = find_byte(from, end, '\xE2');
    }
  }
}

// s/<(\w+)\s*\/>/<$1>/g, in place. Each "/>" is looked at from behind; what it can take back ends at the next
// > or /.
char* open_empty_tags(char* begin, char* end, bool characters) {
  const string_view text(begin, static_cast<size_t>(end - begin));
  char* to = begin;
  const char* kept = begin;  // from here on nothing is moved yet
  const auto keep = [&](const char* until) {
    const auto size = static_cast<size_t>(until - kept);
    if (to != kept) std::memmove(to, kept, size);
    to += size;
    kept = until;
  };
  for (const char* slash = find_byte(begin, end, '/'); slash < end; slash = find_byte(slash + 1, end, '/')) {
    if (slash + 1 == end || slash[1] != '>') continue;
    const string_view before = text.substr(0, static_cast<size_t>(slash - begin));
    size_t name_end = before.size();
    for (Character c = character_before(before, name_end); c.size != 0 && is_space(c.value, characters);
         c = character_before(before, name_end))
      name_end -= c.size;
    size_t name = name_end;
    for (Character c = character_before(before, name); c.size != 0 && is_word(c.value, characters);
         c = character_before(before, name))
      name -= c.size;
    if (name == name_end || name == 0 || before[name - 1] != '<') continue;
    keep(begin + name_end);
    kept = slash + 1;
  }
  if (kept == begin) return end;
  keep(end);
  return to;
}

}  // namespace

std::span<char> prepare_html(string_view html, bool characters, Arena& arena) {
  char* const begin = arena.bytes(html.size() + 1 + HtmlTokenizer::kSlack) + 1;
  begin[-1] = '\0';
  char* end = copy_plain(html, characters, begin);
  end = open_empty_tags(begin, end, characters);
  std::memset(end, 0, HtmlTokenizer::kSlack);
  return {begin, end};
}

}  // namespace thresh::html
