// The last guess at a charset: Mozilla's detector as libuchardet carries it on, its names as Encode::Detect
// gives them.
#include <uchardet/uchardet.h>

#include <memory>

#include "engine/message/encoding.h"

namespace thresh {

std::string_view detect_charset(std::string_view bytes, Arena& arena) {
  const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(), uchardet_delete);
  if (uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return {};
  uchardet_data_end(detector.get());
  return arena.copy(uchardet_get_charset(detector.get()));
}

}  // namespace thresh
