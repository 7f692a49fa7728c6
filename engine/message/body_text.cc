// The texts that body and rawbody rules see: Message::get_body_text_array_common and its three callers,
// get_decoded_body_text_array, and the splitting of both into short pieces.
#include <algorithm>
#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/limits.h"
#include "engine/message/message_state.h"
#include "engine/message/mime_lines.h"
#include "engine/message/part_body.h"
#include "engine/message/utf8.h"

namespace thresh {
namespace {

constexpr std::size_t piece = limits::body_line_length;
// How far beyond the scan size a good place to cut is looked for.
constexpr std::size_t cut_slack = 1024;

// The first `size` characters, or up to 1,024 more where a newline or a space stands there.
std::string_view cut_rendered(std::string_view text, std::size_t size) {
  if (size == 0 || text.size() <= size) return text;
  const std::size_t from = utf8::offset_of(text, size);
  if (from == text.size()) return text;
  const std::string_view slack = text.substr(from, utf8::offset_of(text.substr(from), cut_slack + 1));
  for (const char c : {'\n', ' '})
    if (const std::size_t at = slack.find(c); at != std::string_view::npos)
      return text.substr(0, from + at + 1);
  return text.substr(0, from);
}

std::string_view cut_decoded(std::string_view text, std::size_t size) {
  if (size == 0 || text.size() <= size) return text;
  const std::string_view slack = text.substr(size, cut_slack + 1);
  for (const char c : {'\n', '>', ' '})
    if (const std::size_t at = slack.find(c); at != std::string_view::npos)
      return text.substr(0, size + at + 1);
  return text.substr(0, size);
}

// s/\n+\s*\n+/\x00/gs; s/\s+/ /gs; tr/\x00/\n/: white space with two newlines in it becomes one, with what
// stands before and behind them as a space each; other white space becomes a space.
char* squeeze_space(std::string_view text, bool characters, char* to) {
  const auto space_at = [&](std::size_t at) -> std::size_t {
    const char c = text[at];
    if (!ascii::is_high(c)) return ascii::is_space(c) ? 1 : 0;
    return characters ? utf8::space_at(text, at) : 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = space_at(at);
    if (length == 0) {
      *to++ = text[at] == '\0' ? '\n' : text[at];
      ++at;
      continue;
    }
    constexpr auto none = std::string_view::npos;
    const std::size_t begin = at;
    std::size_t first = none, last = none;
    for (; at < text.size() && (length = space_at(at)) != 0; at += length)
      if (text[at] == '\n') {
        if (first == none) first = at;
        last = at;
      }
    if (first == last) {
      *to++ = ' ';
      continue;
    }
    if (first > begin) *to++ = ' ';
    *to++ = '\n';
    if (last + 1 < at) *to++ = ' ';
  }
  return to;
}

// split_into_array_of_short_lines
void split_lines(std::string_view text, std::pmr::vector<std::string_view>& lines) {
  for (std::size_t at = 0; at < text.size();) {
    std::string_view line = mime::line_at(text, at);
    at += line.size();
    while (line.size() > piece) {
      const std::size_t space = line.rfind(' ', piece);
      const std::size_t size = space == std::string_view::npos ? piece : space + 1;
      lines.push_back(line.substr(0, size));
      line.remove_prefix(size);
    }
    lines.push_back(line);  // empty where the last piece took all
  }
}

// split_into_array_of_short_paragraphs
void split_paragraphs(std::string_view text, std::pmr::vector<std::string_view>& pieces) {
  if (text.size() <= piece) {
    pieces.push_back(text);
    return;
  }
  std::size_t at = 0;
  while (text.size() - at > 2 * piece) {
    // The last byte of the piece: 2,048 bytes on or the next newline, > or space within as much again.
    const std::string_view slack = text.substr(at + piece, piece);
    std::size_t end = at + piece;
    for (const char c : {'\n', '>', ' '})
      if (const std::size_t found = slack.find(c); found != std::string_view::npos) {
        end += found;
        break;
      }
    pieces.push_back(text.substr(at, end - at + 1));
    at = end + 1;
  }
  if (at < text.size()) pieces.push_back(text.substr(at));
}

bool begins_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || !ascii::is_word(text[word.size()]));
}

}  // namespace

Message::State::Values Message::State::render_body(Rendering rendering) {
  if (leaves.empty()) return {};
  std::pmr::vector<PerlText> texts(&arena);
  bool characters = false;
  std::size_t size = 0;
  for (const Part* const part : leaves) {
    PerlText text;
    if (const PartBody* const rendered = PartBody::rendered(*part)) {
      const auto& chosen = rendering == Rendering::all       ? rendered->all
                           : rendering == Rendering::visible ? rendered->visible
                                                             : rendered->invisible;
      if (chosen) text = *chosen;
    }
    text.utf8 = cut_rendered(text.utf8, settings.body_part_scan_size);
    characters |= text.characters;
    size += text.utf8.size() + 1;
    texts.push_back(text);
  }
  std::string_view subject;
  if (rendering != Rendering::invisible) {
    const HeaderField* const field = parsed.root->find_header("subject");
    subject = field == nullptr ? std::string_view("\n")
                               : std::string_view(field->decoded.data(), field->decoded.size() + 1);
  }

  // Everything in one buffer, so that white space is seen across parts.
  char* const all = arena.bytes(size);
  char* to = all;
  for (const PerlText& text : texts) {
    if (to != all) *to++ = '\n';
    to = std::copy(text.utf8.begin(), text.utf8.end(), to);
  }
  const std::string_view whole(all, static_cast<std::size_t>(to - all));
  char* const out = arena.bytes(subject.size() + whole.size());
  char* end = std::copy(subject.begin(), subject.end(), out);
  char* const text_begin = end;
  end = squeeze_space(whole, characters, end);
  if (!characters) {
    // Perl writes the bytes as they are, one a character.
    char* kept = text_begin;
    for (const char* c = text_begin; c < end; ++c) {
      if (ascii::is_high(*c) && c + 1 < end) {
        *kept++ = static_cast<char>((c[0] & 3) << 6 | (c[1] & 0x3f));
        ++c;
        continue;
      }
      *kept++ = *c;
    }
    end = kept;
  }
  std::pmr::vector<std::string_view> lines(&arena);
  split_lines({out, static_cast<std::size_t>(end - out)}, lines);
  return keep(lines);
}

Message::State::Values Message::State::decode_rawbody() {
  std::pmr::vector<std::string_view> pieces(&arena);
  for (const Part* const part : leaves) {
    const std::string_view type = part->effective_type();
    if (!begins_with_word(type, "text") && !begins_with_word(type, "message")) continue;
    if (part->type() == "text/calendar") continue;
    split_paragraphs(cut_decoded(part->decoded(), settings.rawbody_part_scan_size), pieces);
  }
  return keep(pieces);
}

// {metadata}{html} and {html_all}
void Message::State::collect_html() {
  html_collected = true;
  for (const Part* const part : leaves) {
    const PartBody* const rendered = PartBody::rendered(*part);
    if (rendered == nullptr || !rendered->all || rendered->type != "text/html") continue;
    html = rendered->html;
    if (html != nullptr) html_all.push_back(html);
  }
}

}  // namespace thresh
