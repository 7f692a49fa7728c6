#include "engine/base/version.h"

namespace thresh {

std::string_view version() {
  return THRESH_VERSION;
}

}  // namespace thresh
