// The relaxed grammar of Util.pm ($header_address_re), read by hand: a list of
//   [phrase] <address> [<address>...] [(comment)]   or   address [(comment)]   or   phrase [(comment)]
// separated by commas or semicolons. Where the expression can match in several ways the first in its order
// counts, so the code tries them in that order; what has failed once is not tried again.
#include "engine/message/address.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/message/idn.h"
#include "engine/message/uri.h"

namespace thresh {
namespace {

using sv = std::string_view;
constexpr std::size_t npos = sv::npos;

// (?:[^STOP\\]++|\\.)*+ from `at`; `.` takes a newline only with `dot_all`.
template <typename Stop>
std::size_t escaped_run(sv text, std::size_t at, bool dot_all, Stop&& stop) {
  while (at < text.size() && !stop(text[at])) {
    if (text[at] != '\\') {
      ++at;
      continue;
    }
    if (at + 1 >= text.size() || (!dot_all && text[at + 1] == '\n')) break;
    at += 2;
  }
  return at;
}

// End of the quoted string that begins at `at`; npos: it is not closed.
std::size_t quoted_end(sv text, std::size_t at, bool dot_all = false) {
  if (at >= text.size() || text[at] != '"') return npos;
  const std::size_t end = escaped_run(text, at + 1, dot_all, [](char c) { return c == '"'; });
  return end < text.size() && text[end] == '"' ? end + 1 : npos;
}

// End of the comment (without comments in it) that begins at `at`; npos: there is none.
std::size_t comment_end(sv text, std::size_t at, bool dot_all) {
  if (at >= text.size() || text[at] != '(') return npos;
  const std::size_t end = escaped_run(text, at + 1, dot_all, [](char c) { return c == '(' || c == ')'; });
  return end < text.size() && text[end] == ')' ? end + 1 : npos;
}

std::size_t skip_space(sv text, std::size_t at) {
  while (at < text.size() && ascii::is_space(text[at])) ++at;
  return at;
}

std::size_t token_end(sv text, std::size_t at) {
  while (at < text.size() && !ascii::is_space(text[at])) ++at;
  return at;
}

bool ends_local_part(char c) {
  return ascii::is_space(c) || sv("@<>()[],:;").find(c) != npos;
}
bool ends_domain(char c) {
  return ascii::is_space(c) || sv("\"<>()[],:;").find(c) != npos;
}

// $header_address_mailre at `at`: "quoted"@domain or local@domain. The end, npos when it is none.
std::size_t mailbox_end(sv text, std::size_t at) {
  const auto domain_end = [&](std::size_t sign) -> std::size_t {
    if (sign >= text.size() || text[sign] != '@') return npos;
    std::size_t end = sign + 1;
    if (end < text.size() && text[end] == '[') {
      const std::size_t begin = ++end;
      while (end < text.size() && (ascii::is_digit(text[end]) || text[end] == ':' || text[end] == '.')) ++end;
      return end > begin && end < text.size() && text[end] == ']' ? end + 1 : npos;
    }
    while (end < text.size() && !ends_domain(text[end])) ++end;
    return end > sign + 1 ? end : npos;
  };
  if (const std::size_t quoted = quoted_end(text, at); quoted != npos)
    if (const std::size_t end = domain_end(quoted); end != npos) return end;
  std::size_t local = at;
  while (local < text.size() && !ends_local_part(text[local])) ++local;
  return local > at ? domain_end(local) : npos;
}

// ^mailre$, where $ lets one newline pass.
bool is_mailbox(sv text) {
  const std::size_t end = mailbox_end(text, 0);
  return end == text.size() || (end != npos && end + 1 == text.size() && text[end] == '\n');
}

// _valid_parsed_address
bool is_plausible(sv address) {
  return !address.starts_with("\"\"@") && std::ranges::count(address, '"') != 1;
}

// Without comments (not nested ones); the text itself when it has none.
sv without_comments(sv text, Arena& arena) {
  char* to = nullptr;
  char* out = nullptr;
  std::size_t kept = 0;  // copied up to here
  for (std::size_t at = text.find('('); at != npos;) {
    const std::size_t end = comment_end(text, at, true);
    if (end == npos) {
      at = text.find('(', at + 1);
      continue;
    }
    if (to == nullptr) out = to = arena.bytes(text.size());
    out = std::ranges::copy(text.substr(kept, at - kept), out).out;
    kept = end;
    at = text.find('(', end);
  }
  if (to == nullptr) return text;
  out = std::ranges::copy(text.substr(kept), out).out;
  return {to, static_cast<std::size_t>(out - to)};
}

// The phrase without its quotes, escapes and comments.
sv plain_phrase(sv phrase, Arena& arena) {
  char* const to = arena.bytes(phrase.size() + 1);
  char* out = to;
  for (std::size_t at = 0; at < phrase.size();) {
    if (phrase[at] == '"') {
      const std::size_t end = quoted_end(phrase, at, true);
      if (end == npos) {
        ++at;
        continue;
      }
      // s/\\(?!\\)//g, then s/\\\\/\\/g: a backslash survives where a pair stands.
      const sv quoted = phrase.substr(at + 1, end - at - 2);
      char* const begin = out;
      for (std::size_t i = 0; i < quoted.size(); ++i)
        if (quoted[i] != '\\' || (i + 1 < quoted.size() && quoted[i + 1] == '\\')) *out++ = quoted[i];
      char* const end_of_quoted = out;
      out = begin;
      for (char* i = begin; i < end_of_quoted; ++i) {
        *out++ = *i;
        if (*i == '\\' && i + 1 < end_of_quoted && i[1] == '\\') ++i;
      }
      at = end;
    } else {
      const std::size_t end = std::min(phrase.find('"', at), phrase.size());
      out = std::ranges::copy(without_comments(phrase.substr(at, end - at), arena), out).out;
      at = end;
    }
  }
  return {to, static_cast<std::size_t>(out - to)};
}

// The fields of one match of $header_address_re; null where Perl has undef.
struct Match {
  sv phrase, enclosed, address, comment;
  std::size_t end = 0;
};

class List {
 public:
  List(sv text, Arena& arena) : text_(text), arena_(arena), lowest_tried_(&arena), tried_(&arena) {}

  // The next entry at `at`; false when nothing fits there.
  bool next(std::size_t at, Match& out) {
    const std::size_t begin = skip_space(text_, at);
    out = {};
    if (enclosed_address(begin, out) || bare_address(begin, out) || bare_phrase(begin, out)) return true;
    // White space may be taken as a phrase where nothing else is there.
    if (begin == at || (begin < text_.size() && text_[begin] != ',' && text_[begin] != ';')) return false;
    out = {};
    out.phrase = text_.substr(begin - 1, 1);
    out.end = std::min(begin + 1, text_.size());
    return true;
  }

 private:
  // (?: "..." | [^",;<]++ )+ ; `quotes`, when given, learns where quoted strings end.
  std::size_t phrase_end(std::size_t at, std::pmr::vector<std::size_t>* quotes = nullptr) const {
    while (at < text_.size()) {
      const char c = text_[at];
      if (c == '"') {
        const std::size_t end = quoted_end(text_, at);
        if (end == npos) break;
        at = end;
        if (quotes != nullptr) quotes->push_back(at);
      } else if (c == ',' || c == ';' || c == '<') {
        break;
      } else {
        ++at;
      }
    }
    return at;
  }

  // (?: \s* \( comment \) )? \s* (?: [,;] | \z )
  bool finish(std::size_t at, Match& out) const {
    const std::size_t open = skip_space(text_, at);
    out.comment = {};
    if (const std::size_t end = comment_end(text_, open, false); end != npos) {
      out.comment = text_.substr(open + 1, end - open - 2);
      if (terminator(end, out)) return true;
      out.comment = {};
    }
    return terminator(at, out);
  }
  bool terminator(std::size_t at, Match& out) const {
    at = skip_space(text_, at);
    if (at == text_.size()) {
      out.end = at;
      return true;
    }
    if (text_[at] != ',' && text_[at] != ';') return false;
    out.end = at + 1;
    return true;
  }

  // The places where \S+ \s* > can end for a run of text, longest first.
  struct Closings {
    std::size_t begin = 0, run = 0, next = 0;
    bool behind_space = false;  // the > behind white space is still to come
  };
  Closings closings(std::size_t at) {
    const std::size_t run = run_end(at);
    return {at, run, run, run > at};
  }
  // token_end, which is asked for again and again inside one run.
  std::size_t run_end(std::size_t at) {
    if (at < run_begin_ || at >= run_end_) {
      const bool joins = at < run_begin_ && token_end(text_.substr(0, run_begin_), at) == run_begin_ &&
                         (run_begin_ == text_.size() || !ascii::is_space(text_[run_begin_]));
      run_end_ = joins ? std::max(run_end_, run_begin_) : token_end(text_, at);
      run_begin_ = at;
    }
    return run_end_;
  }
  // The position behind the next of them; npos when there are no more. Those that were tried from another
  // place in the same run are left out.
  std::size_t next_closing(Closings& c) {
    if (c.behind_space) {
      c.behind_space = false;
      const std::size_t close = skip_space(text_, c.run);
      if (close > c.run && close < text_.size() && text_[close] == '>') return close + 1;
    }
    if (c.run == c.begin) return npos;
    std::size_t from = c.next;
    if (!lowest_tried_.empty()) from = std::min<std::size_t>(from, lowest_tried_[c.run]);
    for (std::size_t i = from; i-- > c.begin + 1;) {
      if (text_[i] != '>') continue;
      if (!lowest_tried_.empty()) lowest_tried_[c.run] = static_cast<std::uint32_t>(i);
      c.next = i;
      return i + 1;
    }
    c.next = c.begin;
    return npos;
  }

  // One < \s* (?: (?: "..." )? \S+ | \s* ) \s* > that may follow an address: the places where it can end, in
  // order.
  struct Enclosure {
    std::size_t at;  // where the rest begins when there is no enclosure here
    int stage = 0;   // 0 the quoted form, 1 the plain one, 2 the empty one, 3 none
    Closings closings{};
    std::size_t inner = npos;
  };
  Enclosure enclosure(std::size_t at) {
    Enclosure e{.at = at, .stage = 3};
    const std::size_t open = skip_space(text_, at);
    if (open >= text_.size() || text_[open] != '<') return e;
    e.inner = skip_space(text_, open + 1);
    const std::size_t quoted = quoted_end(text_, e.inner);
    e.stage = quoted != npos ? 0 : 1;
    e.closings = closings(quoted != npos ? quoted : e.inner);
    return e;
  }
  std::size_t next_end(Enclosure& e) {
    while (e.stage < 2) {
      if (const std::size_t end = next_closing(e.closings); end != npos) return end;
      ++e.stage;
      e.closings = closings(e.inner);
    }
    if (e.stage++ == 2 && e.inner < text_.size() && text_[e.inner] == '>') return e.inner + 1;
    return npos;
  }

  // As many enclosures as can be, then the rest; first success in the order of a backtracking matcher. A
  // position is tried once, for whether the rest fits behind it does not depend on the way there.
  bool more_enclosures(std::size_t at, Match& out) {
    if (const std::size_t open = skip_space(text_, at); open >= text_.size() || text_[open] != '<')
      return finish(at, out);
    if (tried_.empty()) {
      // Both stay valid for the whole list: what did not fit behind a position never will.
      tried_.assign(text_.size() + 1, false);
      lowest_tried_.assign(text_.size() + 1, static_cast<std::uint32_t>(text_.size()));
    }
    if (tried_[at]) return false;
    tried_[at] = true;
    std::pmr::vector<Enclosure> stack(&arena_);
    stack.push_back(enclosure(at));
    while (!stack.empty()) {
      const std::size_t end = next_end(stack.back());
      if (end == npos) {
        if (finish(stack.back().at, out)) return true;
        stack.pop_back();
      } else if (!tried_[end]) {
        tried_[end] = true;
        stack.push_back(enclosure(end));
      }
    }
    return false;
  }

  // [phrase] < \s* ( [^>\@]* \S+ | \s* ) \s* > and so on
  bool enclosed_address(std::size_t begin, Match& out) {
    const std::size_t open = phrase_end(begin);
    if (open >= text_.size() || text_[open] != '<') return false;
    out.phrase = open > begin ? text_.substr(begin, open - begin) : sv();
    // After a quoted string white space belongs to no phrase; it is part of the run otherwise, as here.
    const std::size_t inner = skip_space(text_, open + 1);
    const std::size_t sign = text_.find_first_of("@>", inner);
    if (sign == npos) return no_enclosed(out);
    const auto accept = [&](std::size_t end, std::size_t close) {
      out.enclosed = text_.substr(inner, end - inner);
      return more_enclosures(close + 1, out);
    };
    Closings ends = closings(sign);
    for (std::size_t end = next_closing(ends); end != npos; end = next_closing(ends))
      if (accept(std::min(end - 1, ends.run), end - 1)) return true;
    if (text_[sign] != '>') return no_enclosed(out);
    std::size_t end = sign;
    while (end > inner && ascii::is_space(text_[end - 1])) --end;
    if (end > inner && accept(end, sign)) return true;
    if (sign == inner && accept(inner, sign)) return true;
    return no_enclosed(out);
  }
  static bool no_enclosed(Match& out) {
    out = {};
    return false;
  }

  bool bare_address(std::size_t begin, Match& out) const {
    const std::size_t end = mailbox_end(text_, begin);
    if (end == npos || !finish(end, out)) return false;
    out.address = text_.substr(begin, end - begin);
    return true;
  }

  // As much as possible, or up to a quoted string with a comment behind it.
  bool bare_phrase(std::size_t begin, Match& out) const {
    std::pmr::vector<std::size_t> quotes(&arena_);
    const std::size_t end = phrase_end(begin, &quotes);
    if (end == begin) return false;
    if (finish(end, out)) {
      out.phrase = text_.substr(begin, end - begin);
      return true;
    }
    while (!quotes.empty()) {
      const std::size_t at = quotes.back();
      quotes.pop_back();
      if (at == end || !finish(at, out)) continue;
      out.phrase = text_.substr(begin, at - begin);
      return true;
    }
    return false;
  }

  sv text_;
  Arena& arena_;
  std::size_t run_begin_ = 0, run_end_ = 0;       // the run that run_end() looked at last
  std::pmr::vector<std::uint32_t> lowest_tried_;  // by end of a run: the lowest > in it that was tried
  std::pmr::vector<char> tried_;                  // positions behind a >
};

// s/^(([^\@]*)\@([^\@]*)).*/$1/: what follows a second @ goes, up to a newline.
void cut_address(sv address, MailAddress& out, Arena& arena) {
  const std::size_t sign = address.find('@');
  const std::size_t second = std::min(address.find('@', sign + 1), address.size());
  out.user = address.substr(0, sign);
  out.host = address.substr(sign + 1, second - sign - 1);
  const std::size_t newline = std::min(address.find('\n', second), address.size());
  if (newline == address.size()) {
    out.address = address.substr(0, second);
    return;
  }
  char* const to = arena.bytes(second + address.size() - newline);
  char* const end =
      std::ranges::copy(address.substr(newline), std::ranges::copy(address.substr(0, second), to).out).out;
  out.address = {to, static_cast<std::size_t>(end - to)};
}

MailAddress entry(const Match& match, Arena& arena) {
  MailAddress out;
  sv address = match.address;
  if (match.enclosed.data() != nullptr) {
    address = without_comments(match.enclosed, arena);
    if (!is_mailbox(address)) address = {};
  }
  if (address.data() != nullptr && !is_plausible(address)) address = {};

  sv phrase = match.phrase;
  if (phrase.data() != nullptr) {
    phrase = plain_phrase(phrase, arena);
    const auto host_is_valid = [&] {
      const std::size_t sign = phrase.find('@');
      const std::size_t second = std::min(phrase.find('@', sign + 1), phrase.size());
      return is_fqdn_valid(idn_to_ascii(phrase.substr(sign + 1, second - sign - 1), arena), true);
    };
    if (address.data() == nullptr && is_mailbox(phrase) && is_plausible(phrase) && host_is_valid()) {
      address = phrase;
      phrase = {};
    } else if (phrase.empty() || (address.data() != nullptr && phrase == address)) {
      phrase = {};
    }
  }
  out.comment = match.comment;
  out.phrase = phrase.data() != nullptr ? phrase : match.comment;
  if (address.data() != nullptr) cut_address(address, out, arena);
  return out;
}

// Text without white space at its end, pairs of backslashes and the name of a group.
sv prepare(sv value, Arena& arena) {
  sv text = ascii::trim_right(value);
  if (text.find("\\\\") != npos) {
    char* const to = arena.bytes(text.size());
    char* out = to;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.substr(i).starts_with("\\\\"))
        ++i;
      else
        *out++ = text[i];
    }
    text = {to, static_cast<std::size_t>(out - to)};
  }
  // s/^[^"()<>]+:\s*(.*?)\s*(?:;.*)?/$1/gs: up to the last colon before a quote, parenthesis or bracket. As
  // the middle may be empty, what follows goes only where it begins with a semicolon.
  const sv head = text.substr(0, text.find_first_of("\"()<>"));
  const std::size_t colon = head.rfind(':');
  if (colon != npos && colon > 0) {
    text.remove_prefix(skip_space(text, colon + 1));
    if (text.starts_with(';')) text = {};
  }
  return text;
}

}  // namespace

std::pmr::vector<MailAddress> parse_header_addresses(sv value, Arena& arena) {
  std::pmr::vector<MailAddress> out(&arena);
  const sv text = prepare(value, arena);
  if (ascii::trim(text).empty()) return out;

  List list(text, arena);
  std::size_t at = 0;
  for (Match match; list.next(at, match); at = match.end) {
    out.push_back(entry(match, arena));
    if (match.end == at) break;
  }
  // Something was left over: addresses in angle brackets still count.
  const sv rest = text.substr(at);
  if (rest.find('@') == npos) return out;
  for (std::size_t open = rest.find('<'); open != npos;) {
    const std::size_t end = mailbox_end(rest, open + 1);
    if (end == npos || end >= rest.size() || rest[end] != '>') {
      open = rest.find('<', open + 1);
      continue;
    }
    const sv address = rest.substr(open + 1, end - open - 1);
    if (is_plausible(address)) cut_address(address, out.emplace_back(), arena);
    open = rest.find('<', end + 1);
  }
  return out;
}

}  // namespace thresh
