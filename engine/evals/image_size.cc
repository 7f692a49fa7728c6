#include "engine/evals/image_size.h"

#include <algorithm>

namespace thresh {
namespace {

using namespace std::string_view_literals;

std::uint64_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | byte_at(bytes, at + i);
  return value;
}

std::optional<ImageSize> size_unless_empty(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0) return std::nullopt;
  return ImageSize{width, height};
}

// SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC): the markers of frame headers.
bool is_frame_header(std::uint64_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

}  // namespace

// Where a header is cut off, Perl's unpack leaves a number out that has too few bytes and gives the next byte
// to the field behind it: so a single byte can stand for what should be two or four.

std::optional<ImageSize> gif_size(std::string_view bytes) {
  constexpr std::size_t signature = 6;
  if (!bytes.starts_with("GIF87a") && !bytes.starts_with("GIF89a")) return std::nullopt;
  const std::string_view header = bytes.substr(signature);
  if (header.size() < 3) return std::nullopt;
  const std::uint64_t width = byte_at(header, 0) | byte_at(header, 1) << 8;
  if (header.size() == 3) return size_unless_empty(width, byte_at(header, 2));
  return size_unless_empty(width, byte_at(header, 2) | byte_at(header, 3) << 8);
}

std::optional<ImageSize> png_size(std::string_view bytes) {
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return std::nullopt;
  // ImageInfo does not step over what chunks hold: it looks at every eighth byte for a chunk's head.
  constexpr std::size_t step = 8;
  for (std::size_t at = step; at + step <= bytes.size(); at += step) {
    const std::string_view type = bytes.substr(at + 4, 4);
    if (type == "IEND") break;
    if (type != "IHDR" || big_endian(bytes, at, 4) != 13) continue;
    // 13 bytes and the checksum; the last four of what is there are taken for the checksum.
    std::string_view header = bytes.substr(at + step, 17);
    header.remove_suffix(std::min<std::size_t>(4, header.size()));
    if (header.size() >= 8) return size_unless_empty(big_endian(header, 0, 4), big_endian(header, 4, 4));
    if (header.size() >= 5) return size_unless_empty(big_endian(header, 0, 4), byte_at(header, 4));
    if (header.size() == 4 || header.size() < 2) break;
    return size_unless_empty(byte_at(header, 0), byte_at(header, 1));
  }
  return std::nullopt;
}

std::optional<ImageSize> jpeg_size(std::string_view bytes) {
  if (!bytes.starts_with("\xff\xd8"sv)) return std::nullopt;
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    const std::uint64_t marker = byte_at(bytes, at + 1);
    const std::uint64_t length = big_endian(bytes, at + 2, 2);
    // Start of scan and end of image: no frame header follows.
    if (byte_at(bytes, at) != 0xff || marker == 0xda || marker == 0xd9 || length < 2) break;
    at += 4;
    const std::string_view block = bytes.substr(at, length - 2);
    if (is_frame_header(marker)) {
      if (block.size() < 4) break;
      if (block.size() == 4) return size_unless_empty(byte_at(block, 3), big_endian(block, 1, 2));
      return size_unless_empty(big_endian(block, 3, 2), big_endian(block, 1, 2));
    }
    at += block.size();
  }
  return std::nullopt;
}

}  // namespace thresh
