// \w above ASCII (see html_word_characters.cc).
#pragma once

namespace thresh::html {

// `c` is above U+007F.
[[nodiscard]] bool is_wide_word(char32_t c);

}  // namespace thresh::html
