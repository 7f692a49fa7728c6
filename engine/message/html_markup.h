// Classes of bytes inside HTML markup, as HTML::Parser has them.
#pragma once

#include "engine/base/ascii.h"

namespace thresh::html {

// Begins the name of a tag: <a, <_a, <:a.
constexpr bool is_name_first(char c) {
  return ascii::is_alpha(c) || c == '_' || c == ':';
}
// Goes on in a name of SGML (declarations, marked sections).
constexpr bool is_name_char(char c) {
  return is_name_first(c) || ascii::is_digit(c) || c == '-' || c == '.';
}
// Goes on in a tag name, an attribute's unquoted value.
constexpr bool is_not_space_gt(char c) {
  return !ascii::is_space(c) && c != '>';
}
// Goes on in an attribute's name.
constexpr bool is_not_space_eq_gt(char c) {
  return is_not_space_gt(c) && c != '=';
}

}  // namespace thresh::html
