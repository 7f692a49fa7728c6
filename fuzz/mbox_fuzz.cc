// Any bytes as an mbox: offsets that rise, stand behind line ends and name `From ` lines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "corpus/mail_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto offsets = thresh::mbox_offsets(text);
  if (offsets.empty() || offsets[0] != 0) std::abort();
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] <= offsets[i - 1] || offsets[i] >= size || text[offsets[i] - 1] != '\n') std::abort();
    if (!text.substr(offsets[i]).starts_with("From ")) std::abort();
  }
  static_cast<void>(thresh::is_mbox_from_line(text));
  return 0;
}
