// Host names and addresses by their form; see host_name.h.
#include "engine/message/host_name.h"

#include <cstddef>

#include "engine/base/ascii.h"

namespace thresh {

namespace {

constexpr std::size_t max_name = 253;  // RFC 1035, as Util::is_fqdn_valid counts
constexpr std::size_t max_label = 63;

// /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i, where Perl's $ lets one newline stand at the end.
bool is_label(std::string_view label) {
  if (label.empty() || label.size() > max_label) return false;
  if (label.back() == '\n') label.remove_suffix(1);
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  for (const char c : label)
    if (!ascii::is_word(c) && c != '-') return false;
  return true;
}

}  // namespace

bool is_fqdn_valid(std::string_view name, bool /*is_ascii*/) {
  while (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > max_name) return false;
  // From the end: the last two labels are stricter.
  for (int from_end = 1;; ++from_end) {
    const std::size_t dot = name.rfind('.');
    const std::string_view label = dot == std::string_view::npos ? name : name.substr(dot + 1);
    if (!is_label(label)) return false;
    if (from_end <= 2 && label.contains('_')) return false;
    if (dot == std::string_view::npos) return from_end > 1;
    name = name.substr(0, dot);
  }
}

}  // namespace thresh
