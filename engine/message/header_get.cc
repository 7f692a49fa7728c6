// PerMsgStatus::_get and get: the values that a request names, each request answered once a message.
#include <algorithm>
#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/address.h"
#include "engine/message/charset.h"
#include "engine/message/host_scan.h"
#include "engine/message/idn.h"
#include "engine/message/ip_text.h"
#include "engine/message/limits.h"
#include "engine/message/message_state.h"
#include "engine/message/mime_lines.h"

namespace thresh {
namespace {

// s/\015?\012\s+/ /gs
std::string_view unfold_field(std::string_view value, Arena& arena) {
  char* const out = arena.bytes(value.size());
  char* to = out;
  for (std::size_t at = 0; at < value.size();) {
    std::size_t next = at;
    if (value[next] == '\r' && next + 1 < value.size() && value[next + 1] == '\n') ++next;
    if (value[next] == '\n' && next + 1 < value.size() && ascii::is_space(value[next + 1])) {
      *to++ = ' ';
      at = next + 1;
      while (at < value.size() && ascii::is_space(value[at])) ++at;
      continue;
    }
    *to++ = value[at++];
  }
  return {out, static_cast<std::size_t>(to - out)};
}

// A decoded display name with its white space made plain and without single quotes around it.
std::string_view tidy_name(std::string_view name, Arena& arena) {
  const std::string_view trimmed = ascii::trim(name);
  if (trimmed.empty()) return name;
  char* const out = arena.bytes(trimmed.size());
  char* to = out;
  bool space = false;
  for (const char c : trimmed) {
    if (ascii::is_space(c)) {
      if (!space) *to++ = ' ';
      space = true;
      continue;
    }
    space = false;
    *to++ = c;
  }
  std::string_view tidy(out, static_cast<std::size_t>(to - out));
  if (tidy.size() >= 2 && tidy.front() == '\'' && tidy.back() == '\'') tidy = tidy.substr(1, tidy.size() - 2);
  return tidy;
}

std::string_view concatenate(std::span<const std::string_view> values, std::string_view between,
                             Arena& arena) {
  std::size_t size = 0;
  for (const std::string_view value : values) size += value.size() + between.size();
  char* const out = arena.bytes(size);
  char* to = out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) to = std::copy(between.begin(), between.end(), to);
    to = std::copy(values[i].begin(), values[i].end(), to);
  }
  return {out, static_cast<std::size_t>(to - out)};
}

}  // namespace

Message::State::Values Message::State::keep(std::span<const std::string_view> values) {
  if (values.empty()) return {};
  auto* const copy =
      static_cast<std::string_view*>(arena.allocate(values.size_bytes(), alignof(std::string_view)));
  std::uninitialized_copy(values.begin(), values.end(), copy);
  return {copy, values.size()};
}

std::uint32_t Message::State::hash_name(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(ascii::to_lower(c))) * 16777619u;
  return hash;
}

Message::State::Answer& Message::State::answer(const HeaderRequest& request) {
  const auto rest = static_cast<std::uint32_t>(request.source) << 16 | request.modifiers;
  const std::uint32_t hash = (hash_name(request.name) ^ rest) * 0x9e3779b1u;
  if (!answers.empty()) {
    const std::size_t mask = answers.size() - 1;
    for (std::size_t at = hash & mask; answers[at] != nullptr; at = (at + 1) & mask) {
      const Answer& known = *answers[at];
      if (known.hash == hash && known.request.modifiers == request.modifiers &&
          known.request.source == request.source && ascii::iequals(known.request.name, request.name))
        return *answers[at];
    }
  }
  const Values values = compute(request);
  Answer& added = new_answer(request, hash);
  added.values = values;
  return added;
}

Message::State::Answer& Message::State::new_answer(const HeaderRequest& request, std::uint32_t hash) {
  const auto place = [&](Answer* entry) {
    const std::size_t mask = answers.size() - 1;
    std::size_t at = entry->hash & mask;
    while (answers[at] != nullptr) at = (at + 1) & mask;
    answers[at] = entry;
  };
  if ((answer_count + 1) * 2 > answers.size()) {
    const std::pmr::vector<Answer*> old(answers, &arena);
    answers.assign(old.empty() ? 256 : old.size() * 2, nullptr);
    for (Answer* const entry : old)
      if (entry != nullptr) place(entry);
  }
  auto* const added = arena.make<Answer>();
  added->request = request;
  added->request.name = arena.copy(request.name);
  added->hash = hash;
  place(added);
  ++answer_count;
  return *added;
}

std::string_view Message::State::together(Answer& answer) {
  if (!answer.together)
    answer.together = answer.values.empty()       ? std::string_view()
                      : answer.values.size() == 1 ? answer.values[0]
                                                  : concatenate(answer.values, "", arena);
  return *answer.together;
}

std::string_view Message::State::joined(Answer& answer) {
  if (answer.values.size() < 2 || answer.values[0].ends_with('\n')) return together(answer);
  if (!answer.joined) answer.joined = concatenate(answer.values, "\n", arena);
  return *answer.joined;
}

Message::State::Values Message::State::compute(const HeaderRequest& request) {
  using Source = HeaderQuery::Source;
  std::pmr::vector<std::string_view> values(&arena);
  const bool raw = request.has(HeaderRequest::raw);
  // These ignore all other modifiers.
  switch (request.source) {
    case Source::all:
      if (raw)
        pristine_fields(values);
      else
        all_lines(values);
      return keep(values);
    case Source::all_trusted:
      fields_in_received_range({}, received().last_trusted_index + 1, raw, values);
      return keep(values);
    case Source::all_internal:
      fields_in_received_range({}, received().last_internal_index + 1, raw, values);
      return keep(values);
    case Source::all_untrusted:
      fields_in_received_range(received().last_trusted_index + 1, {}, raw, values);
      return keep(values);
    case Source::all_external:
      fields_in_received_range(received().last_internal_index + 1, {}, raw, values);
      return keep(values);
    default:
      break;
  }
  source_values(request, values);
  if (values.empty()) return {};
  if (request.has(HeaderRequest::first))
    values.resize(1);
  else if (request.has(HeaderRequest::last))
    values.erase(values.begin(), values.end() - 1);
  if (request.has(HeaderRequest::addr) || request.has(HeaderRequest::display_name))
    to_addresses(request, values);
  if (request.has(HeaderRequest::host) || request.has(HeaderRequest::ip)) to_hosts(request, values);
  return keep(values);
}

void Message::State::source_values(const HeaderRequest& request, std::pmr::vector<std::string_view>& values) {
  using Source = HeaderQuery::Source;
  const bool raw = request.has(HeaderRequest::raw);
  switch (request.source) {
    case Source::envelope_from:
      if (!envelope_from_known) find_envelope_from();
      if (envelope_from) values.push_back(*envelope_from);
      break;
    case Source::relays_trusted:
      values.push_back(received().trusted_text);
      break;
    case Source::relays_untrusted:
      values.push_back(received().untrusted_text);
      break;
    case Source::relays_internal:
      values.push_back(received().internal_text);
      break;
    case Source::relays_external:
      values.push_back(received().external_text);
      break;
    case Source::to_cc:
      unfolded_values("To", raw, values);
      unfolded_values("Cc", raw, values);
      break;
    case Source::message_id:
      for (const std::string_view name :
           {"X-Message-Id", "Resent-Message-Id", "X-Original-Message-ID", "Message-Id"})
        unfolded_values(name, raw, values);
      std::erase_if(values, [](std::string_view value) { return value.empty(); });
      break;
    default: {
      const bool need_raw =
          raw || request.has(HeaderRequest::addr) || request.has(HeaderRequest::display_name);
      header_values(need_raw ? ascii::trim(request.name) : request.name, need_raw, values);
      if (!values.empty()) break;
      const std::string_view value = metadata_of(request.name);
      if (value.data() != nullptr) values.push_back(value);
    }
  }
}

void Message::State::header_values(std::string_view name, bool raw,
                                   std::pmr::vector<std::string_view>& values) {
  const std::span<const HeaderField> fields = parsed.root->headers();
  const std::uint32_t hash = hash_name(name);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (name_hashes[i] == hash && ascii::iequals(fields[i].name, name))
      values.push_back(raw ? fields[i].raw
                           // A newline follows the decoded value in memory.
                           : std::string_view(fields[i].decoded.data(), fields[i].decoded.size() + 1));
}

// Node::get_header
void Message::State::unfolded_values(std::string_view name, bool raw,
                                     std::pmr::vector<std::string_view>& values) {
  const std::size_t before = values.size();
  header_values(name, raw, values);
  if (!raw) return;
  for (std::size_t i = before; i < values.size(); ++i)
    if (values[i].find('\n') + 1 < values[i].size()) values[i] = unfold_field(values[i], arena);
}

// Node::get_all_headers: "Name: value" lines in their order, without those of the names that come after the
// bound. A name counts where it first stands, with all its fields.
void Message::State::all_lines(std::pmr::vector<std::string_view>& values) {
  const std::span<const HeaderField> fields = parsed.root->headers();
  std::size_t size = 0;
  for (const HeaderField& field : fields) size += field.name.size() + field.decoded.size() + 3;
  std::pmr::vector<bool> dropped(&arena);
  if (size > limits::all_headers_length) {
    dropped.assign(fields.size(), true);
    std::pmr::vector<bool> counted(fields.size(), false, &arena);
    std::size_t total = 0;
    bool full = false;
    for (std::size_t i = 0; i < fields.size() && !full; ++i) {
      if (counted[i]) continue;
      for (std::size_t j = i; j < fields.size(); ++j) {
        if (name_hashes[j] != name_hashes[i] || !ascii::iequals(fields[i].name, fields[j].name)) continue;
        counted[j] = true;
        total += fields[j].name.size() + fields[j].decoded.size() + 3;
        full = total > limits::all_headers_length;
        if (full) break;
        dropped[j] = false;
      }
    }
  }
  char* to = arena.bytes(size);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!dropped.empty() && dropped[i]) continue;
    char* const line = to;
    to = std::copy(fields[i].name.begin(), fields[i].name.end(), to);
    *to++ = ':';
    *to++ = ' ';
    to = std::copy(fields[i].decoded.begin(), fields[i].decoded.end(), to);
    *to++ = '\n';
    values.emplace_back(line, static_cast<std::size_t>(to - line));
  }
}

// /^([^ \t].*?\n)(?![ \t])/smgi over the pristine header section
void Message::State::pristine_fields(std::pmr::vector<std::string_view>& values) {
  const std::string_view text = parsed.pristine_headers;
  std::size_t at = 0;
  while (at < text.size()) {
    if (ascii::is_blank(text[at])) {
      at += mime::line_at(text, at).size();
      continue;
    }
    std::size_t newline = text.find('\n', at + 1);
    while (newline != std::string_view::npos && newline + 1 < text.size() &&
           ascii::is_blank(text[newline + 1]))
      newline = text.find('\n', newline + 1);
    if (newline == std::string_view::npos) break;
    values.push_back(text.substr(at, newline + 1 - at));
    at = newline + 1;
  }
}

// get_all_hdrs_in_rcvd_index_range, both ends included
void Message::State::fields_in_received_range(std::optional<int> start, std::optional<int> end, bool raw,
                                              std::pmr::vector<std::string_view>& values) {
  if (end && *end < 0) return;
  std::pmr::vector<std::string_view> fields(&arena);
  if (raw) {
    pristine_fields(fields);
  } else {
    const std::string_view all = together(answer({HeaderQuery::Source::all, "ALL", 0}));
    for (std::size_t at = 0; at < all.size(); at += fields.back().size())
      fields.push_back(mime::line_at(all, at));
  }
  int index = -1;
  for (const std::string_view field : fields) {
    if (ascii::istarts_with(field, "Received:")) ++index;
    if ((!start || *start <= index) && (!end || index < *end)) {
      values.push_back(field);
    } else if (end && index == *end) {
      values.push_back(field);
      break;
    }
  }
}

void Message::State::to_addresses(const HeaderRequest& request, std::pmr::vector<std::string_view>& values) {
  std::pmr::vector<std::string_view> found(&arena);
  for (const std::string_view value : values) {
    for (const MailAddress& address : parse_header_addresses(value, arena)) {
      if (request.has(HeaderRequest::addr)) {
        if (address.address.data() != nullptr) found.push_back(address.address);
      } else if (address.phrase.data() != nullptr) {
        found.push_back(request.has(HeaderRequest::raw)
                            ? address.phrase
                            : tidy_name(decode_header(address.phrase, "PMS:get", arena), arena));
      }
    }
  }
  values.swap(found);
}

void Message::State::to_hosts(const HeaderRequest& request, std::pmr::vector<std::string_view>& values) {
  std::pmr::vector<std::string_view> found(&arena);
  for (const std::string_view value : values) {
    if (request.has(HeaderRequest::host)) {
      const std::string_view host = header_host(value, request.has(HeaderRequest::addr), settings.registry);
      if (host.empty() || host == "0") continue;
      found.push_back(request.has(HeaderRequest::domain) ? arena.copy(settings.registry.trim_domain(host))
                                                         : host);
    } else {
      const std::string_view ip = find_standalone_ip(value);
      if (ip.empty()) continue;
      if (!request.has(HeaderRequest::revip)) {
        found.push_back(ip);
      } else if (const auto reversed = reverse_ip_address(ip)) {
        found.push_back(arena.copy(*reversed));
      }
    }
  }
  values.swap(found);
}

std::string_view Message::State::metadata_of(std::string_view name) {
  if (!domains_known && (ascii::iequals(name, "X-SenderDomain") || ascii::iequals(name, "X-AuthorDomain")))
    put_domains();
  for (const auto& [key, value] : metadata)
    if (ascii::iequals(key, name)) return value;
  return {};
}

void Message::State::put(std::string_view name, std::string_view value) {
  const std::string_view kept = value.empty() ? std::string_view("") : arena.copy(value);
  for (auto& [key, old] : metadata)
    if (ascii::iequals(key, name)) {
      old = kept;
      return;
    }
  metadata.emplace_back(arena.copy(name), kept);
}

// What extract_message_metadata puts there.
void Message::State::put_domains() {
  domains_known = true;
  if (const Values hosts = get("EnvelopeFrom:first:addr:host"); !hosts.empty())
    metadata.emplace_back("X-SenderDomain", idn_to_ascii(hosts[0], arena));
  std::pmr::vector<std::string_view> seen(&arena);
  std::pmr::vector<std::string_view> domains(&arena);
  for (const std::string_view host : get("From:addr:host")) {
    if (std::find(seen.begin(), seen.end(), host) != seen.end()) continue;
    seen.push_back(host);
    domains.push_back(idn_to_ascii(host, arena));
  }
  if (!domains.empty()) metadata.emplace_back("X-AuthorDomain", concatenate(domains, " ", arena));
}

}  // namespace thresh
