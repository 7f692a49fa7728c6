// What a Message keeps: the parsed tree and everything that was asked of it so far. Lives in the arena, so
// its destructor never runs.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/message/header_request.h"
#include "engine/message/message.h"
#include "engine/message/mime_parser.h"

namespace thresh {

struct Message::State {
  State(std::string_view raw, const MessageSettings& settings_, Arena& arena_, const Envelope& envelope_);

  using Values = std::span<const std::string_view>;

  // header_get.cc
  struct Answer {
    HeaderRequest request;
    std::uint32_t hash = 0;
    Values values;
    std::optional<std::string_view> joined;    // as a header rule sees them
    std::optional<std::string_view> together;  // without anything between
  };
  Answer& answer(const HeaderRequest& request);
  Values get(std::string_view request) { return answer(HeaderRequest::parse(request)).values; }
  std::string_view joined(Answer& answer);
  std::string_view together(Answer& answer);
  // Null data where there is none.
  std::string_view metadata_of(std::string_view name);
  void put(std::string_view name, std::string_view value);
  // The same for all letter cases of a name.
  [[nodiscard]] static std::uint32_t hash_name(std::string_view name);

  // envelope_from.cc
  void find_envelope_from();
  Values find_all_from();
  Values find_all_to();

  // body_text.cc
  enum class Rendering { all, visible, invisible };
  Values render_body(Rendering rendering);
  Values decode_rawbody();
  void collect_html();

  const Relays& received();
  UriList& uri_list();

  // A span of these in the arena.
  [[nodiscard]] Values keep(std::span<const std::string_view> values);

  const MessageSettings& settings;
  Arena& arena;
  Envelope envelope;
  ParsedMessage parsed;
  std::pmr::vector<const Part*> leaves, parts;

  std::pmr::vector<std::uint32_t> name_hashes;  // of the root's header fields
  std::pmr::vector<Answer*> answers;            // open addressing by hash, a power of two, at most half full
  std::size_t answer_count = 0;
  std::pmr::vector<std::pair<std::string_view, std::string_view>> metadata;
  bool domains_known = false;

  const Relays* relays = nullptr;
  bool envelope_from_known = false;
  std::optional<std::string_view> envelope_from;
  std::optional<Values> from_addrs, to_addrs;

  std::optional<Values> body, visible_body, invisible_body, rawbody, uris;
  bool html_collected = false;
  const HtmlResults* html = nullptr;
  std::pmr::vector<const HtmlResults*> html_all;
  UriList* uri_details = nullptr;

 private:
  Answer& new_answer(const HeaderRequest& request, std::uint32_t hash);
  Values compute(const HeaderRequest& request);
  void source_values(const HeaderRequest& request, std::pmr::vector<std::string_view>& values);
  void header_values(std::string_view name, bool raw, std::pmr::vector<std::string_view>& values);
  void unfolded_values(std::string_view name, bool raw, std::pmr::vector<std::string_view>& values);
  void all_lines(std::pmr::vector<std::string_view>& values);
  void pristine_fields(std::pmr::vector<std::string_view>& values);
  void fields_in_received_range(std::optional<int> start, std::optional<int> end, bool raw,
                                std::pmr::vector<std::string_view>& values);
  void to_addresses(const HeaderRequest& request, std::pmr::vector<std::string_view>& values);
  void to_hosts(const HeaderRequest& request, std::pmr::vector<std::string_view>& values);
  void put_domains();
};

}  // namespace thresh
