#include "engine/evals/characters.h"

#include "engine/message/perl_text.h"

namespace thresh {

std::string_view narrow(std::string_view text, Arena& arena) {
  if (perl::is_ascii(text)) return text;
  constexpr char beyond = '\x9d';
  char* const out = arena.bytes(text.size());
  std::size_t length = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = perl::next_character(text, at);
    out[length++] = c <= 0xff ? static_cast<char>(c) : beyond;
  }
  arena.shrink_last(out, text.size(), length);
  return {out, length};
}

bool matches_characters(const Regex& pattern, std::string_view text, Arena& arena, RegexScratch& scratch) {
  return pattern.matches(narrow(text, arena), scratch);
}

}  // namespace thresh
