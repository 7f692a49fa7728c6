// URIs of a message: found in rendered text as mail readers would link them (PerMsgStatus::_tbirdurire),
// taken from HTML, and spelled out: every redirector target and canonical form is its own URI
// (Util::uri_list_canonicalize).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/host_name.h"
#include "engine/message/html.h"
#include "engine/message/settings.h"
#include "engine/message/uri_canonical.h"
#include "engine/message/view_index.h"

namespace thresh {

// One entry of get_uri_detail_list; `uri` is the key (raw form). Sets hold no duplicates.
//
// Strings are bytes as Perl compares and matches them. What Perl holds as characters, some of them above
// U+00FF, is "wide" and stands here in UTF-8; a wide string is never the same as one of bytes, even where the
// bytes are equal (text and HTML with the same IDN link make two entries).
struct UriDetail {
  explicit UriDetail(std::pmr::memory_resource* memory);
  std::string_view uri;
  std::pmr::vector<std::string_view> types;  // "parsed", "a", "img", "unlinked", "schemeless", ...
  std::pmr::vector<std::string_view> anchor_text;
  std::pmr::vector<std::string_view> cleaned;  // canonical forms, the URI itself among them
  std::pmr::vector<std::string_view> domains;
  std::pmr::vector<std::pair<std::string_view, std::string_view>> hosts;  // host → domain
  bool wide = false;                                                      // of `uri`
  std::pmr::vector<bool> cleaned_wide;                                    // of each of `cleaned`
  [[nodiscard]] bool has_type(std::string_view type) const;
};

// Util::uri_list_canonicalize for one URI of bytes: all forms, without duplicates.
[[nodiscard]] std::vector<std::string> canonical_uris(std::string_view uri, const MessageSettings& settings);

// Builds the list of a message. Not thread-safe; one a message.
class UriList {
 public:
  UriList(const MessageSettings& settings, Arena& arena);
  // _process_text_uri_list over the body lines (the first is the subject).
  void add_text(std::span<const std::string_view> lines);
  // _process_html_uri_list for one HTML part. `ascii_source`: the HTML was plain ASCII, so that Perl held it
  // as bytes.
  void add_html(const HtmlResults& html, bool ascii_source = false);
  // _process_dkim_uri_list for one signature (value of DKIM-Signature or DomainKey-Signature); the setting
  // parse_dkim_uris is the caller's to ask.
  void add_signature(std::string_view value);
  // add_uri_detail_list; `anchor_text` may be empty, no types mean "parsed". True when the URI was taken.
  // Types "nocanon" and "noclean" do what they do there. `uri` and `types` need not outlive the call,
  // `anchor_text` must.
  bool add(std::string_view uri, std::span<const std::string_view> types, bool valid_domain_only,
           std::span<const std::string_view> anchor_text = {}, UriText kind = UriText::bytes);

  [[nodiscard]] std::span<const UriDetail> details() const { return details_; }
  // get_uri_list: the cleaned forms of all entries, each once.
  [[nodiscard]] std::pmr::vector<std::string_view> all_forms() const;
  [[nodiscard]] bool truncated() const { return truncated_ || canonicalizer_.truncated(); }
  [[nodiscard]] bool redirections_dropped() const { return canonicalizer_.redirections_dropped(); }
  void set_truncated() { truncated_ = true; }

 private:
  void add_found(std::string_view raw, bool is_mail, std::string_view schemeless_host);
  UriDetail& merge(UriForm key, std::span<const std::string_view> types);

  const MessageSettings& settings_;
  Arena& arena_;
  std::pmr::vector<UriDetail> details_;
  ViewIndex index_;  // key → place in details_
  UriCanonicalizer canonicalizer_;
  bool truncated_ = false;
};

}  // namespace thresh
