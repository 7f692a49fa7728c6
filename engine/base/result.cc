#include "engine/base/result.h"

namespace thresh {

std::string Error::text() const {
  std::string out = where.empty() ? what : where + ": " + what;
  if (!remedy.empty()) out += " (" + remedy + ")";
  return out;
}

}  // namespace thresh
