// The URI list of a message: PerMsgStatus::_process_text_uri_list, _process_html_uri_list,
// _process_dkim_uri_list and add_uri_detail_list.
#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/message/find_any.h"
#include "engine/message/perl_text.h"
#include "engine/message/uri.h"
#include "engine/message/uri_escape.h"
#include "engine/message/uri_scan.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;

template <typename Vector, typename Value>
void add_once(Vector& to, const Value& value) {
  if (std::ranges::find(to, value) == to.end()) to.push_back(value);
}

bool contains(std::span<const std::string_view> list, std::string_view what) {
  return std::ranges::find(list, what) != list.end();
}

// The match without what a mail reader leaves outside the link.
std::string_view cut_link(std::string_view uri) {
  // A ')' ends it if no '(' stands before.
  if (const std::size_t close = uri.substr(0, uri.find('(')).rfind(')'); close != npos)
    uri = uri.substr(0, close);
  const std::size_t last = uri.find_last_not_of("-~!@#^&*()_+=:;'?,.");
  return uri.substr(0, last == npos ? 0 : last + 1);
}

// /^\w+:\/{0,2}$/
bool is_bare_scheme(std::string_view uri) {
  std::size_t at = 0;
  while (at < uri.size() && ascii::is_word(uri[at])) ++at;
  if (at == 0 || at >= uri.size() || uri[at] != ':') return false;
  const std::string_view rest = uri.substr(at + 1);
  return rest.empty() || rest == "/" || rest == "//";
}

// /^www\d{0,2}\./i
bool has_www(std::string_view uri) {
  if (!ascii::istarts_with(uri, "www")) return false;
  std::size_t at = 3;
  while (at < 5 && at < uri.size() && ascii::is_digit(uri[at])) ++at;
  return at < uri.size() && uri[at] == '.';
}

bool has_known_scheme(std::string_view uri) {
  return std::ranges::any_of(std::array{"http:", "https:", "ftp:", "mailto:"},
                             [&](std::string_view scheme) { return ascii::istarts_with(uri, scheme); });
}

// s/^(?:skype|e?-?mail)?:+//i: common misparses.
std::string_view without_label(std::string_view uri) {
  for (const std::string_view label : {"skype:", "e-mail:", "email:", "-mail:", "mail:", ":"}) {
    if (!ascii::istarts_with(uri, label)) continue;
    uri.remove_prefix(label.size());
    while (uri.starts_with(':')) uri.remove_prefix(1);
    return uri;
  }
  return uri;
}

// Whether a mailto: URI names a host below a known TLD.
bool has_valid_mail_host(std::string_view uri, const RegistryBoundaries& registry) {
  const std::size_t at = uri.find('@');
  if (at == npos) return false;
  std::string_view host = uri.substr(at + 1);
  host = host.substr(0, find_any<'?', '&', '>'>(host));
  while (host.ends_with("%20")) host.remove_suffix(3);
  return registry.is_domain_valid(host);
}

}  // namespace

UriDetail::UriDetail(std::pmr::memory_resource* memory)
    : types(memory),
      anchor_text(memory),
      cleaned(memory),
      domains(memory),
      hosts(memory),
      cleaned_wide(memory) {}

bool UriDetail::has_type(std::string_view type) const {
  return contains(types, type);
}

UriList::UriList(const MessageSettings& settings, Arena& arena)
    : settings_(settings), arena_(arena), details_(&arena), index_(&arena), canonicalizer_(settings, arena) {}

void UriList::add_text(std::span<const std::string_view> lines) {
  ViewIndex seen(&arena_);
  for (const std::string_view line : lines) {
    UriScanner scanner(line, settings_.registry);
    for (FoundUri found; scanner.next(found);) {
      const std::string_view raw = cut_link(line.substr(found.begin, found.end - found.begin));
      if (!seen.add({raw}, 0)) continue;
      const bool schemeless = found.kind == FoundUri::Kind::schemeless;
      add_found(raw, found.kind == FoundUri::Kind::mail,
                schemeless ? line.substr(found.begin, found.host_end - found.begin) : std::string_view());
    }
  }
}

void UriList::add_found(std::string_view raw, bool is_mail, std::string_view schemeless_host) {
  if (is_mail && !raw.contains('@')) return;
  if (!schemeless_host.empty() && !is_fqdn_valid(schemeless_host)) return;
  // References into other parts, which look like addresses.
  if (ascii::istarts_with(raw, "cid:") || ascii::istarts_with(raw, "mid:")) return;
  if (is_bare_scheme(raw)) return;

  std::array<std::string_view, 3> types{"parsed"};
  std::size_t type_count = 1;
  std::string_view uri = raw;
  const auto with_scheme = [&](std::string_view scheme, std::string_view rest) {
    char* out = arena_.bytes(scheme.size() + rest.size());
    scheme.copy(out, scheme.size());
    rest.copy(out + scheme.size(), rest.size());
    uri = {out, scheme.size() + rest.size()};
  };
  if (!has_known_scheme(raw)) {
    const std::size_t slash = raw.find('/');
    const std::size_t first_at = raw.find('@');
    const std::size_t last_dot = raw.rfind('.');
    if (ascii::istarts_with(raw, "ftp.")) {
      with_scheme("ftp://", raw);
    } else if (has_www(raw) || (slash != npos && first_at != npos && raw.rfind('@') > slash + 1)) {
      // With a '/' before it, an '@' does not make an address.
      with_scheme("http://", raw);
    } else if (first_at != npos) {
      // No dot behind the '@': Vi@gra.
      if (last_dot == npos || last_dot < first_at + 2) return;
      if (raw.contains("&nbsp;")) return;
      with_scheme("mailto:", without_label(raw));
    } else {
      if (last_dot == npos) return;
      with_scheme("http://", raw);
      types[type_count++] = "unlinked";
    }
    types[type_count++] = "schemeless";
  }
  if (ascii::istarts_with(uri, "mailto:")) {
    if (has_escape(uri)) uri = url_encode(uri, arena_);
    if (!has_valid_mail_host(uri, settings_.registry)) return;
  }
  add(uri, std::span(types.data(), type_count), true);
}

void UriList::add_html(const HtmlResults& html, bool ascii_source) {
  if (html.uri_truncated) truncated_ = true;
  for (const HtmlUri& uri : html.uris) {
    // A reference in plain ASCII stays a byte up to U+00FF.
    const bool bytes = ascii_source && !perl::is_wide(uri.uri);
    add(bytes ? perl::to_latin1(uri.uri, arena_) : uri.uri, uri.types, false, uri.anchor_text,
        bytes ? UriText::bytes : UriText::characters);
  }
}

void UriList::add_signature(std::string_view value) {
  // /\bd\s*=\s*([^;]+)/g
  static constexpr std::array<std::string_view, 3> types{"domainkeys", "nocanon", "noclean"};
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != 'd' || (at > 0 && ascii::is_word(value[at - 1]))) continue;
    std::size_t next = at + 1;
    while (next < value.size() && ascii::is_space(value[next])) ++next;
    if (next >= value.size() || value[next] != '=') continue;
    const std::size_t end = std::min(value.find(';', next + 1), value.size());
    if (end == next + 1) continue;
    static constexpr std::string_view prefix = "domainkeys:";
    char* out = arena_.bytes(prefix.size() + end - next);
    prefix.copy(out, prefix.size());
    char* to = out + prefix.size();
    for (std::size_t i = next + 1; i < end; ++i)
      if (!ascii::is_space(value[i])) *to++ = value[i];
    add({out, static_cast<std::size_t>(to - out)}, types, true);
    at = end - 1;
  }
}

UriDetail& UriList::merge(UriForm key, std::span<const std::string_view> types) {
  std::uint32_t place = index_.find(key);
  if (place == ViewIndex::none) {
    key.text = arena_.copy(key.text);
    place = static_cast<std::uint32_t>(details_.size());
    index_.add(key, place);
    details_.emplace_back(&arena_);
    details_.back().uri = key.text;
    details_.back().wide = key.wide;
  }
  UriDetail& detail = details_[place];
  for (const std::string_view type : types)
    if (!detail.has_type(type)) detail.types.push_back(arena_.copy(type));
  return detail;
}

bool UriList::add(std::string_view uri, std::span<const std::string_view> types, bool valid_domain_only,
                  std::span<const std::string_view> anchor_text, UriText kind) {
  static constexpr std::array<std::string_view, 1> parsed{"parsed"};
  if (types.empty()) types = parsed;
  const UriForm key = canonicalizer_.plain(uri, kind);
  const bool canonical = !contains(types, "nocanon");
  const bool clean = !contains(types, "noclean");

  const std::uint32_t place = index_.find(key);
  // The forms of an entry that has them are those it would get again.
  const bool known = place != ViewIndex::none && canonical && !details_[place].cleaned.empty() &&
                     !details_[place].has_type("nocanon");
  UriDetail* detail = nullptr;
  if (known) {
    if (valid_domain_only && details_[place].domains.empty()) return false;
    detail = &merge(key, types);
  } else {
    const std::string_view kept = arena_.copy(uri);
    const std::span<const UriForm> forms =
        canonical ? canonicalizer_.forms(kept, kind) : canonicalizer_.uncanonical(kept, kind);
    std::pmr::vector<UriHost> hosts(&arena_);
    for (const UriForm& form : forms)
      if (const auto host = settings_.registry.uri_host(form.text, arena_, form.wide)) hosts.push_back(*host);
    if (valid_domain_only && hosts.empty()) return false;

    detail = &merge(key, types);
    if (clean) {
      for (const UriForm& form : forms) {
        bool there = false;
        for (std::size_t i = 0; i < detail->cleaned.size() && !there; ++i)
          there = detail->cleaned[i] == form.text && detail->cleaned_wide[i] == form.wide;
        if (there) continue;
        detail->cleaned.push_back(form.text);
        detail->cleaned_wide.push_back(form.wide);
      }
    }
    for (const UriHost& host : hosts) {
      add_once(detail->domains, host.domain);
      add_once(detail->hosts, std::pair(host.host, host.domain));
    }
  }
  for (std::size_t i = 0; i < anchor_text.size(); ++i)
    if (!contains(anchor_text.first(i), anchor_text[i])) detail->anchor_text.push_back(anchor_text[i]);
  return true;
}

std::pmr::vector<std::string_view> UriList::all_forms() const {
  std::pmr::vector<std::string_view> forms(&arena_);
  ViewIndex seen(&arena_);
  for (const UriDetail& detail : details_)
    for (std::size_t i = 0; i < detail.cleaned.size(); ++i)
      if (seen.add({detail.cleaned[i], detail.cleaned_wide[i]}, 0)) forms.push_back(detail.cleaned[i]);
  return forms;
}

}  // namespace thresh
