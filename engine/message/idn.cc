#include "engine/message/idn.h"

#include <algorithm>

namespace thresh {

std::string_view idn_to_ascii(std::string_view name, Arena& arena) {
  if (std::ranges::none_of(name, ascii::is_upper)) return name;
  char* to = arena.bytes(name.size());
  std::ranges::transform(name, to, ascii::to_lower);
  return {to, name.size()};
}

}  // namespace thresh
