// HTML to text and results (see html.h): Mail::SpamAssassin::HTML::parse, and the sums of
// Message::Node::rendered.
#include "engine/message/html.h"

#include <algorithm>
#include <string_view>

#include "engine/base/ascii.h"
#include "engine/message/html_reader.h"
#include "engine/message/html_source.h"
#include "engine/message/html_tokenizer.h"

namespace thresh {
namespace {

const NamedNumber* find(const std::pmr::vector<NamedNumber>& numbers, std::string_view name) {
  const auto at = std::ranges::find(numbers, name, &NamedNumber::name);
  return at != numbers.end() ? &*at : nullptr;
}

// White space as Node::rendered counts it: that of Unicode in characters; in octets without the form feed.
std::size_t count_space(html::HtmlText text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.text.size();) {
    const char c = text.text[at];
    if (!ascii::is_high(c)) {
      if (ascii::is_space(c) && (text.characters || c != '\f')) ++count;
      ++at;
      continue;
    }
    const html::Character wide = html::character_at(text.text, at);
    if (html::is_space(wide.value, text.characters)) ++count;
    at += wide.size;
  }
  return count;
}

void measure(HtmlResults& results, html::HtmlText text, std::size_t source_size) {
  results.html_length = html::count_characters(text.text);
  results.non_space_len = results.html_length - count_space(text);
  results.numbers.push_back({"html_length", static_cast<double>(results.html_length)});
  results.numbers.push_back({"non_space_len", static_cast<double>(results.non_space_len)});
  if (source_size == 0) return;
  const auto size = static_cast<double>(source_size);
  results.ratio = (size - static_cast<double>(results.html_length)) / size;
  results.numbers.push_back({"ratio", results.ratio});
}

}  // namespace

HtmlResults::HtmlResults(std::pmr::memory_resource* memory)
    : uris(memory),
      anchors(memory),
      titles(memory),
      scripts(memory),
      comments(memory),
      inside(memory),
      numbers(memory) {}

bool HtmlResults::has_inside(std::string_view tag) const {
  return find(inside, tag) != nullptr;
}

double HtmlResults::inside_tag(std::string_view tag) const {
  const NamedNumber* number = find(inside, tag);
  return number != nullptr ? number->value : 0;
}

double HtmlResults::number(std::string_view name) const {
  const NamedNumber* number = find(numbers, name);
  return number != nullptr ? number->value : 0;
}

bool HtmlResults::has_number(std::string_view name) const {
  return find(numbers, name) != nullptr;
}

RenderedHtml render_html(std::string_view html, std::size_t source_size, Arena& arena,
                         std::optional<bool> characters) {
  const bool wide = characters.value_or(std::ranges::any_of(html, ascii::is_high));
  auto* results = arena.make<HtmlResults>(&arena);
  results->characters = wide;

  const std::span<char> source = html::prepare_html(html, wide, arena);
  html::HtmlReader reader(*results, wide, html::count_characters(html),
                          source.size() + html::HtmlTokenizer::kSlack, arena);
  html::HtmlTokenizer tokenizer(reader, wide, &arena);
  tokenizer.parse(source.data(), source.size());
  // Elements that were never closed are: what they hold is no text.
  if (reader.is_inside(html::Tag::style)) tokenizer.append("</style>");
  if (reader.is_inside(html::Tag::script)) tokenizer.append("</script>");
  tokenizer.finish();
  reader.finish();

  const html::RenderedText& text = reader.rendered();
  measure(*results, text.all(), source_size);
  return {.text = text.all().text,
          .visible = text.visible().text,
          .invisible = text.invisible().text,
          .text_is_characters = text.all().characters,
          .visible_is_characters = text.visible().characters,
          .invisible_is_characters = text.invisible().characters,
          .results = results};
}

}  // namespace thresh
