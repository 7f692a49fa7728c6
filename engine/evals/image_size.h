// Width and height out of the first bytes of GIF, PNG and JPEG, as Mail::SpamAssassin::Plugin::ImageInfo
// reads them from attachments. Takes any bytes; never reads beyond them; linear in their number.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace thresh {

struct ImageSize {
  std::uint64_t width = 0, height = 0;  // both above 0
};

// nullopt: not such an image, cut off before its size, or a size of 0.
[[nodiscard]] std::optional<ImageSize> gif_size(std::string_view bytes);
[[nodiscard]] std::optional<ImageSize> png_size(std::string_view bytes);
[[nodiscard]] std::optional<ImageSize> jpeg_size(std::string_view bytes);

}  // namespace thresh
