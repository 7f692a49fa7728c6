#include "engine/evals/free_mail_text.h"

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/evals/email_finder.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

// Sanity limits of FreeMail.pm: addresses of links, and all that are looked up.
constexpr std::size_t link_emails = 20;
constexpr std::size_t all_emails = 40;

// End of https?://\S{0,255}(?:\@|%40)\S{0,255} at text[at]; npos when it does not stand there.
std::size_t uri_with_at_end(std::string_view text, std::size_t at) {
  constexpr std::size_t longest = 255;
  if (!ascii::istarts_with(text.substr(at), "http")) return npos;
  at += 4;
  if (at < text.size() && ascii::to_lower(text[at]) == 's') ++at;
  if (!text.substr(at).starts_with("://")) return npos;
  at += 3;
  // The last @ or %40 that starts within reach.
  std::size_t reach = at;
  while (reach < text.size() && reach - at <= longest + 3 && !ascii::is_space(text[reach])) ++reach;
  for (std::size_t i = std::min(reach, at + longest + 1); i-- > at;) {
    std::size_t end = 0;
    if (text[i] == '@')
      end = i + 1;
    else if (text[i] == '%' && i + 3 <= reach && text.substr(i, 3) == "%40")
      end = i + 3;
    else
      continue;
    const std::size_t limit = std::min(text.size(), end + longest);
    while (end < limit && !ascii::is_space(text[end])) ++end;
    return end;
  }
  return npos;
}

// s{<?https?://\S{0,255}(?:\@|%40)\S{0,255}}{ }gi
std::string_view without_uris(std::string_view line, Arena& arena) {
  if (line.find("://") == npos || (line.find('@') == npos && line.find("%40") == npos)) return line;
  char* const start = arena.bytes(line.size());
  char* out = start;
  std::size_t kept = 0, from = 0;
  while (true) {
    const std::size_t at = find_folded(line, "http", from);
    if (at == npos) break;
    const std::size_t end = uri_with_at_end(line, at);
    if (end == npos) {
      from = at + 1;
      continue;
    }
    const std::size_t begin = at > from && line[at - 1] == '<' ? at - 1 : at;
    out = std::ranges::copy(line.substr(kept, begin - kept), out).out;
    *out++ = ' ';
    kept = from = end;
  }
  out = std::ranges::copy(line.substr(kept), out).out;
  arena.shrink_last(start, line.size(), static_cast<std::size_t>(out - start));
  return {start, static_cast<std::size_t>(out - start)};
}

// End of what makes an address a quotation's: > or the `wrote:` of some language, but not that of a fax
// number.
// (?:>|\s{1,10}(?!(?:fa(?:x|csi)|tel|phone|e?-?mail))[a-z]{2,11}:)
std::size_t quotation_end(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 7> contacts = {"fax",  "facsi", "tel",   "phone",
                                                        "mail", "email", "e-mail"};
  constexpr std::size_t most_spaces = 10, shortest_word = 2, longest_word = 11;
  if (at < text.size() && text[at] == '>') return at + 1;
  const std::size_t spaces = at;
  while (at < text.size() && ascii::is_space(text[at])) ++at;
  if (at == spaces || at - spaces > most_spaces) return npos;
  const std::string_view rest = text.substr(at);
  if (std::ranges::any_of(contacts,
                          [&](std::string_view contact) { return ascii::istarts_with(rest, contact); }))
    return npos;
  std::size_t word = 0;
  while (word < rest.size() && ascii::is_alpha(rest[word])) ++word;
  if (word < shortest_word || word > longest_word || word >= rest.size() || rest[word] != ':') return npos;
  return at + word + 1;
}

// s{<?(?<!mailto:)EMAIL(?:>|...)}{ }gi
std::string_view without_quoted_emails(std::string_view line, const EmailFinder& finder, Arena& arena) {
  std::size_t end = 0;
  const auto is_quoted = [&](const FoundEmail& email) {
    constexpr std::string_view scheme = "mailto:";
    if (email.begin >= scheme.size() &&
        ascii::iequals(line.substr(email.begin - scheme.size(), scheme.size()), scheme))
      return false;
    end = quotation_end(line, email.end);
    return end != npos;
  };
  FoundEmail email;
  if (!finder.find(line, 0, email, is_quoted)) return line;
  char* const start = arena.bytes(line.size());
  char* out = start;
  std::size_t from = 0;
  do {
    const std::size_t begin =
        email.begin > from && line[email.begin - 1] == '<' ? email.begin - 1 : email.begin;
    out = std::ranges::copy(line.substr(from, begin - from), out).out;
    *out++ = ' ';
    from = end;
  } while (finder.find(line, from, email, is_quoted));
  out = std::ranges::copy(line.substr(from), out).out;
  arena.shrink_last(start, line.size(), static_cast<std::size_t>(out - start));
  return {start, static_cast<std::size_t>(out - start)};
}

class Collector {
 public:
  void add(std::string_view email) {
    std::string lower = ascii::lower(email);
    if (std::ranges::find(emails, lower) == emails.end()) emails.push_back(std::move(lower));
  }
  std::vector<std::string> emails;
};

void collect_links(const Message& message, const EmailFinder& finder, Collector& collector) {
  constexpr std::string_view scheme = "mailto:";
  for (const UriDetail& detail : message.uri_details()) {
    if (!detail.has_type("a") || detail.has_type("parsed") || !ascii::istarts_with(detail.uri, scheme))
      continue;
    const std::size_t end = finder.match_at(detail.uri, scheme.size());
    if (end == npos) continue;
    collector.add(detail.uri.substr(scheme.size(), end - scheme.size()));
    if (collector.emails.size() >= link_emails) return;
  }
}

}  // namespace

std::vector<std::string> take_body_emails(EvalContext& context) {
  const Message& message = context.message;
  const EmailFinder finder(message.settings().registry);
  Collector collector;
  collect_links(message, finder, collector);

  const auto lines = context.body();
  std::string_view* changed = nullptr;  // a copy of the list, made with the first line that changes
  Arena& arena = message.arena();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find('@') == npos && lines[i].find("%40") == npos) continue;
    const std::string_view line = without_quoted_emails(without_uris(lines[i], arena), finder, arena);
    if (line.data() != lines[i].data()) {
      if (changed == nullptr) {
        changed = static_cast<std::string_view*>(
            arena.allocate(lines.size() * sizeof(std::string_view), alignof(std::string_view)));
        std::ranges::uninitialized_copy(lines, std::span(changed, lines.size()));
        context.set_body({changed, lines.size()});
      }
      changed[i] = line;
    }
    FoundEmail email;
    for (std::size_t from = 0; finder.find(line, from, email); from = email.end) {
      collector.add(email.in(line));
      if (collector.emails.size() >= all_emails) return std::move(collector.emails);
    }
  }
  return std::move(collector.emails);
}

}  // namespace thresh
