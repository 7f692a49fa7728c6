// HTML to text, as Mail::SpamAssassin::HTML does it on top of HTML::Parser 3.81: what a mail reader would show, and
// what the tests ask about (tags, sizes, colours, hidden text, links and their text).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"

namespace thresh {

// A URI found in HTML (HTML::push_uri): the tag types it was seen in ("a", "img", ...) and the anchors' texts.
struct HtmlUri {
  std::string_view uri;
  std::pmr::vector<std::string_view> types;
  std::pmr::vector<std::string_view> anchor_text;
};

// A named counter or number of get_results(): what $pms->{html}{NAME} is.
struct NamedNumber {
  std::string_view name;
  double value;
};

// {results} of the parser, plus what Node::rendered adds. Views live in the arena given to render_html.
struct HtmlResults {
  explicit HtmlResults(std::pmr::memory_resource* memory);

  std::pmr::vector<HtmlUri> uris;
  bool uri_truncated = false;
  std::pmr::vector<std::string_view> anchors;  // {anchor}: text of each <a>
  std::pmr::vector<std::string_view> titles;   // {title}
  std::pmr::vector<std::string_view> scripts;  // {script}
  std::pmr::vector<std::string_view> comments; // {comment}
  std::string_view charsets;                   // {charsets}
  std::pmr::vector<NamedNumber> inside;        // {inside}{TAG}: balance of open and close tags
  std::pmr::vector<NamedNumber> numbers;       // every other scalar: length, image_area, max_size, closed_html, ...
  // {html_length}, {non_space_len}, {ratio} as Node::rendered computes them.
  std::size_t html_length = 0;
  std::size_t non_space_len = 0;
  double ratio = 0;

  // 0 when absent.
  [[nodiscard]] double inside_tag(std::string_view tag) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] bool has_number(std::string_view name) const;
};

struct RenderedHtml {
  std::string_view text;       // get_rendered_text()
  std::string_view visible;    // get_rendered_text(invisible => 0)
  std::string_view invisible;  // get_rendered_text(invisible => 1)
  HtmlResults* results = nullptr;
};

// `html`: UTF-8 (code points beyond Unicode's rules may occur and pass through). `source_size`: bytes of the part before
// charset decoding, for the ratio. Never fails; every bound is a constant in html.cc. Linear in the size of `html`.
[[nodiscard]] RenderedHtml render_html(std::string_view html, std::size_t source_size, Arena& arena);

}  // namespace thresh
