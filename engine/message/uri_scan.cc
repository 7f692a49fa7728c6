// The pattern of PerMsgStatus::_tbirdurire by hand; see uri_scan.h. In its terms:
//
//   start    (?:\b|(?<=ESC\(.)|(?<=[start delimiter]))
//   scheme   ((?:https?|ftp)://|(?:www\d{0,2}|ftp)\.)[^delimiter]{1,2048}   before a delimiter or the end
//   mail     mailto:[^mail delimiter]{1,2048} | [^mail delimiter or @]{1,251}@[^mail delimiter]{1,251}
//   likewise host (?:^|(?<=[punctuation]))[a-z\d][a-z\d._-]{0,251}\.TLD\.?(:\d{1,5})?(/[^delimiter]{1,2048})?
//   likewise
//
// at the leftmost place, in this order. Each class excludes its own delimiters, so a run must reach its
// delimiter whole or the branch fails: no backtracking is left. Whether a branch matches at a place does not
// depend on where the search began, so three cursors (over ':', '@' and '.') look ahead on their own and the
// leftmost candidate wins.
#include "engine/message/uri_scan.h"

#include <algorithm>
#include <array>

#include "engine/base/ascii.h"

namespace thresh {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t max_run =
    2048;  // of a URL or behind mailto:; these four are the {1,N} of PerMsgStatus's patterns
constexpr std::size_t max_mail_run = 251;  // on each side of '@'
constexpr std::size_t max_host_run = 251;  // between the first character of a host and the dot of its TLD
constexpr std::size_t max_port_digits = 5;

enum : unsigned {
  word = 1,
  url_end = 2,
  mail_end = 4,
  start = 8,
  punctuation = 16,
  host_char = 32,
};

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  const auto add = [&](std::string_view bytes, unsigned bits) {
    for (const char c : bytes) classes[static_cast<unsigned char>(c)] |= static_cast<unsigned char>(bits);
  };
  // Bug 4522: ESC begins a shift of ISO-2022. 0xA0 is the no-break space of Latin-1, and a byte of many UTF-8
  // letters.
  constexpr std::string_view blanks = " \t\n\v\f\r\x1b\xa0";
  add(blanks, url_end | mail_end | start | punctuation);
  add("><\"`}]{[|", url_end | mail_end);
  add(",('", mail_end);
  add("><\"'`,{[(|", start);
  add("!\"#$&'()*+,/:;<=>?@[\\]^`{|}~", punctuation);
  for (unsigned c = 0; c < 256; ++c) {
    if (c >= 0x80) classes[c] |= mail_end;
    if (c < 0x80 && ascii::is_word(static_cast<char>(c))) classes[c] |= word;
    if (c < 0x80 && ascii::is_alnum(static_cast<char>(c))) classes[c] |= host_char;
  }
  add("._-", host_char);
  return classes;
}
constexpr std::array<unsigned char, 256> classes = make_classes();

bool is(char c, unsigned bits) {
  return (classes[static_cast<unsigned char>(c)] & bits) != 0;
}

}  // namespace

bool UriScanner::can_start(std::size_t at) const {
  const bool is_word = is(text_[at], word);
  if (at == 0) return is_word;
  const char before = text_[at - 1];
  if (is(before, word) != is_word || is(before, start)) return true;
  return at >= 3 && text_[at - 3] == '\x1b' && text_[at - 2] == '(' && before != '\n';
}

std::size_t UriScanner::run_end(std::size_t from, Run& run, unsigned delimiters) const {
  if (from >= run.begin && from <= run.end) return run.end;
  std::size_t end = from;
  while (end < text_.size() && !is(text_[end], delimiters)) {
    if (end == run.begin) {
      end = run.end;
      break;
    }
    ++end;
  }
  run = {from, end};
  return end;
}

void UriScanner::find_colon(std::size_t from) {
  Cursor& cursor = colon_;
  const auto preceded_by = [&](std::size_t colon, std::string_view scheme) {
    return colon >= scheme.size() &&
           ascii::iequals(text_.substr(colon - scheme.size(), scheme.size()), scheme);
  };
  for (std::size_t at = std::max(cursor.resume, from);; ++at) {
    at = text_.find(':', at);
    if (at == npos) break;
    if (at == 0) continue;
    std::size_t length = 0;
    const bool slashes = text_.substr(at + 1).starts_with("//");
    if (slashes) {
      for (const std::string_view scheme : {"https", "http", "ftp"})
        if (length == 0 && preceded_by(at, scheme)) length = scheme.size();
    }
    const bool mail = length == 0 && preceded_by(at, "mailto");
    if (mail) length = 6;
    if (length == 0 || at - length < from || !can_start(at - length)) continue;
    const std::size_t rest = at + (mail ? 1 : 3);
    const std::size_t end = mail ? run_end(rest, mail_run_, mail_end) : run_end(rest, url_run_, url_end);
    if (end == rest || end - rest > max_run) continue;
    cursor.candidate = {mail ? FoundUri::Kind::mail : FoundUri::Kind::scheme, at - length, end, 0};
    cursor.resume = at + 1;
    cursor.has = true;
    return;
  }
  cursor.done = true;
}

void UriScanner::find_at(std::size_t from) {
  Cursor& cursor = at_;
  for (std::size_t at = std::max(cursor.resume, from);; ++at) {
    at = text_.find('@', at);
    if (at == npos) break;
    const std::size_t floor = std::max(from, at > max_mail_run ? at - max_mail_run : 0);
    std::size_t begin = at;
    while (begin > floor && !is(text_[begin - 1], mail_end) && text_[begin - 1] != '@') --begin;
    if (begin == at) continue;
    const std::size_t end = run_end(at + 1, mail_run_, mail_end);
    if (end == at + 1 || end - at - 1 > max_mail_run) continue;
    while (begin < at && !can_start(begin)) ++begin;
    if (begin == at) continue;
    cursor.candidate = {FoundUri::Kind::mail, begin, end, 0};
    cursor.resume = at + 1;
    cursor.has = true;
    return;
  }
  cursor.done = true;
}

// A URL that begins with www., www1., www12. or ftp., the dot being text_[dot].
bool UriScanner::take_known_prefix(std::size_t dot) {
  std::size_t begin = dot;
  while (begin > 0 && dot - begin < 2 && ascii::is_digit(text_[begin - 1])) --begin;
  if (begin >= 3 && ascii::iequals(text_.substr(begin - 3, 3), "www")) {
    begin -= 3;
  } else if (dot >= 3 && ascii::iequals(text_.substr(dot - 3, 3), "ftp")) {
    begin = dot - 3;
  } else {
    return false;
  }
  if (!can_start(begin)) return false;
  const std::size_t end = run_end(dot + 1, url_run_, url_end);
  if (end == dot + 1 || end - dot - 1 > max_run) return false;
  dot_.candidate = {FoundUri::Kind::scheme, begin, end, 0};
  return true;
}

// End of the match whose host ends at `host_end`; npos when there is none.
std::size_t UriScanner::schemeless_end(std::size_t host_end) {
  const auto delimited = [&](std::size_t at) { return at == text_.size() || is(text_[at], url_end); };
  std::size_t end = host_end;
  if (end < text_.size() && text_[end] == '.') ++end;
  if (end < text_.size() && text_[end] == ':') {
    std::size_t digits = 0;
    while (digits <= max_port_digits && end + 1 + digits < text_.size() &&
           ascii::is_digit(text_[end + 1 + digits]))
      ++digits;
    if (digits == 0 || digits > max_port_digits) return npos;
    end += 1 + digits;
  }
  if (end < text_.size() && text_[end] == '/') {
    const std::size_t path = end + 1;
    end = run_end(path, url_run_, url_end);
    if (end == path || end - path > max_run) return npos;
  }
  return delimited(end) ? end : npos;
}

// A host that begins where the run of host characters begins; nowhere else in it may one begin.
bool UriScanner::take_schemeless() {
  const std::size_t begin = host_begin_;
  if (!ascii::is_alnum(text_[begin])) return false;
  if (begin > 0 && !is(text_[begin - 1], punctuation)) return false;
  const auto take = [&](std::size_t host_end) {
    const std::size_t end = schemeless_end(host_end);
    if (end == npos) return false;
    dot_.candidate = {FoundUri::Kind::schemeless, begin, end, host_end};
    return true;
  };
  if (!registry_.has_odd_tlds()) {
    // Only the last label can be followed by what must follow a TLD.
    const std::size_t host_end = text_[host_end_ - 1] == '.' ? host_end_ - 1 : host_end_;
    const std::size_t dot = text_.substr(0, host_end).rfind('.');
    if (dot == npos || dot <= begin || dot - begin - 1 > max_host_run) return false;
    if (!registry_.is_tld(text_.substr(dot + 1, host_end - dot - 1))) return false;
    return take(host_end);
  }
  for (std::size_t dot = std::min(host_end_ - 1, begin + 1 + max_host_run); dot > begin; --dot)
    if (text_[dot] == '.' && registry_.each_tld_end(text_, dot + 1, take)) return true;
  return false;
}

void UriScanner::find_dot(std::size_t from) {
  Cursor& cursor = dot_;
  for (std::size_t dot = std::max(cursor.resume, from);; ++dot) {
    dot = text_.find('.', dot);
    if (dot == npos) break;
    // The end of a sentence: nothing can follow, and nothing before it made a host.
    if (dot + 1 == text_.size() || is(text_[dot + 1], url_end)) continue;
    bool found = false;
    if (dot >= host_end_) {
      const std::size_t floor = std::max(host_end_, from);
      host_begin_ = dot;
      while (host_begin_ > floor && is(text_[host_begin_ - 1], host_char)) --host_begin_;
      host_end_ = dot + 1;
      while (host_end_ < text_.size() && is(text_[host_end_], host_char)) ++host_end_;
      // At the same place the known prefix comes first.
      found = take_known_prefix(dot);
      if (!found || cursor.candidate.begin != host_begin_) found = take_schemeless() || found;
    } else {
      found = take_known_prefix(dot);
    }
    if (!found || cursor.candidate.begin < from) continue;
    cursor.resume = dot + 1;
    cursor.has = true;
    return;
  }
  cursor.done = true;
}

bool UriScanner::next(FoundUri& found) {
  const auto refresh = [&](Cursor& cursor, void (UriScanner::*find)(std::size_t)) {
    if (cursor.done || (cursor.has && cursor.candidate.begin >= position_)) return;
    cursor.has = false;
    (this->*find)(position_);
  };
  refresh(colon_, &UriScanner::find_colon);
  refresh(at_, &UriScanner::find_at);
  refresh(dot_, &UriScanner::find_dot);

  // At one place: a known scheme or prefix, then mailto:, then an address, then a bare host.
  const auto rank = [&](const Cursor& cursor) {
    if (cursor.candidate.kind == FoundUri::Kind::scheme) return 0;
    if (&cursor == &colon_) return 1;
    return &cursor == &at_ ? 2 : 3;
  };
  const Cursor* best = nullptr;
  for (const Cursor* cursor : {&colon_, &at_, &dot_}) {
    if (!cursor->has) continue;
    if (best == nullptr || cursor->candidate.begin < best->candidate.begin ||
        (cursor->candidate.begin == best->candidate.begin && rank(*cursor) < rank(*best)))
      best = cursor;
  }
  if (best == nullptr) return false;
  found = best->candidate;
  position_ = found.end;
  return true;
}

}  // namespace thresh
