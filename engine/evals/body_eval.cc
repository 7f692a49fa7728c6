// Mail::SpamAssassin::Plugin::BodyEval: how alike the alternatives of a message are, blank lines, words
// spread over lines, labels of stock tips, lengths of body and signature. Rests on Part::rendered
// (characters) and Part::decoded (bytes).
#include <algorithm>
#include <array>
#include <cmath>
#include <memory_resource>
#include <optional>
#include <unordered_map>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/perl_values.h"
#include "engine/evals/stock_labels.h"
#include "engine/message/part_body.h"
#include "engine/message/perl_text.h"

namespace thresh {
namespace {

// --- multipart/alternative -----------------------------------------------------------------------------

struct AlternativeDifference {
  bool known = false;
  double difference = 0;  // {madiff}: percent of the HTML words that the text does not have, the worst part's
  double html_words = 0;  // {madiff_html}, {madiff_text}: of the last part that has HTML words
  double text_words = 0;
};

struct WordCount {
  int html = 0;
  int text = 0;
};

// split(/\s+/) with those words that hold a word character: by Unicode in a text of characters, by ASCII in
// one of bytes.
template <typename Visit>
void each_word(const PerlText& text, Visit&& visit) {
  const std::string_view utf8 = text.utf8;
  std::size_t start = 0;
  bool has_word_character = false;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t here = at;
    const char32_t c = perl::next_character(utf8, at);
    const bool known = text.characters || c < 0x80;
    if (known && perl::is_space(c)) {
      if (has_word_character) visit(utf8.substr(start, here - start));
      start = at;
      has_word_character = false;
    } else if (!has_word_character) {
      has_word_character = known && perl::is_word(c);
    }
  }
  if (has_word_character) visit(utf8.substr(start));
}

bool has_image(const HtmlResults* html) {
  if (html == nullptr) return false;
  for (const NamedNumber& tag : html->inside)
    if (tag.name == "img") return true;
  return false;
}

template <typename Visit>
void each_part_below(const Part& part, Visit&& visit) {
  visit(part);
  for (const Part* child : part.children()) each_part_below(*child, visit);
}

// A meeting request: content_summary() is alternative, html, calendar.
bool is_meeting_request(const Part& root) {
  if (root.type() != "multipart/alternative" || root.children().size() != 2) return false;
  const Part* const html = root.children()[0];
  const Part* const calendar = root.children()[1];
  return html->is_leaf() && html->type() == "text/html" && calendar->is_leaf() &&
         calendar->type() == "text/calendar";
}

void measure_alternative(const Part& alternative, AlternativeDifference& result, Arena& arena) {
  std::pmr::unordered_map<std::string_view, WordCount> words(&arena);
  std::size_t html_words = 0;
  std::size_t text_words = 0;
  each_part_below(alternative, [&](const Part& part) {
    if (!starts_with_word(part.type(), "text")) return;
    const PartBody* const body = PartBody::rendered(part);
    if (body == nullptr || !body->all) return;
    if (part.rendered_type() == "text/html") {
      each_word(*body->all, [&](std::string_view word) { html_words += words[word].html++ == 0; });
      // An image counts as a word where there are none; a newline cannot be one.
      if (html_words == 0 && has_image(part.html())) {
        words["\n"].html = 1;
        html_words = 1;
      }
    } else {
      each_word(*body->all, [&](std::string_view word) { text_words += words[word].text++ == 0; });
    }
  });
  if (html_words == 0) return;
  result.html_words = static_cast<double>(html_words);
  result.text_words = static_cast<double>(text_words);
  std::size_t left = 0;
  for (const auto& [word, count] : words) left += count.html > count.text;
  const double difference = static_cast<double>(left) / static_cast<double>(html_words) * 100;
  if (difference > result.difference) result.difference = difference;
}

const AlternativeDifference& alternative_difference(EvalContext& context) {
  auto& result = context.state<AlternativeDifference>();
  if (result.known) return result;
  result.known = true;
  if (is_meeting_request(context.message.root())) return result;
  for (const Part* part : context.message.all_parts())
    if (starts_with_word(part->type(), "multipart/alternative"))
      measure_alternative(*part, result, context.message.arena());
  return result;
}

EvalResult multipart_alternative_difference(EvalContext& context, const EvalCall& call) {
  const double difference = alternative_difference(context).difference;
  const double min = number_arg(call, 0);
  return (min == 0 || difference > min) && (call.arg(1) == "undef" || difference <= number_arg(call, 1));
}

EvalResult multipart_alternative_difference_count(EvalContext& context, const EvalCall& call) {
  const AlternativeDifference& found = alternative_difference(context);
  if (!(found.html_words > number_arg(call, 1))) return false;
  // A minimum below zero lets a message without HTML words through; Perl dies at the division, which is no
  // hit.
  if (found.html_words == 0) return false;
  return found.text_words / found.html_words > number_arg(call, 0);
}

// --- lines ---------------------------------------------------------------------------------------------

struct BlankLines {
  bool known = false;
  double blank = 0;
  double lines = 0;
};

const BlankLines& count_blank_lines(EvalContext& context) {
  auto& result = context.state<BlankLines>();
  if (result.known) return result;
  result.known = true;
  for (const std::string_view piece : context.message.rawbody()) {
    for (std::size_t at = 0; at < piece.size();) {
      std::size_t end = piece.find('\n', at);
      end = end == std::string_view::npos ? piece.size() : end + 1;
      const std::string_view line = piece.substr(at, end - at);
      result.lines += 1;
      if (ascii::trim_left(line).empty()) result.blank += 1;
      at = end;
    }
  }
  return result;
}

EvalResult check_blank_line_ratio(EvalContext& context, const EvalCall& call) {
  const double min = number_arg(call, 0);
  const double max = number_arg(call, 1);
  const double min_lines = std::max(1.0, number_arg(call, 2));
  const BlankLines& found = count_blank_lines(context);
  const double ratio = found.lines < min_lines ? -1 : 100 * found.blank / found.lines;
  return (min == 0 && ratio <= max) || (ratio > min && ratio <= max);
}

struct VerticalWords {
  bool known = false;
  double percent = -1;  // spaces to other bytes, of the line that has the most
};

EvalResult tvd_vertical_words(EvalContext& context, const EvalCall& call) {
  auto& found = context.state<VerticalWords>();
  if (!found.known) {
    found.known = true;
    for (const std::string_view line : rule_texts(context, call)) {
      if (line.size() <= 5) continue;
      const auto spaces = static_cast<std::size_t>(std::ranges::count(line, ' '));
      const std::size_t others = line.size() - spaces;
      const double percent =
          spaces > others || others == 0
              ? 100
              : std::trunc(100 * static_cast<double>(spaces) / static_cast<double>(others));
      found.percent = std::max(found.percent, percent);
    }
  }
  double max = number_arg(call, 1);
  if (max >= 100) max = 101;
  return found.percent >= number_arg(call, 0) && found.percent < max;
}

// --- stock tips ----------------------------------------------------------------------------------------

struct StockInfo {
  std::optional<std::size_t> labels;
};

std::size_t stock_info(const Message& message, RegexScratch& scratch) {
  for (const Part* part : message.all_parts()) {
    if (part->type() != "text/plain") continue;
    const std::optional<std::string_view> text = part->rendered();
    return text ? count_stock_labels(*text, message.arena(), scratch) : 0;
  }
  return 0;
}

EvalResult check_stock_info(EvalContext& context, const EvalCall& call) {
  auto& found = context.state<StockInfo>();
  if (!found.labels) found.labels = stock_info(context.message, context.regex);
  const double min = number_arg(call, 0);
  return min == 0 || static_cast<double>(*found.labels) >= min;
}

// --- lengths -------------------------------------------------------------------------------------------

EvalResult check_body_length(EvalContext& context, const EvalCall& call) {
  return static_cast<double>(context.message.pristine_body().size()) <= number_arg(call, 0);
}

struct Signature {
  bool known = false;
  bool has_text = false;  // there is a text/plain part
  double body = 0;
  double signature = 0;
  double ratio = 0;
};

// The end of a line "--", with at most one space and one carriage return, that starts at `at`; npos when it
// is another.
std::size_t delimiter_end(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("--")) return std::string_view::npos;
  std::size_t end = at + 2;
  if (end < text.size() && text[end] == ' ') ++end;
  if (end < text.size() && text[end] == '\r') ++end;
  return end == text.size() || text[end] == '\n' ? end : std::string_view::npos;
}

void measure_signature(std::string_view text, Signature& result) {
  constexpr std::size_t decoy = 4;  // bytes: a delimiter with nothing behind it does not count
  result.has_text = true;
  std::size_t body = text.size();
  std::size_t signature = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = delimiter_end(text, at);
    if (end != std::string_view::npos && text.size() - end > decoy) {
      body = at;
      signature = text.size() - end;
    }
    at = text.find('\n', at);
    if (at == std::string_view::npos) break;
    ++at;
  }
  result.body = static_cast<double>(body);
  result.signature = static_cast<double>(signature);
  result.ratio = signature != 0 ? result.body / result.signature : 1e6;
}

const Signature& signature_of(EvalContext& context) {
  auto& result = context.state<Signature>();
  if (result.known) return result;
  result.known = true;
  for (const Part* part : context.message.all_parts()) {
    if (!part->type().starts_with("text/plain")) continue;
    measure_signature(part->decoded(), result);
    break;
  }
  return result;
}

bool in_range(const Signature& found, double length, const EvalCall& call) {
  return found.has_text && length >= number_arg(call, 0) &&
         (!call.has_arg(1) || length <= number_arg(call, 1));
}

EvalResult plaintext_body_length(EvalContext& context, const EvalCall& call) {
  const Signature& found = signature_of(context);
  return in_range(found, found.body, call);
}

EvalResult plaintext_sig_length(EvalContext& context, const EvalCall& call) {
  const Signature& found = signature_of(context);
  return in_range(found, found.signature, call);
}

EvalResult plaintext_body_sig_ratio(EvalContext& context, const EvalCall& call) {
  const Signature& found = signature_of(context);
  return in_range(found, found.ratio, call);
}

constexpr std::string_view plugin = "BodyEval";
constexpr std::array entries{
    EvalEntry{"multipart_alternative_difference", plugin, multipart_alternative_difference},
    EvalEntry{"multipart_alternative_difference_count", plugin, multipart_alternative_difference_count},
    EvalEntry{"check_blank_line_ratio", plugin, check_blank_line_ratio},
    EvalEntry{"tvd_vertical_words", plugin, tvd_vertical_words},
    EvalEntry{"check_stock_info", plugin, check_stock_info},
    EvalEntry{"check_body_length", plugin, check_body_length},
    EvalEntry{"plaintext_body_length", plugin, plaintext_body_length},
    EvalEntry{"plaintext_sig_length", plugin, plaintext_sig_length},
    EvalEntry{"plaintext_body_sig_ratio", plugin, plaintext_body_sig_ratio},
};

}  // namespace

const EvalFamily& body_eval_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
