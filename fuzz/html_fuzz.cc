// HTML to text with any bytes: no crash, no overrun, texts and lengths that fit together.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/message/html.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  thresh::Arena arena(1024);  // large texts get chunks of their own, whose ends the sanitizer watches
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  for (const bool characters : {false, true}) {
    const thresh::RenderedHtml rendered = thresh::render_html(html, size, arena, characters);
    if (rendered.visible.size() + rendered.invisible.size() != rendered.text.size()) std::abort();
    if (rendered.text.size() > size + 2) std::abort();
    if (rendered.results->non_space_len > rendered.results->html_length) std::abort();
    for (const thresh::HtmlUri& uri : rendered.results->uris)
      for (const std::string_view text : uri.anchor_text)
        if (text.size() > 2 * size) std::abort();
  }
  return 0;
}
