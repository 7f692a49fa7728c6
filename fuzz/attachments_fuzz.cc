// What strangers attach: the readers of images and PDFs, of text for languages and stock labels, on any
// bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/evals/image_size.h"
#include "engine/evals/language_model.h"
#include "engine/evals/pdf_details.h"
#include "engine/evals/stock_labels.h"
#include "engine/regex/regex.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  using namespace std::string_view_literals;
  static const LanguageModels models = LanguageModels::parse("a\ne\n\0a\n0 en\ne\nn\n0 de\n"sv);
  static RegexScratch scratch;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& image : {gif_size(bytes), png_size(bytes), jpeg_size(bytes)})
    if (image && (image->width == 0 || image->height == 0)) std::abort();
  PdfDetails pdf;
  static_cast<void>(read_pdf(bytes, pdf));
  if (pdf.uris.size() > 20) std::abort();
  if (pdf_string(bytes).size() > 256) std::abort();
  Arena arena;
  if (count_stock_labels(bytes, arena, scratch) > size) std::abort();
  // Two thirds of the time would go into sorting the sequences of long texts, which all look alike to it.
  constexpr std::size_t classified = 300;
  if (models.classify(bytes.substr(0, classified), {}, {}).size() > 3) std::abort();
  return 0;
}
