// URIs of a message: found in rendered text as mail readers would link them (PerMsgStatus::_tbirdurire), taken from HTML,
// and spelled out: every redirector target and canonical form is its own URI (Util::uri_list_canonicalize).
#pragma once

#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/settings.h"

namespace thresh {

// One entry of get_uri_detail_list; `uri` is the key (raw form). Sets hold no duplicates.
struct UriDetail {
  explicit UriDetail(std::pmr::memory_resource* memory);
  std::string_view uri;
  std::pmr::vector<std::string_view> types;        // "parsed", "a", "img", "unlinked", "schemeless", ...
  std::pmr::vector<std::string_view> anchor_text;
  std::pmr::vector<std::string_view> cleaned;      // canonical forms, the URI itself among them
  std::pmr::vector<std::string_view> domains;
  std::pmr::vector<std::pair<std::string_view, std::string_view>> hosts;  // host → domain
  [[nodiscard]] bool has_type(std::string_view type) const;
};

// Util::uri_list_canonicalize for one URI: all forms, without duplicates.
[[nodiscard]] std::vector<std::string> canonical_uris(std::string_view uri, const MessageSettings& settings);

// Util::is_fqdn_valid.
[[nodiscard]] bool is_fqdn_valid(std::string_view name, bool is_ascii = false);

// Builds the list of a message. Not thread-safe; one a message.
class UriList {
 public:
  UriList(const MessageSettings& settings, Arena& arena);
  // _process_text_uri_list over the body lines (the first is the subject).
  void add_text(std::span<const std::string_view> lines);
  // add_uri_detail_list; `anchor_text` may be empty. True when the URI was taken.
  bool add(std::string_view uri, std::span<const std::string_view> types, bool valid_domain_only,
           std::span<const std::string_view> anchor_text = {});
  [[nodiscard]] std::span<const UriDetail> details() const { return details_; }
  [[nodiscard]] bool truncated() const { return truncated_; }
  void set_truncated() { truncated_ = true; }

 private:
  const MessageSettings& settings_;
  Arena& arena_;
  std::pmr::vector<UriDetail> details_;
  bool truncated_ = false;
};

}  // namespace thresh
