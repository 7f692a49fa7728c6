// URIs that HTML carries: trimmed, made absolute against <base> (RFC 3986 with the turns of SpamAssassin's
// own resolver), kept once each with the tags they come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/html.h"
#include "engine/message/html_attributes.h"
#include "engine/message/html_tags.h"

namespace thresh::html {

// Bytes of URIs that a <base> may lengthen in one document. SpamAssassin has no such bound: "<a href=1>" can
// be made 8 KB by a long base, a thousandfold, so that 1 MB of HTML would fill memory. What comes after
// counts as truncated.
inline constexpr std::size_t kResolvedBytes = std::size_t{16} << 20;

// canon_uri: no white space around it, at most limits::uri_length characters; `truncated` becomes true where
// it was cut.
[[nodiscard]] HtmlText canonical_uri(HtmlText uri, bool& truncated);

// target_uri: `reference` as seen from `base` (empty: none), written into `to`. `merged` is room to work in.
void resolve_uri(HtmlText base, HtmlText reference, std::pmr::string& to, std::pmr::string& merged);

class HtmlUriCollector {
 public:
  HtmlUriCollector(HtmlResults& results, Arena& arena);

  // html_uri: a start tag. Repairs its href or src where it is misspelt.
  void start_tag(Tag tag, TagAttributes& attributes);
  // An <a>: its canonical href has one more anchor text. Gives the number of the URI in results.uris.
  [[nodiscard]] std::size_t open_anchor(TagAttributes& attributes);

 private:
  void push(Tag tag, HtmlText uri);
  void push_attribute(Tag tag, TagAttributes& attributes, AttributeName name);
  void set_base(TagAttributes& attributes);
  void push_refresh(TagAttributes& attributes);
  std::size_t entry(HtmlText uri);

  HtmlResults& results_;
  Arena& arena_;
  std::pmr::map<std::string_view, std::uint32_t> places_;
  std::pmr::string resolved_, merged_;
  HtmlText base_;
  std::size_t resolved_bytes_ = 0;
};

}  // namespace thresh::html
