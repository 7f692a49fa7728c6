// Message: the doors to the parsed tree and to what is worked out of it on first use.
#include "engine/message/message.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/limits.h"
#include "engine/message/message_state.h"
#include "engine/message/part_body.h"

namespace thresh {
namespace {

// Node::find_parts(qr/./): depth first; a part whose type is empty is not found.
void collect_parts(const Part& part, std::pmr::vector<const Part*>& all,
                   std::pmr::vector<const Part*>& leaves) {
  if (!part.type().empty()) {
    all.push_back(&part);
    if (part.is_leaf()) leaves.push_back(&part);
  }
  for (const Part* const child : part.children()) collect_parts(*child, all, leaves);
}

}  // namespace

Message::State::State(std::string_view raw, const MessageSettings& settings_, Arena& arena_,
                      const Envelope& envelope_)
    : settings(settings_),
      arena(arena_),
      envelope(envelope_),
      parsed(MimeParser(settings_, arena_).parse(raw)),
      leaves(&arena_),
      parts(&arena_),
      name_hashes(&arena_),
      answers(&arena_),
      metadata(&arena_),
      html_all(&arena_) {
  collect_parts(*parsed.root, parts, leaves);
  std::size_t size = 0;
  for (const HeaderField& field : parsed.root->headers()) {
    name_hashes.push_back(hash_name(field.name));
    size += field.name.size() + field.decoded.size() + 3;
  }
  // SpamAssassin notices when some rule first asks for ALL.
  if (size > limits::all_headers_length) parsed.flags.truncated_header = true;
}

const Relays& Message::State::received() {
  if (relays != nullptr) return *relays;
  std::pmr::vector<std::string_view> originating(&arena);
  for (const std::string& name : settings.originating_ip_headers) {
    const HeaderField* const field = parsed.root->find_header(name);
    if (field != nullptr) originating.push_back(field->decoded);
  }
  relays =
      arena.make<Relays>(parse_relays(get("Received"), originating, settings, envelope.originating, arena));
  return *relays;
}

UriList& Message::State::uri_list() {
  if (uri_details != nullptr) return *uri_details;
  uri_details = arena.make<UriList>(settings, arena);
  if (!body) body = render_body(Rendering::all);
  uri_details->add_text(*body);
  for (const Part* const part : leaves)
    if (const PartBody* const rendered = PartBody::rendered(*part);
        rendered != nullptr && rendered->html != nullptr)
      uri_details->add_html(*rendered->html, !rendered->source_characters);
  if (settings.parse_dkim_uris)
    for (const std::string_view name : {"DomainKey-Signature", "DKIM-Signature"})
      for (const std::string_view signature : get(name)) uri_details->add_signature(signature);
  return *uri_details;
}

Message::Message(std::string_view raw, const MessageSettings& settings, Arena& arena,
                 const Envelope& envelope)
    : state_(arena.make<State>(raw, settings, arena, envelope)) {}

Message::~Message() = default;

const Part& Message::root() const {
  return *state_->parsed.root;
}
std::span<const Part* const> Message::leaves() const {
  return state_->leaves;
}
std::span<const Part* const> Message::all_parts() const {
  return state_->parts;
}
const ParseFlags& Message::flags() const {
  return state_->parsed.flags;
}
std::span<const std::pair<std::string_view, int>> Message::boundary_balance() const {
  return state_->parsed.boundary_balance;
}
bool Message::line_ending_is_crlf() const {
  return state_->parsed.crlf;
}

std::string_view Message::pristine() const {
  return state_->parsed.pristine;
}
std::string_view Message::pristine_headers() const {
  return state_->parsed.pristine_headers;
}
std::string_view Message::pristine_body() const {
  return state_->parsed.pristine_body;
}

std::span<const std::string_view> Message::get(const HeaderQuery& query) const {
  return state_->answer(HeaderRequest::of(query)).values;
}
std::span<const std::string_view> Message::get(std::string_view request) const {
  return state_->get(request);
}

std::optional<std::string_view> Message::get_joined(const HeaderQuery& query) const {
  State::Answer& answer = state_->answer(HeaderRequest::of(query));
  if (answer.values.empty()) return std::nullopt;
  return state_->joined(answer);
}

std::string_view Message::get_scalar(std::string_view request) const {
  const HeaderRequest parsed = HeaderRequest::parse(request);
  State::Answer& answer = state_->answer(parsed);
  if (!parsed.is_single()) return state_->together(answer);
  std::string_view value = answer.values.empty() ? std::string_view() : answer.values[0];
  if (value.ends_with('\n')) value.remove_suffix(1);
  return value;
}

std::string_view Message::metadata(std::string_view name) const {
  return state_->metadata_of(name);
}

void Message::put_metadata(std::string_view name, std::string_view value) const {
  state_->put(name, value);
}

std::string_view Message::envelope_from() const {
  if (!state_->envelope_from_known) state_->find_envelope_from();
  return state_->envelope_from.value_or(std::string_view());
}
bool Message::has_envelope_from() const {
  if (!state_->envelope_from_known) state_->find_envelope_from();
  return state_->envelope_from.has_value();
}
const Relays& Message::relays() const {
  return state_->received();
}

std::span<const std::string_view> Message::all_from_addrs() const {
  if (!state_->from_addrs) state_->from_addrs = state_->find_all_from();
  return *state_->from_addrs;
}
std::span<const std::string_view> Message::all_to_addrs() const {
  if (!state_->to_addrs) state_->to_addrs = state_->find_all_to();
  return *state_->to_addrs;
}

std::span<const std::string_view> Message::body() const {
  if (!state_->body) state_->body = state_->render_body(State::Rendering::all);
  return *state_->body;
}
std::span<const std::string_view> Message::visible_body() const {
  if (!state_->visible_body) state_->visible_body = state_->render_body(State::Rendering::visible);
  return *state_->visible_body;
}
std::span<const std::string_view> Message::invisible_body() const {
  if (!state_->invisible_body) state_->invisible_body = state_->render_body(State::Rendering::invisible);
  return *state_->invisible_body;
}
std::span<const std::string_view> Message::rawbody() const {
  if (!state_->rawbody) state_->rawbody = state_->decode_rawbody();
  return *state_->rawbody;
}

const HtmlResults* Message::html() const {
  if (!state_->html_collected) state_->collect_html();
  return state_->html;
}
std::span<const HtmlResults* const> Message::html_all() const {
  if (!state_->html_collected) state_->collect_html();
  return state_->html_all;
}

std::span<const UriDetail> Message::uri_details() const {
  return state_->uri_list().details();
}
std::span<const std::string_view> Message::uris() const {
  if (!state_->uris) state_->uris = state_->keep(state_->uri_list().all_forms());
  return *state_->uris;
}
void Message::add_uri(std::string_view uri) const {
  static_cast<void>(state_->uri_list().add(uri, {}, false));
  state_->uris.reset();
}
bool Message::uri_truncated() const {
  return state_->uri_list().truncated();
}
bool Message::uri_redirections_dropped() const {
  return state_->uri_list().redirections_dropped();
}

Arena& Message::arena() const {
  return state_->arena;
}
const MessageSettings& Message::settings() const {
  return state_->settings;
}

}  // namespace thresh
