// Collecting the URIs of HTML (see html_uri.h): Mail::SpamAssassin::HTML's html_uri, push_uri and canon_uri.
#include "engine/message/html_uri.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "engine/message/limits.h"

namespace thresh::html {
namespace {

using std::size_t;
using std::string_view;

// /[\s\xA0]/
bool is_uri_space(char32_t c, bool characters) {
  return c == 0xA0 || is_space(c, characters);
}

string_view type_name(Tag tag) {
  switch (tag) {
    case Tag::a:
      return "a";
    case Tag::area:
      return "area";
    case Tag::base:
      return "base";
    case Tag::bgsound:
      return "bgsound";
    case Tag::body:
      return "body";
    case Tag::embed:
      return "embed";
    case Tag::form:
      return "form";
    case Tag::frame:
      return "frame";
    case Tag::iframe:
      return "iframe";
    case Tag::img:
      return "img";
    case Tag::link:
      return "link";
    case Tag::meta:
      return "meta";
    case Tag::script:
      return "script";
    case Tag::table:
      return "table";
    case Tag::td:
      return "td";
    case Tag::tr:
      return "tr";
    default:
      return {};
  }
}

// Takes out the byte order mark that some put into links.
void remove_byte_order_marks(HtmlAttribute& attribute, const HtmlText value) {
  // As one character, or, among octets, as the three that its UTF-8 looks like.
  const string_view mark = value.characters ? "\xEF\xBB\xBF" : "\xC3\xAF\xC2\xBB\xC2\xBF";
  size_t at = value.text.find(mark);
  if (at == string_view::npos) return;
  char* to = attribute.value + at;
  for (const char* from = to; from < attribute.value_end;) {
    if (string_view(from, static_cast<size_t>(attribute.value_end - from)).starts_with(mark)) {
      from += mark.size();
    } else {
      *to++ = *from++;
    }
  }
  attribute.value_end = to;
}

// Schemes that no base changes.
bool is_opaque(HtmlText uri) {
  for (const string_view scheme : {"data", "mailto", "file", "cid", "tel"}) {
    const size_t size = match_folded(uri, 0, scheme);
    if (size != 0 && size < uri.text.size() && uri.text[size] == ':') return true;
  }
  return false;
}

// How far /^(?:https?|ftp):\/{0,2}/i goes; 0 for others.
bool is_base_scheme(HtmlText uri) {
  for (const string_view scheme : {"https", "http", "ftp"}) {
    const size_t size = match_folded(uri, 0, scheme);
    if (size != 0 && size < uri.text.size() && uri.text[size] == ':') return true;
  }
  return false;
}

// A base without the file name at its end: http://host/dir/index.html. What is no more than host and slash
// keeps it.
string_view without_file_name(HtmlText uri) {
  const string_view text = uri.text;
  size_t at = 0;
  while (at < text.size()) {
    const size_t letter = match_folded(uri, at, "s") + match_folded(uri, at, "k");
    if (letter != 0) {
      at += letter;
    } else if ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= 'A' && text[at] <= 'Z')) {
      ++at;
    } else {
      break;
    }
  }
  if (at == 0 || at >= text.size() || text[at] != ':') return text;
  ++at;
  for (int slashes = 0; slashes < 2 && at < text.size() && text[at] == '/'; ++slashes) ++at;
  const size_t slash = text.find('/', at);
  if (slash == string_view::npos || slash == at) return text;
  const size_t path = slash + 1;

  const size_t dot = text.rfind('.');
  if (dot == string_view::npos || dot < path) return text;
  const string_view extension = text.substr(dot + 1);
  const size_t extension_length = count_characters(extension);
  if (extension.find('/') != string_view::npos || extension_length < 2 || extension_length > 4) return text;
  size_t name = dot;
  while (name > path && text[name - 1] != '/' && text[name - 1] != '.') --name;
  if (name == dot || text.substr(path, name - path).find('\n') != string_view::npos) return text;
  return text.substr(0, name);
}

// Where /\burl\s*=/i matches, and where its = ends; npos when it does not.
std::pair<size_t, size_t> find_url(HtmlText text, size_t from) {
  constexpr size_t npos = string_view::npos;
  for (size_t at = find_folded(text, "url", from); at != npos; at = find_folded(text, "url", at + 1)) {
    const Character before = character_before(text.text, at);
    if (before.size != 0 && is_word(before.value, text.characters)) continue;
    const size_t equals = skip_space(text, at + 3);
    if (equals < text.text.size() && text.text[equals] == '=') return {at, equals + 1};
  }
  return {npos, npos};
}

}  // namespace

HtmlText canonical_uri(HtmlText uri, bool& truncated) {
  string_view text = uri.text;
  for (Character c = character_at(text, 0); c.size != 0 && is_uri_space(c.value, uri.characters);
       c = character_at(text, 0))
    text.remove_prefix(c.size);
  for (Character c = character_before(text, text.size());
       c.size != 0 && is_uri_space(c.value, uri.characters); c = character_before(text, text.size()))
    text.remove_suffix(c.size);
  if (text.size() > limits::uri_length) {
    size_t at = 0;
    for (size_t n = 0; n < limits::uri_length && at < text.size(); ++n) at += character_at(text, at).size;
    if (at < text.size()) {
      truncated = true;
      text = text.substr(0, at);
    }
  }
  return {text, uri.characters};
}

HtmlUriCollector::HtmlUriCollector(HtmlResults& results, Arena& arena)
    : results_(results), arena_(arena), places_(&arena), resolved_(&arena), merged_(&arena) {}

size_t HtmlUriCollector::entry(HtmlText uri) {
  const auto found = places_.find(uri.text);
  if (found != places_.end()) {
    results_.uris[found->second].characters = uri.characters;
    return found->second;
  }
  const string_view kept = arena_.copy(uri.text);
  const auto place = static_cast<std::uint32_t>(results_.uris.size());
  results_.uris.push_back(
      {kept, std::pmr::vector<string_view>(&arena_), std::pmr::vector<string_view>(&arena_), uri.characters});
  places_.emplace(kept, place);
  return place;
}

void HtmlUriCollector::push(Tag tag, HtmlText uri) {
  const HtmlText canonical = canonical_uri(uri, results_.uri_truncated);
  if (canonical.text.empty()) return;
  HtmlText target = canonical;
  if (!is_opaque(canonical)) {
    if (resolved_bytes_ > kResolvedBytes) {
      results_.uri_truncated = true;
      return;
    }
    resolved_bytes_ += base_.text.size();
    resolve_uri(base_, canonical, resolved_, merged_);
    if (resolved_.empty()) return;
    target = {resolved_, canonical.characters || base_.characters};
  }
  auto& types = results_.uris[entry(target)].types;
  const string_view type = type_name(tag);
  if (std::ranges::find(types, type) == types.end()) types.push_back(type);
}

void HtmlUriCollector::push_attribute(Tag tag, TagAttributes& attributes, AttributeName name) {
  if (attributes.has(name)) push(tag, attributes.get(name));
}

void HtmlUriCollector::start_tag(Tag tag, TagAttributes& attributes) {
  using enum AttributeName;
  switch (tag) {
    case Tag::body:
    case Tag::table:
    case Tag::tr:
    case Tag::td:
      push_attribute(tag, attributes, background);
      break;
    case Tag::a:
    case Tag::area:
    case Tag::link:
      attributes.take_misspelt(href, "/href");
      if (attributes.has(href)) {
        remove_byte_order_marks(attributes.at(href), attributes.get(href));
        push(tag, attributes.get(href));
      }
      push_attribute(tag, attributes, data_saferedirecturl);
      break;
    case Tag::img:
    case Tag::frame:
    case Tag::iframe:
    case Tag::embed:
    case Tag::script:
    case Tag::bgsound:
      attributes.take_misspelt(src, "/src");
      push_attribute(tag, attributes, src);
      break;
    case Tag::form:
      push_attribute(tag, attributes, action);
      break;
    case Tag::base:
      set_base(attributes);
      break;
    case Tag::meta:
      push_refresh(attributes);
      break;
    default:
      break;
  }
}

void HtmlUriCollector::set_base(TagAttributes& attributes) {
  const HtmlText written = attributes.get(AttributeName::href);
  if (written.text.empty() || written.text == "0") return;  // what Perl takes for false
  const HtmlText uri = canonical_uri(written, results_.uri_truncated);
  push(Tag::base, uri);
  if (!is_base_scheme(uri)) return;
  resolved_ = without_file_name(uri);
  if (!resolved_.ends_with('/')) resolved_ += '/';
  base_ = {arena_.copy(resolved_), uri.characters};
}

// <meta http-equiv=refresh content="5; url=...">
void HtmlUriCollector::push_refresh(TagAttributes& attributes) {
  if (!attributes.has(AttributeName::http_equiv) || !attributes.has(AttributeName::content)) return;
  if (find_folded(attributes.get(AttributeName::http_equiv), "refresh") == string_view::npos) return;
  const HtmlText content = attributes.get(AttributeName::content);
  if (find_url(content, 0).first == string_view::npos) return;

  // Up to the last "url =" that begins in the first line, everything goes; the rest ends at a semicolon.
  const string_view text = content.text;
  const size_t line = text.find('\n');
  size_t from = 0;
  for (auto [at, end] = find_url(content, 0); at != string_view::npos && at <= line;
       std::tie(at, end) = find_url(content, at + 1))
    from = skip_space(content, end);
  std::pmr::string uri(text.substr(from), &arena_);
  if (const size_t semicolon = uri.find(';'); semicolon != string_view::npos) {
    const size_t space = trailing_space({string_view(uri).substr(0, semicolon), content.characters});
    const size_t end = std::min(uri.find('\n', semicolon), uri.size());
    uri.erase(semicolon - space, end - semicolon + space);
  }
  push(Tag::meta, {uri, content.characters});
}

size_t HtmlUriCollector::open_anchor(TagAttributes& attributes) {
  HtmlText uri{{}, false};
  if (attributes.has(AttributeName::href))
    uri = canonical_uri(attributes.get(AttributeName::href), results_.uri_truncated);
  return entry(uri);
}

}  // namespace thresh::html
