// A message as SpamAssassin reads it (Message.pm, PerMsgStatus.pm): part tree, headers, text, URIs, Received
// chain, on views of the caller's buffer and of the arena. Parsing never fails: every bound is a constant in
// limits.h and says so in flags(). A Message and everything obtained from it belong to one thread and live as
// long as buffer and arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/address.h"
#include "engine/message/envelope.h"
#include "engine/message/header_query.h"
#include "engine/message/html.h"
#include "engine/message/part.h"
#include "engine/message/relays.h"
#include "engine/message/settings.h"
#include "engine/message/uri.h"

namespace thresh {

// check_msg_parse_flags and kin.
struct ParseFlags {
  bool missing_head_body_separator = false;
  bool missing_mime_head_body_separator = false;
  bool missing_mime_headers = false;
  bool truncated_header = false;
  bool mime_epilogue_exists = false;
  bool mimepart_limit_exceeded = false;
};

class Message {
 public:
  // `raw`: the message, LF or CRLF, without a leading mbox "From " line (one is taken off and kept if there).
  // An empty one is read as a single newline. `settings` and `raw` must outlive the Message.
  Message(std::string_view raw, const MessageSettings& settings, Arena& arena, const Envelope& envelope = {});
  ~Message();
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  [[nodiscard]] const Part& root() const;
  // Node::find_parts(qr/./, leaves only): all leaves in order; the root itself when it is one.
  [[nodiscard]] std::span<const Part* const> leaves() const;
  // Every part below and including the root, in the order of find_parts(qr/./, 0).
  [[nodiscard]] std::span<const Part* const> all_parts() const;
  [[nodiscard]] const ParseFlags& flags() const;
  // {mime_boundary_state}: starts minus ends for each boundary seen.
  [[nodiscard]] std::span<const std::pair<std::string_view, int>> boundary_balance() const;
  [[nodiscard]] bool line_ending_is_crlf() const;

  // get_pristine, get_pristine_header, get_pristine_body: the bytes as they came.
  [[nodiscard]] std::string_view pristine() const;
  [[nodiscard]] std::string_view pristine_headers() const;
  [[nodiscard]] std::string_view pristine_body() const;

  // PerMsgStatus::get in list context; empty when absent. Answers are kept for the message's life.
  [[nodiscard]] std::span<const std::string_view> get(const HeaderQuery& query) const;
  [[nodiscard]] std::span<const std::string_view> get(std::string_view request) const;
  // As a header rule sees it (Check.pm do_head_tests): values joined, with a newline between where they have
  // none. nullopt when absent. The view keeps the trailing newline.
  [[nodiscard]] std::optional<std::string_view> get_joined(const HeaderQuery& query) const;
  // PerMsgStatus::get in scalar context, empty when absent.
  [[nodiscard]] std::string_view get_scalar(std::string_view request) const;
  // Values put by put_metadata ("X-Languages", ...); empty when absent.
  [[nodiscard]] std::string_view metadata(std::string_view name) const;
  void put_metadata(std::string_view name, std::string_view value) const;

  [[nodiscard]] std::string_view envelope_from() const;  // get_envelope_from; empty when unknown
  [[nodiscard]] bool has_envelope_from() const;
  [[nodiscard]] const Relays& relays() const;
  [[nodiscard]] std::span<const std::string_view> all_from_addrs() const;  // as written, without duplicates
  [[nodiscard]] std::span<const std::string_view> all_to_addrs() const;

  // get_rendered_body_text_array: UTF-8 lines, the subject first. And its visible and invisible siblings.
  // Lines are at most 2,049 bytes and may cut a character. (Latin-1 instead of UTF-8 where SpamAssassin has
  // that: entities up to U+00FF in HTML that is pure ASCII otherwise, and no other text that is not.)
  [[nodiscard]] std::span<const std::string_view> body() const;
  [[nodiscard]] std::span<const std::string_view> visible_body() const;
  [[nodiscard]] std::span<const std::string_view> invisible_body() const;
  // get_decoded_body_text_array: decoded bytes in pieces.
  [[nodiscard]] std::span<const std::string_view> rawbody() const;
  // HTML evals see the last HTML part; null when there is none. All of them, in order.
  [[nodiscard]] const HtmlResults* html() const;
  [[nodiscard]] std::span<const HtmlResults* const> html_all() const;

  // get_uri_detail_list and get_uri_list (all cleaned forms, each once).
  [[nodiscard]] std::span<const UriDetail> uri_details() const;
  [[nodiscard]] std::span<const std::string_view> uris() const;
  [[nodiscard]] bool uri_truncated() const;
  // Whether a redirection was not followed because of limits::uri_form_bytes.
  [[nodiscard]] bool uri_redirections_dropped() const;
  // PerMsgStatus::add_uri_detail_list: a URI that a plugin found where no mail reader shows it (inside a
  // PDF). For what runs before rules do: views of uris() taken earlier do not have it.
  void add_uri(std::string_view uri) const;

  [[nodiscard]] Arena& arena() const;
  [[nodiscard]] const MessageSettings& settings() const;

 private:
  struct State;
  State* state_;  // in the arena
};

}  // namespace thresh
