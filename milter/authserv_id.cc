#include "milter/authserv_id.h"

#include "engine/base/ascii.h"

namespace thresh::milter {
namespace {

// RFC 5322 CFWS. An unclosed comment reaches to the end.
void skip_cfws(std::string_view& s) {
  while (!s.empty()) {
    if (ascii::is_space(s.front())) {
      s.remove_prefix(1);
      continue;
    }
    if (s.front() != '(') return;
    std::size_t depth = 0, i = 0;
    for (; i < s.size(); ++i) {
      if (s[i] == '\\')
        ++i;
      else if (s[i] == '(')
        ++depth;
      else if (s[i] == ')' && --depth == 0)
        break;
    }
    s.remove_prefix(i < s.size() ? i + 1 : s.size());
  }
}

// RFC 2045 token, with the bytes of internationalized names (RFC 8616).
bool is_token(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f &&
         std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

}  // namespace

std::optional<std::string> authserv_id_of(std::string_view s) {
  skip_cfws(s);
  std::string id;
  if (!s.empty() && s.front() == '"') {
    s.remove_prefix(1);
    while (!s.empty() && s.front() != '"') {
      if (s.front() == '\\' && s.size() > 1) s.remove_prefix(1);
      if (s.front() != '\r' && s.front() != '\n') id += ascii::to_lower(s.front());
      s.remove_prefix(1);
    }
  } else {
    while (!s.empty() && is_token(s.front())) {
      id += ascii::to_lower(s.front());
      s.remove_prefix(1);
    }
  }
  // A name in another form than its owner writes it: mail.example.org. and [mail.example.org] are no reason
  // to believe a stranger.
  while (id.ends_with('.')) id.pop_back();
  if (id.empty()) return std::nullopt;
  return id;
}

}  // namespace thresh::milter
