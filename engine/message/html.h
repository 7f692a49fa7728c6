// HTML to text, as Mail::SpamAssassin::HTML does it on top of HTML::Parser 3.81: what a mail reader would
// show, and what the tests ask about (tags, sizes, colours, hidden text, links and their text).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"

namespace thresh {

// A URI found in HTML (an entry of {uri_detail}): the tag types it was seen in ("a", "img", ...) and the
// anchors' texts. There may be entries without types: the anchors' texts are kept under href as written, the
// types under the absolute URI. An <a> without href is the entry of the empty URI.
struct HtmlUri {
  std::string_view uri;
  std::pmr::vector<std::string_view> types;
  std::pmr::vector<std::string_view> anchor_text;
  bool characters = false;  // Perl's utf8 flag of the URI; where false, U+00E9 is the one byte E9 there
};

// A named counter or number of get_results(): what $pms->{html}{NAME} is.
struct NamedNumber {
  std::string_view name;
  double value;
};

// {results} of the parser, plus what Node::rendered adds. Views live in the arena given to render_html.
//
// `numbers` has these names, each only where SpamAssassin has it: html, length, image_area, min_size,
// max_size, closed_extra_ratio, bad_tag_ratio, non_element_ratio, obfuscation_ratio, backhair_count,
// font_low_contrast, font_invalid_color, font_face_bad, form_action_mailto, embeds, html_length,
// non_space_len, ratio.
//
// The arrays and the hash count as true for html_test() where `complete` is set and they are not empty; {uri}
// does so wherever `complete` is set.
struct HtmlResults {
  explicit HtmlResults(std::pmr::memory_resource* memory);

  std::pmr::vector<HtmlUri> uris;  // {uri_detail}, in the order of the document; each URI once
  bool uri_truncated = false;
  std::pmr::vector<std::string_view> anchors;   // {anchor}: text of each <a>
  std::pmr::vector<std::string_view> titles;    // {title}
  std::pmr::vector<std::string_view> scripts;   // {script}
  std::pmr::vector<std::string_view> comments;  // {comment}, with <!-- and -->
  std::string_view charsets;             // {charsets}: always empty, SpamAssassin collects but never gives it
  std::pmr::vector<NamedNumber> inside;  // {inside}{TAG}: balance of open and close tags
  std::pmr::vector<NamedNumber>
      numbers;  // every other scalar: length, image_area, max_size, closed_html, ...
  // {html_length}, {non_space_len}, {ratio} as Node::rendered computes them.
  std::size_t html_length = 0;
  std::size_t non_space_len = 0;
  double ratio = 0;
  // The document was read to its end. Where it was not (SpamAssassin's reading dies at a style "background:
  // ", and the end is not seen inside <![IGNORE[) there is text, but no arrays, no {inside}, and of the
  // numbers only html, those of fonts, form_action_mailto, embeds and those of Node::rendered.
  bool complete = false;
  // The document is a string of characters (see RenderedHtml::text_is_characters).
  bool characters = false;

  [[nodiscard]] bool has_inside(std::string_view tag) const;
  // 0 when absent.
  [[nodiscard]] double inside_tag(std::string_view tag) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] bool has_number(std::string_view name) const;
};

// All texts are UTF-8. `..._is_characters` is Perl's utf8 flag of the string that SpamAssassin has there.
// Where it is false, nothing is above U+00FF and Perl holds octets: \s and \w know only ASCII, and
// Message.pm, which encodes only strings of characters, takes U+00E9 (from &eacute; in a document of pure
// ASCII) for the one byte E9. A body is characters as soon as one of the texts in it is.
struct RenderedHtml {
  std::string_view text;       // get_rendered_text()
  std::string_view visible;    // get_rendered_text(invisible => 0)
  std::string_view invisible;  // get_rendered_text(invisible => 1)
  bool text_is_characters = false;
  bool visible_is_characters = false;
  bool invisible_is_characters = false;
  HtmlResults* results = nullptr;
};

// `html`: UTF-8 (code points beyond Unicode's rules may occur and pass through). `source_size`: bytes of the
// part before charset decoding, for the ratio. `characters`: _normalize() decoded it; by default it did where
// anything is above U+007F, which is right unless the text is pure ASCII and its charset is one that
// _normalize() decodes nevertheless (ISO-2022-JP, GB2312, ...). Never fails; the bound on URIs is in
// html_uri.h. Linear in the size of `html`.
[[nodiscard]] RenderedHtml render_html(std::string_view html, std::size_t source_size, Arena& arena,
                                       std::optional<bool> characters = std::nullopt);

}  // namespace thresh
