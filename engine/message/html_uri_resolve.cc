// Resolving a relative URI (RFC 3986, section 5.2) the way SpamAssassin's target_uri does it: a reference
// with the base's own scheme is taken as relative, a path "0" counts as none, a fragment ends at a newline,
// and //www... and
// //ftp... without a scheme get one.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "engine/message/html_uri.h"

namespace thresh::html {
namespace {

using std::optional;
using std::size_t;
using std::string_view;

// What Perl takes for false: a path that is empty or "0".
bool is_false(string_view text) {
  return text.empty() || text == "0";
}

struct UriParts {
  optional<string_view> scheme, authority;
  string_view path;
  optional<string_view> query, fragment;
  bool characters = false;
};

UriParts parse_uri(HtmlText uri) {
  UriParts parts;
  parts.characters = uri.characters;
  string_view rest = uri.text;
  const size_t stop = rest.find_first_of(":/?#");
  if (stop != string_view::npos && stop > 0 && rest[stop] == ':') {
    parts.scheme = rest.substr(0, stop);
    rest.remove_prefix(stop + 1);
  }
  const auto take = [&rest](string_view delimiters) {
    const string_view taken = rest.substr(0, rest.find_first_of(delimiters));
    rest.remove_prefix(taken.size());
    return taken;
  };
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    parts.authority = take("/?#");
  }
  parts.path = take("?#");
  if (rest.starts_with('?')) {
    rest.remove_prefix(1);
    parts.query = take("#");
  }
  if (rest.starts_with('#')) {
    rest.remove_prefix(1);
    parts.fragment = rest.substr(0, rest.find('\n'));
  }
  return parts;
}

// True where `rest` begins with `segment` and then comes "/" or the end (before a last newline, too).
bool is_segment(string_view rest, string_view segment) {
  if (!rest.starts_with(segment)) return false;
  rest.remove_prefix(segment.size());
  return rest.empty() || rest.front() == '/' || rest == "\n";
}

// What is left when "/." or "/.." at the start is replaced by "/".
string_view without_segment(string_view rest, string_view segment) {
  rest.remove_prefix(segment.size());
  if (rest.empty()) return "/";
  if (rest == "\n") return "/\n";
  return rest;
}

// Appends a path without its dot segments. Linear: a cut goes back only over what was appended.
void append_without_dots(string_view path, std::pmr::string& to) {
  const size_t start = to.size();
  if (path.starts_with("../")) {
    path.remove_prefix(2);
  } else if (path.starts_with("./")) {
    path.remove_prefix(1);
  }
  while (!is_false(path)) {
    if (is_segment(path, "/.")) {
      path = without_segment(path, "/.");
    } else if (is_segment(path, "/..")) {
      path = without_segment(path, "/..");
      const size_t slash = to.rfind('/');
      to.resize(slash == string_view::npos || slash < start ? start : slash);
    } else {
      const size_t end = std::min(path.find('/', 1), path.size());
      to += path.substr(0, end);
      path.remove_prefix(end);
    }
  }
}

// The path of a reference relative to that of the base.
void merge_paths(const UriParts& base, string_view reference, std::pmr::string& merged) {
  if (base.authority && is_false(base.path)) {
    merged = "/";
  } else {
    merged = base.path.substr(0, base.path.rfind('/') + 1);  // nothing where it has no slash
  }
  merged += reference;
}

// /^NAME\d*\./i
bool is_host_kind(HtmlText host, string_view name) {
  const size_t at = match_folded(host, 0, name);
  if (at == 0) return false;
  const size_t dot = at + leading_digits({host.text.substr(at), host.characters});
  return dot < host.text.size() && host.text[dot] == '.';
}

}  // namespace

void resolve_uri(HtmlText base_uri, HtmlText reference, std::pmr::string& to, std::pmr::string& merged) {
  UriParts r = parse_uri(reference);
  const UriParts base = parse_uri(base_uri);
  if (r.scheme && base.scheme && *r.scheme == *base.scheme) r.scheme.reset();

  const bool absolute = r.scheme.has_value();
  const bool has_authority = absolute || r.authority.has_value();
  const optional<string_view> scheme = absolute ? r.scheme : base.scheme;
  const UriParts& authority_from = has_authority ? r : base;
  const optional<string_view> authority = authority_from.authority;

  to.clear();
  if (scheme && !is_false(*scheme)) {
    to += *scheme;
    to += ':';
  } else if (authority) {
    if (is_host_kind({*authority, authority_from.characters}, "www")) {
      to += "http:";
    } else if (is_host_kind({*authority, authority_from.characters}, "ftp")) {
      to += "ftp:";
    }
  }
  if (authority) {
    to += "//";
    to += *authority;
  }

  optional<string_view> query = r.query;
  if (has_authority || r.path.starts_with('/')) {
    append_without_dots(r.path, to);
  } else if (r.path.empty()) {
    to += base.path;
    if (!query) query = base.query;
  } else {
    merge_paths(base, r.path, merged);
    append_without_dots(merged, to);
  }
  if (query) {
    to += '?';
    to += *query;
  }
  if (r.fragment) {
    to += '#';
    to += *r.fragment;
  }
}

}  // namespace thresh::html
