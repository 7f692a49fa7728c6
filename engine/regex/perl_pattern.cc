// Takes the delimiters off a pattern as it stands in a rule file (Mail::SpamAssassin::Util::compile_regexp).
#include <string>

#include "engine/base/ascii.h"
#include "engine/regex/regex.h"

namespace thresh {
namespace {

// Perl would run code from the pattern.
bool has_code_block(std::string_view pattern) {
  return pattern.find("(?{") != std::string_view::npos || pattern.find("(??{") != std::string_view::npos;
}

bool is_unescaped_in(char delimiter, std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == delimiter) return true;
    if (pattern[i] == '\\') ++i;
  }
  return false;
}

}  // namespace

Result<PerlPattern> parse_delimited(std::string_view text) {
  char end = 0;
  if (text.starts_with('/')) {
    end = '/';
    text.remove_prefix(1);
  } else {
    std::string_view rest = text;
    if (rest.starts_with("qr"))
      rest.remove_prefix(2);
    else if (rest.starts_with('m'))
      rest.remove_prefix(1);
    else
      return fail("missing regexp delimiters", {}, "write /PATTERN/ or m{PATTERN}");
    if (rest.empty() || ascii::is_word(rest.front()))
      return fail("missing regexp delimiters", {}, "write /PATTERN/ or m{PATTERN}");
    switch (rest.front()) {
      case '{':
        end = '}';
        break;
      case '(':
        end = ')';
        break;
      case '<':
        end = '>';
        break;
      case '[':
        end = ']';
        break;
      case '\\':
        return fail("backslash delimiter not allowed");
      default:
        end = rest.front();
    }
    text = rest.substr(1);
  }
  const std::size_t at = text.rfind(end);
  if (at == std::string_view::npos) return fail("invalid end delimiter/mods");
  const std::string_view modifiers = text.substr(at + 1);
  for (char c : modifiers)
    if (!ascii::is_lower(c) || c == 'e') return fail("invalid end delimiter/mods");
  const std::string_view pattern = text.substr(0, at);
  if (has_code_block(pattern)) return fail("eval (?{}) found");
  if (end != '}' && end != ')' && end != ']' && is_unescaped_in(end, pattern))
    return fail(std::string("unquoted delimiter '") + end + "' found");
  return PerlPattern{std::string(pattern), std::string(modifiers)};
}

}  // namespace thresh
