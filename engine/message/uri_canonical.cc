// Util::uri_list_canonicalize; see uri_canonical.h. The order of the steps is SpamAssassin's, each works on
// what the one before left.
#include "engine/message/uri_canonical.h"

#include <algorithm>
#include <string>

#include "engine/base/ascii.h"
#include "engine/message/find_any.h"
#include "engine/message/host_address.h"
#include "engine/message/limits.h"
#include "engine/message/perl_text.h"
#include "engine/message/uri_escape.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;

// Length of /^https?:/i; 0 when `text` does not begin so. In a string of characters U+017F folds to s.
std::size_t http_scheme(std::string_view text, bool characters) {
  if (!ascii::istarts_with(text, "http")) return 0;
  std::size_t at = 4;
  if (at < text.size() && ascii::to_lower(text[at]) == 's') {
    ++at;
  } else if (characters && text.substr(at).starts_with("\xC5\xBF")) {
    at += 2;
  }
  return at < text.size() && text[at] == ':' ? at + 1 : 0;
}

// Length of m{^https?://}i.
std::size_t http_prefix(std::string_view text, bool characters) {
  const std::size_t scheme = http_scheme(text, characters);
  return scheme > 0 && text.substr(scheme).starts_with("//") ? scheme + 2 : 0;
}

// /^[-_a-z0-9]+:/i. In a string of characters U+017F and U+212A fold to s and k.
bool has_scheme(std::string_view text, bool characters) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (ascii::is_word(text[at]) || text[at] == '-') {
      ++at;
    } else if (characters && text.substr(at).starts_with("\xC5\xBF")) {
      at += 2;
    } else if (characters && text.substr(at).starts_with("\xE2\x84\xAA")) {
      at += 3;
    } else {
      break;
    }
  }
  return at > 0 && at < text.size() && text[at] == ':';
}

bool word_follows(std::string_view text, std::size_t at, bool characters) {
  if (at >= text.size()) return false;
  return characters ? perl::is_word(perl::next_character(text, at)) : ascii::is_word(text[at]);
}

std::string_view without(std::string_view text, char gone, Arena& arena) {
  if (!text.contains(gone)) return text;
  char* out = arena.bytes(text.size());
  const auto end = std::ranges::copy_if(text, out, [gone](char c) { return c != gone; }).out;
  return {out, static_cast<std::size_t>(end - out)};
}

std::string_view lower(std::string_view text, Arena& arena) {
  if (std::ranges::none_of(text, ascii::is_upper)) return text;
  char* out = arena.bytes(text.size());
  std::ranges::transform(text, out, ascii::to_lower);
  return {out, text.size()};
}

}  // namespace

// m{^(https?://)([^\@/?#]*\@)?([^/?#:]+)((?::(\d*))?.*)$}i
struct UriCanonicalizer::Web {
  std::string_view proto, host, rest;
  bool characters = false;
  bool with_auth = false;
  bool with_port = false;
  std::string_view port;
  std::string_view ascii_host;   // idn_to_ascii of the host, as it joins the rest
  std::string_view ascii_bytes;  // the same before it becomes characters

  [[nodiscard]] bool is_http() const { return proto == "http://"; }
  // False when there is no host or `.` meets a newline.
  bool read(std::string_view uri, bool in_characters);
};

bool UriCanonicalizer::Web::read(std::string_view uri, bool in_characters) {
  characters = in_characters;
  const std::size_t prefix = http_prefix(uri, characters);
  if (prefix == 0) return false;
  proto = uri.substr(0, prefix);
  const auto host_from = [&](std::size_t begin) {
    host = uri.substr(begin, find_any<'/', '?', '#', ':'>(uri, begin) - begin);
    return !host.empty();
  };
  const std::size_t stop = find_any<'/', '?', '#'>(uri, prefix);
  const std::size_t at = uri.substr(0, stop).find('@', prefix);
  with_auth = at != npos && host_from(at + 1);
  if (!with_auth && !host_from(prefix)) return false;
  rest = uri.substr(static_cast<std::size_t>(host.data() - uri.data()) + host.size());
  // A decoded reference may have brought a newline.
  if (const std::size_t newline = rest.find('\n'); newline != npos) {
    if (newline + 1 != rest.size()) return false;
    rest.remove_suffix(1);
  }
  if (rest.starts_with(':')) {
    std::size_t end = 1;
    while (end < rest.size()) {
      std::size_t next = end;
      const char32_t c =
          characters ? perl::next_character(rest, next) : static_cast<unsigned char>(rest[next++]);
      if (characters ? !perl::is_digit(c) : (c < '0' || c > '9')) break;
      end = next;
    }
    port = rest.substr(1, end - 1);
    with_port = !port.empty();
  }
  return true;
}

UriCanonicalizer::UriCanonicalizer(const MessageSettings& settings, Arena& arena)
    : settings_(settings), arena_(arena), targets_(&arena), forms_(&arena), known_forms_(&arena) {}

std::string_view UriCanonicalizer::join(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  char* out = arena_.bytes(size);
  std::size_t at = 0;
  for (const std::string_view piece : pieces) {
    piece.copy(out + at, piece.size());
    at += piece.size();
  }
  return {out, size};
}

UriForm UriCanonicalizer::plain(std::string_view uri, UriText kind) {
  if (kind == UriText::bytes || perl::is_ascii(uri)) return {uri, false};
  if (perl::is_wide(uri)) return {uri, true};
  return {perl::to_latin1(uri, arena_), false};
}

void UriCanonicalizer::add_form(Text form) {
  std::string_view text = form.text;
  if (text.size() > limits::uri_length) {
    const std::string_view cut = form.characters ? perl::first_characters(text, limits::uri_length)
                                                 : text.substr(0, limits::uri_length);
    truncated_ = truncated_ || cut.size() < text.size();
    text = cut;
  }
  const UriForm made = plain(text, form.characters ? UriText::characters : UriText::bytes);
  if (forms_.size() < few_forms) {
    if (std::ranges::find(forms_, made) != forms_.end()) return;
  } else {
    if (forms_.size() == few_forms)
      for (const UriForm& old : forms_) known_forms_.add(old, 0);
    if (!known_forms_.add(made, 0)) return;
  }
  forms_.push_back(made);
  bytes_ += made.text.size();
}

void UriCanonicalizer::add_target(Text target) {
  if (bytes_ > limits::uri_form_bytes) {
    redirections_dropped_ = true;
    return;
  }
  if (target.characters) target.characters = !perl::is_ascii(target.text);
  if (std::ranges::any_of(targets_, [&](const Text& old) {
        return old.text == target.text && old.characters == target.characters;
      }))
    return;
  targets_.push_back(target);
}

void UriCanonicalizer::start() {
  if (forms_.size() >= few_forms) known_forms_.clear();
  forms_.clear();
  targets_.clear();
}

std::span<const UriForm> UriCanonicalizer::uncanonical(std::string_view uri, UriText kind) {
  start();
  add_form({uri, kind == UriText::characters && !perl::is_ascii(uri)});
  return forms_;
}

std::span<const UriForm> UriCanonicalizer::forms(std::string_view uri, UriText kind) {
  start();
  targets_.push_back({uri, kind == UriText::characters && !perl::is_ascii(uri)});
  for (std::size_t i = 0; i < targets_.size(); ++i) canonicalize(targets_[i]);
  return forms_;
}

void UriCanonicalizer::canonicalize(Text uri) {
  uri.text = without(uri.text, '\n', arena_);
  uri.text = uri.characters ? perl::trim(uri.text) : ascii::trim(uri.text);
  uri.text = without(uri.text, '\r', arena_);
  add_form(uri);
  const std::string_view text = uri.text;
  if (text.size() <= 1 || (uri.characters && perl::length(text) <= 1)) return;
  if (text[0] == '#' || text[0] == '?' || text[0] == '&' || (text[0] == '/' && text[1] != '/')) return;
  if (ascii::istarts_with(text, "mailto:") || text.find('@') < text.find(':')) {
    mail_forms(uri);
  } else {
    web_forms(uri);
  }
}

void UriCanonicalizer::mail_forms(Text uri) {
  const std::string_view text = uri.text;
  const auto add = [&](std::string_view form) { add_form({form, uri.characters}); };
  const std::size_t at = text.find('@');
  if (at == npos) return;
  if (at > 0) {
    // ?subject=... is no part of the address; nor is what follows '&' where Outlook reads it.
    const std::size_t question = text.find('?', at + 1);
    if (question != npos && question > at + 1) add(text.substr(0, question));
    const std::size_t stop = find_any<'?', '&'>(text, at + 1);
    if (stop < text.size() && stop > at + 1 && text[stop] == '&') add(text.substr(0, stop));
  }
  if (text.contains("%20")) {
    // /^(?:mailto:)?(?:%20)*([^\@]+\@[^?&%]+)/, which gives back what it took when nothing is left before the
    // '@'.
    std::size_t begin = text.starts_with("mailto:") ? 7 : 0;
    const std::size_t blanks = begin;
    while (text.substr(begin).starts_with("%20")) begin += 3;
    if (begin == at) begin = begin > blanks ? begin - 3 : 0;
    const std::size_t end = find_any<'?', '&', '%'>(text, at + 1);
    if (begin < at && end > at + 1) add(join({"mailto:", text.substr(begin, end - begin)}));
  }
  // /^[^?&]*<([^\@>]+\@[^>]+)>/: the last '<' before any '?' or '&' that fits.
  const std::size_t limit = find_any<'?', '&'>(text);
  std::size_t next_at = text.size();
  std::size_t next_close = text.size();
  // The '>' behind the '@' that is next.
  std::size_t close_behind_at = text.size();
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == '>') next_close = i;
    if (text[i] == '@') {
      next_at = i;
      close_behind_at = next_close;
    }
    if (text[i] != '<' || i >= limit) continue;
    if (next_at == text.size() || next_at == i + 1 || next_close < next_at) continue;
    if (close_behind_at == text.size() || close_behind_at == next_at + 1) continue;
    add(join({"mailto:", text.substr(i + 1, close_behind_at - i - 1)}));
    break;
  }
}

void UriCanonicalizer::web_forms(Text uri) {
  std::string_view text = uri.text;
  // Some mail readers take backslashes for slashes.
  if (text.contains('\\')) {
    char* out = arena_.bytes(text.size());
    std::ranges::replace_copy(text, out, '\\', '/');
    text = {out, text.size()};
  }
  if (const std::size_t scheme = http_scheme(text, uri.characters); scheme > 0) {
    std::size_t slashes = 0;
    while (slashes < 2 && scheme + slashes < text.size() && text[scheme + slashes] == '/') ++slashes;
    if (slashes < 2) text = join({text.substr(0, scheme), "//", text.substr(scheme + slashes)});
  }
  if (has_escape(text)) text = url_encode(text, arena_, uri.characters);
  if (!has_scheme(text, uri.characters)) text = join({text.starts_with("ftp.") ? "ftp://" : "http://", text});
  if (const std::size_t prefix = http_prefix(text, uri.characters); prefix > 0) {
    const std::size_t stop = find_any<'/', '?', '#'>(text, prefix);
    if (stop < text.size() && stop > prefix && text[stop] != '/')
      text = join({text.substr(0, stop), "/", text.substr(stop)});
  }
  if (text.contains("&#")) text = decode_references(text, arena_, uri.characters);
  add_form({text, uri.characters});

  Web web;
  if (web.read(text, uri.characters)) host_forms(web);
}

void UriCanonicalizer::host_forms(Web& web) {
  const auto add = [&](std::string_view host, std::string_view rest) {
    add_form({join({web.proto, host, rest}), web.characters});
  };
  std::string_view rest_without_port;
  if (web.with_port) {
    rest_without_port = web.rest;
    const std::string_view standard = web.is_http() ? ":80" : ":443";
    if (web.rest.starts_with(standard) && !word_follows(web.rest, standard.size(), web.characters)) {
      rest_without_port.remove_prefix(standard.size());
      add(web.host, rest_without_port);
    }
  }

  web.ascii_host = web.ascii_bytes = lower(web.host, arena_);
  if (web.characters && !perl::is_ascii(web.host)) {
    // No IDN library: the host becomes its UTF-8 bytes, and these become characters again where they are
    // joined.
    web.ascii_host = perl::from_latin1(web.ascii_host, arena_);
    web.host = web.ascii_host;
    add(web.host, web.rest);
    if (!rest_without_port.empty() && rest_without_port != "0") add(web.host, rest_without_port);
  }

  // Browsers drop control characters.
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  if (std::ranges::any_of(web.host, is_control)) {
    char* out = arena_.bytes(web.host.size());
    const auto end = std::ranges::remove_copy_if(web.host, out, is_control).out;
    web.host = {out, static_cast<std::size_t>(end - out)};
    add(web.host, web.rest);
  }

  follow_redirect(web);

  // "www.example.com@" before the real host.
  if (const std::size_t at = web.host.find('@'); at != npos && at > 0) {
    web.host.remove_prefix(at + 1);
    add(web.host, web.rest);
  }
  // The end of a sentence.
  if (!web.host.empty() && !ascii::is_alnum(web.host.back())) {
    while (!web.host.empty() && !ascii::is_alnum(web.host.back())) web.host.remove_suffix(1);
    add(web.host, web.rest);
  }
  address_forms(web);
}

void UriCanonicalizer::follow_redirect(const Web& web) {
  if (!settings_.redirector_patterns.empty()) {
    const std::string_view whole = join({web.proto, web.host, web.rest});
    const UriForm form = plain(whole, web.characters ? UriText::characters : UriText::bytes);
    if (const auto found = settings_.redirector_patterns.target(form.text)) {
      const std::string_view target = found->in(form.text);
      const bool latin1 = web.characters && !form.wide;
      add_target({latin1 ? perl::from_latin1(target, arena_) : target, web.characters});
      return;
    }
  }
  // m{(https?:/{0,2}[^&#]+)}i
  for (std::size_t at = ascii::ifind(web.rest, "http"); at != npos;
       at = ascii::ifind(web.rest, "http", at + 1)) {
    const std::size_t scheme = http_scheme(web.rest.substr(at), web.characters);
    if (scheme == 0) continue;
    const std::size_t end = find_any<'&', '#'>(web.rest, at + scheme);
    if (end == at + scheme) continue;
    const std::string_view target = web.rest.substr(at, end - at);
    if (target.contains('.')) add_target({target, web.characters});
    return;
  }
}

void UriCanonicalizer::address_forms(const Web& web) {
  const auto add = [&](std::string_view host) {
    add_form({join({web.proto, host, web.rest}), web.characters});
  };
  if (host_address::is_dotted(web.host)) {
    add(host_address::decode_dotted(web.host, arena_));
  } else if (host_address::is_hex(web.host)) {
    add(host_address::decode_hex(web.host, arena_));
  } else if (!web.host.empty() && std::ranges::all_of(web.host, ascii::is_digit)) {
    add(host_address::decode_number(web.host, arena_));
  } else if (web.is_http() && !web.with_auth && (!web.with_port || web.port == "80")) {
    // http://foobar is http://www.foobar.com to Firefox.
    std::string_view name = web.ascii_host;
    if (name == "localhost") return;
    if (name.starts_with("www.") && name.size() > 4) name.remove_prefix(4);
    if (name.contains('.') || settings_.registry.is_domain_valid(web.ascii_bytes)) return;
    add_form({join({web.proto, "www.", name, ".com", web.rest}), web.characters});
  }
}

std::vector<std::string> canonical_uris(std::string_view uri, const MessageSettings& settings) {
  Arena arena(4096);
  UriCanonicalizer canonicalizer(settings, arena);
  std::vector<std::string> forms;
  for (const UriForm& form : canonicalizer.forms(uri)) forms.emplace_back(form.text);
  return forms;
}

}  // namespace thresh
