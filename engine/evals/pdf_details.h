// What Mail::SpamAssassin::Plugin::PDFInfo reads out of a PDF without decoding its streams: images with their
// sizes, URIs, properties, digests of the file and of its beginning. Takes any bytes; work is linear in their
// number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thresh {

struct PdfDetails {
  std::string version;  // "1.4"
  double images = 0;
  double pixels = 0;                    // of all images
  std::vector<std::string> dimensions;  // "HEIGHTxWIDTH" as written; last the sums of both
  bool encrypted = false;
  std::vector<std::string> uris;  // at most 20, each once
  // "author", "creator", "created", "modified", "producer", "title" with their values, in the order found.
  struct Property {
    std::string_view name;
    std::string value;
  };
  std::vector<Property> properties;
  // Upper case hexadecimal; empty where there was nothing to digest.
  std::string md5, fuzzy_md5, tags_md5;
};

// False when `data` is no PDF: no "%PDF-1.4" in its first KiB.
[[nodiscard]] bool read_pdf(std::string_view data, PdfDetails& details);

// A PDF string as it stands in the file, (...) or <...>, as text: at most 256 bytes (PDFInfo::_parse_string).
[[nodiscard]] std::string pdf_string(std::string_view written);

}  // namespace thresh
