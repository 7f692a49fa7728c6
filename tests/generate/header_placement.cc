// Where a header rule looks: fields, their addresses and names, the whole header, and what the Received chain
// says.
#include <algorithm>
#include <regex>

#include "tests/generate/placement.h"

namespace thresh::generate {
namespace {

// "41." stands for any address that begins so.
std::string whole_address(std::string value) {
  for (auto dots = std::count(value.begin(), value.end(), '.'); dots < 3; ++dots)
    value += value.ends_with('.') || value.empty() ? "7." : ".7";
  if (value.ends_with('.')) value += '7';
  return value;
}

// "[ ip=1.2.3.4 rdns=x helo=y by=z ident= envfrom= ... ] [ ... ]" or a piece of it, onto the hops of the
// draft.
void place_relays(const std::string& text, Random& random, Draft& draft) {
  std::size_t hop = 0;
  std::string rest = text;
  while (true) {
    const std::size_t end = rest.find(']');
    const std::string one = rest.substr(0, end);
    if (draft.hops.size() <= hop) draft.hops.resize(hop + 1);
    Hop& into = draft.hops[hop];
    static const std::regex pair("(ip|rdns|helo|by|envfrom|ident|auth)=([^ \\n]*)");
    for (std::sregex_iterator it(one.begin(), one.end(), pair), last; it != last; ++it) {
      const std::string key = (*it)[1], value = (*it)[2];
      if (key == "ip")
        into.ip = whole_address(value);
      else if (key == "rdns")
        (into.rdns = value, into.unset_rdns = value.empty());
      else if (key == "helo")
        into.helo = value;
      else if (key == "by")
        into.by = value;
      else if (key == "envfrom")
        into.envelope_from = value;
      else if (key == "ident")
        into.ident = value;
      else
        into.auth = value;
    }
    // Only a text that is a name is one.
    if (one.find('=') == std::string::npos && one.find('.') != std::string::npos &&
        one.find(' ') == std::string::npos)
      into.rdns = one;
    if (end == std::string::npos || rest.find('[', end) == std::string::npos) break;
    rest.erase(0, end + 1);
    ++hop;
  }
  if (text.find('[') == std::string::npos && chance(random, 30)) draft.hops.resize(1);
}

bool is_field_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return c > ' ' && c < 0x7f; });
}

void place_whole_header(const std::string& text, Draft& draft) {
  std::size_t at = 0;
  bool first = true;
  while (at < text.size()) {
    std::size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    if (is_field_line(line)) {
      const std::string key = lower(line.substr(0, line.find(':')));
      draft.without.insert(key);
      draft.mailboxes.erase(key);
      draft.fields.erase(key);
    } else if (first) {
      line = "X-Sample: " + line;
    } else if (line[0] != ' ' && line[0] != '\t') {
      line = ' ' + line;
    }
    draft.header_lines.push_back(line);
    first = false;
  }
}

bool is_mailbox(const std::string& key) {
  static const std::set<std::string> keys{
      "from", "to", "cc", "reply-to", "sender", "errors-to", "disposition-notification-to"};
  return keys.contains(key);
}

}  // namespace

void place_header(std::string_view request, const std::string& text, Random& random, Draft& draft) {
  const std::string name(request.substr(0, request.find(':')));
  const std::string modifiers(request.substr(name.size()));
  const std::string key = lower(name);
  if (name.starts_with("ALL")) return place_whole_header(text, draft);
  if (key.starts_with("x-spam-relays-")) return place_relays(text, random, draft);
  if (name == "MESSAGEID") return place_header("Message-ID", text, random, draft);
  if (key == "envelopefrom") {
    draft.fields.erase("return-path");
    std::string address = text.find('@') == std::string::npos ? text + "@sender.net" : text;
    if (address.starts_with('@') || address.starts_with('=')) address = "someone" + address;
    return draft.add_field("Return-Path",
                           address.find('<') == std::string::npos ? '<' + address + '>' : address);
  }
  if (key == "tocc") return place_header("To" + modifiers, text, random, draft);
  draft.without.erase(key);
  if (key == "received") {
    draft.received.push_back(text.find("from") != std::string::npos || chance(random, 50)
                                 ? text
                                 : "from mx.sender.net (mx.sender.net [64.142.3.9]) " + text);
    if (chance(random, 60)) draft.received.back() += "; Wed, 04 Mar 2020 10:20:29 +0000";
    return;
  }
  if (is_mailbox(key)) {
    Mailbox& mailbox = draft.mailboxes[key];
    if (modifiers.find(":addr") != std::string::npos) {
      mailbox.address = text.find('@') == std::string::npos ? "someone@" + text
                        : text.starts_with('@')             ? "someone" + text
                                                            : text;
      if (mailbox.address.ends_with('@')) mailbox.address += "sender.net";
    } else if (modifiers.find(":name") != std::string::npos)
      mailbox.name += (mailbox.name.empty() ? "" : " ") + text;
    else if (mailbox.whole.empty())
      mailbox.whole = text;
    else
      mailbox.whole = chance(random, 50) ? mailbox.whole + ' ' + text : text + ' ' + mailbox.whole;
    return;
  }
  if (modifiers.find(":addr") != std::string::npos) return draft.add_field(name, '<' + text + '>');
  // A blank at the start of a value is lost, so something stands before it.
  if (modifiers.empty() && text.starts_with(' '))
    return place_header(request, (key == "date" ? "Wed, 04 Mar 2020 10:20:30" : "so") + text, random, draft);
  // Two rules about one field: a value that serves both.
  auto at = draft.fields.find(key);
  if (at == draft.fields.end() || at->second.second.empty()) return draft.add_field(name, text);
  std::string& old = at->second.second.back();
  const std::string joint = key == "content-type" ? "; " : " ";
  switch (below(random, 4)) {
    case 0:
      old += joint + text;
      break;
    case 1:
      old = text + joint + old;
      break;
    case 2:
      old = text;
      break;
    default:
      old = chance(random, 50) ? old + text : text + old;
  }
}

}  // namespace thresh::generate
