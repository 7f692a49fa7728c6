#include "tests/generate/images.h"

namespace thresh::generate {
namespace {

std::string big_endian(unsigned value, int width) {
  std::string out;
  for (int i = width - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 255);
  return out;
}
std::string little_endian(unsigned value) {
  return {static_cast<char>(value & 255), static_cast<char>(value >> 8 & 255)};
}

}  // namespace

Attachment image(const std::string& type, unsigned width, unsigned height) {
  std::string bytes;
  if (type == "png") {
    bytes = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + big_endian(width, 4) + big_endian(height, 4) +
            std::string("\x08\x02\0\0\0", 5) + "crc.";
    // A size that Perl's reader finds by walking chunks needs an end.
    bytes += std::string("\0\0\0\0IEND\xae\x42\x60\x82", 12);
  } else if (type == "gif") {
    bytes = "GIF89a" + little_endian(width) + little_endian(height) +
            std::string("\x80\0\0\xff\xff\xff\0\0\0", 9) + ',' + std::string("\0\0\0\0", 4) +
            little_endian(width) + little_endian(height) + std::string("\0\x02\x02\x44\x01\0;", 7);
  } else {
    bytes = std::string("\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0", 20) +
            std::string("\xff\xc0\0\x11\x08", 5) + big_endian(height, 2) + big_endian(width, 2) +
            std::string("\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9", 12);
  }
  return {{{"Content-Type", "image/" + type + "; name=\"picture." + type + '"'},
           {"Content-Transfer-Encoding", "base64"}},
          base64(bytes)};
}

}  // namespace thresh::generate
