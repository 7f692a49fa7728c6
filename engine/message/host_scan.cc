// hostRE without a regex engine; see host_scan.h.
//
// A dot is "good" when a known TLD follows it and what comes then is none of [A-Za-z0-9._-]: the end of a
// match depends on the dot alone. A match from p ends behind the last good dot among p+1 .. p+251 with no
// whitespace before it.
#include "engine/message/host_scan.h"

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/message/host_name.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t max_before_dot = 251;  // {0,251} in PerMsgStatus's patterns

bool joins(char c) {
  return c == '.' || c == '_' || c == '-';
}

// End of the TLD behind the dot at text[dot] if the dot is good, else npos.
std::size_t good_end(std::string_view text, std::size_t dot, const RegistryBoundaries& registry) {
  std::size_t found = npos;
  registry.each_tld_end(text, dot + 1, [&](std::size_t end) {
    if (end < text.size() && joins(text[end])) return false;
    found = end;
    return true;
  });
  return found;
}

std::size_t run_end(std::string_view text, std::size_t from) {
  while (from < text.size() && !ascii::is_space(text[from])) ++from;
  return from;
}

}  // namespace

std::optional<Span> find_host(std::string_view text, std::size_t from, const RegistryBoundaries& registry) {
  for (std::size_t begin = from; begin < text.size();) {
    if (ascii::is_space(text[begin])) {
      ++begin;
      continue;
    }
    // The first good dot, and the first place from which it is in reach and which no joining character
    // precedes.
    std::size_t dot = npos;
    std::size_t at = begin + 1;
    for (; at < text.size() && !ascii::is_space(text[at]); ++at) {
      if (text[at] != '.' || good_end(text, at, registry) == npos) continue;
      if (at - begin > max_before_dot) begin = at - max_before_dot;
      while (begin < at && begin > 0 && joins(text[begin - 1])) ++begin;
      if (begin == at) continue;
      dot = at;
      break;
    }
    if (dot == npos) {
      begin = at;
      continue;
    }
    // Greedy: the last good dot within reach.
    for (++at; at < text.size() && at - begin <= max_before_dot && !ascii::is_space(text[at]); ++at)
      if (text[at] == '.' && good_end(text, at, registry) != npos) dot = at;
    return Span{begin, good_end(text, dot, registry)};
  }
  return std::nullopt;
}

std::optional<Span> find_host_after_at(std::string_view text, const RegistryBoundaries& registry) {
  for (std::size_t line = 0; line <= text.size();) {
    const std::size_t newline = std::min(text.find('\n', line), text.size());
    // From the right, with the good dots within reach of the place looked at: a ring of the latest.
    std::array<std::size_t, max_before_dot + 2> dots{};
    std::size_t oldest = 0;
    std::size_t newest = 0;  // dots [oldest, newest), the rightmost first
    for (std::size_t at = newline; at-- > line;) {
      const char c = text[at];
      if (ascii::is_space(c)) {
        oldest = newest;
      } else if (c == '.') {
        if (good_end(text, at, registry) != npos) dots[newest++ % dots.size()] = at;
      } else if (c == '@') {
        const std::size_t begin = at + 1;
        while (oldest < newest && dots[oldest % dots.size()] > begin + max_before_dot) ++oldest;
        if (oldest < newest && dots[oldest % dots.size()] > begin)
          return Span{begin, good_end(text, dots[oldest % dots.size()], registry)};
      }
      // Nothing beyond the reach of the next place is needed again.
      while (oldest < newest && dots[oldest % dots.size()] > at + max_before_dot) ++oldest;
    }
    line = newline + 1;
  }
  return std::nullopt;
}

std::string_view header_host(std::string_view text, bool is_address, const RegistryBoundaries& registry) {
  if (is_address) {
    // /.*\@(\S+)/: the last '@' of a line that something follows.
    for (std::size_t line = 0; line <= text.size();) {
      const std::size_t newline = std::min(text.find('\n', line), text.size());
      for (std::size_t at = newline; at-- > line;) {
        if (text[at] != '@' || at + 1 >= text.size() || ascii::is_space(text[at + 1])) continue;
        const std::string_view host = text.substr(at + 1, run_end(text, at + 1) - at - 1);
        return host == "0" ? std::string_view() : host;
      }
      line = newline + 1;
    }
    return {};
  }
  if (const auto found = find_host_after_at(text, registry); found && is_fqdn_valid(found->in(text)))
    return found->in(text);
  for (std::size_t from = 0;;) {
    const auto found = find_host(text, from, registry);
    if (!found) return {};
    if (is_fqdn_valid(found->in(text))) return found->in(text);
    from = found->end;
  }
}

}  // namespace thresh
