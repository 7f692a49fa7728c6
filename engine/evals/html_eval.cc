// Mail::SpamAssassin::Plugin::HTMLEval: what the HTML parts of a message are made of. Each test asks every
// part
// ({html_all}) and hits when one of them fits. Rests on HtmlResults, whose texts are characters.
#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/evals/characters.h"
#include "engine/evals/families.h"
#include "engine/evals/perl_values.h"
#include "engine/message/perl_text.h"
#include "rules/language/meta.h"

namespace thresh {
namespace {

const double* find_number(std::span<const NamedNumber> numbers, std::string_view name) {
  for (const NamedNumber& number : numbers)
    if (number.name == name) return &number.value;
  return nullptr;
}

// The scalar {NAME} of the results; nullopt when it is not defined.
std::optional<double> scalar(const HtmlResults& html, std::string_view name) {
  const double* const number = find_number(html.numbers, name);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

// The list {NAME}; null when the results hold no list of that name.
const std::pmr::vector<std::string_view>* text_list(const HtmlResults& html, std::string_view name) {
  const std::pmr::vector<std::string_view>* list = nullptr;
  if (name == "comment") list = &html.comments;
  if (name == "anchor") list = &html.anchors;
  if (name == "title") list = &html.titles;
  if (name == "script") list = &html.scripts;
  return list == nullptr || list->empty() ? nullptr : list;
}

template <typename Test>
bool any_html(EvalContext& context, Test&& test) {
  for (const HtmlResults* html : context.message.html_all())
    if (html != nullptr && test(*html)) return true;
  return false;
}

// --- tags ----------------------------------------------------------------------------------------------

// The right half of a comparison, "!= 0" or "< 512", which HTMLEval hands to Perl's eval behind a value.
class Comparison {
 public:
  // What holds other characters than digits, blanks, < > = ! - +, or is no expression, never holds.
  static Comparison parse(std::string_view text) {
    Comparison comparison;
    if (text.empty() || text.find_first_not_of("<>=!-+ 0123456789") != std::string_view::npos)
      return comparison;
    const auto no_rules = [](std::string_view) { return std::vector<std::string>(); };
    Result<MetaExpression> parsed = parse_meta("VALUE " + std::string(text), no_rules);
    if (parsed) comparison.expression_ = std::move(*parsed);
    return comparison;
  }

  [[nodiscard]] bool holds(double value) const {
    return expression_ && expression_->evaluate(std::span<const double>(&value, 1)) != 0;
  }

 private:
  std::optional<MetaExpression> expression_;
};

Result<std::shared_ptr<const void>> prepare_comparison(const EvalCall& call, const RuleSet&) {
  return std::make_shared<Comparison>(Comparison::parse(call.arg(1)));
}

EvalResult html_tag_balance(EvalContext& context, const EvalCall& call) {
  const auto& comparison = call.prepared_as<Comparison>();
  const std::string_view tag = call.arg(0);
  if (tag.empty() || !std::ranges::all_of(tag, ascii::is_alnum)) return false;
  return any_html(context, [&](const HtmlResults& html) {
    const double* balance = find_number(html.inside, tag);
    return balance != nullptr && comparison.holds(*balance);
  });
}

EvalResult html_tag_exists(EvalContext& context, const EvalCall& call) {
  const std::string_view tag = call.arg(0);
  return any_html(context, [&](const HtmlResults& html) { return find_number(html.inside, tag) != nullptr; });
}

// --- images --------------------------------------------------------------------------------------------

EvalResult html_image_only(EvalContext& context, const EvalCall& call) {
  const double min = number_arg(call, 0);
  const double max = number_arg(call, 1);
  return any_html(context, [&](const HtmlResults& html) {
    if (find_number(html.inside, "img") == nullptr) return false;
    const std::optional<double> length = scalar(html, "length");
    return length && *length > min && *length <= max;
  });
}

EvalResult html_image_ratio(EvalContext& context, const EvalCall& call) {
  const double min = number_arg(call, 0);
  const double max = number_arg(call, 1);
  return any_html(context, [&](const HtmlResults& html) {
    const double area = scalar(html, "image_area").value_or(0);
    if (!(area > 0)) return false;
    const double ratio = static_cast<double>(html.non_space_len) / area;
    return ratio > min && ratio <= max;
  });
}

// --- results -------------------------------------------------------------------------------------------

EvalResult html_test(EvalContext& context, const EvalCall& call) {
  const std::string_view test = call.arg(0);
  return any_html(context, [&](const HtmlResults& html) {
    if (const std::optional<double> number = scalar(html, test)) return *number != 0;
    if (!html.complete) return false;
    if (test == "uri_truncated") return html.uri_truncated;
    // References are true: the list of URIs and the tags always, the others when there was something to put
    // in.
    if (test == "uri" || test == "inside") return true;
    if (test == "uri_detail") return !html.uris.empty();
    return text_list(html, test) != nullptr;
  });
}

EvalResult html_eval(EvalContext& context, const EvalCall& call) {
  const auto& comparison = call.prepared_as<Comparison>();
  const std::string_view test = call.arg(0);
  return any_html(context, [&](const HtmlResults& html) {
    const std::optional<double> number = scalar(html, test);
    return number && comparison.holds(*number);
  });
}

EvalResult html_range(EvalContext& context, const EvalCall& call) {
  const std::string_view test = call.arg(0);
  const double min = number_arg(call, 1);
  const bool open = !call.has_arg(2) || call.arg(2) == "inf";
  const double max = open ? 0 : number_arg(call, 2);
  return any_html(context, [&](const HtmlResults& html) {
    const std::optional<double> number = scalar(html, test);
    return number && *number > min && (open || *number <= max);
  });
}

// The charsets that <meta> names stay inside the parser and never reach its results, so this test sees none.
EvalResult html_charset_faraway(EvalContext&, const EvalCall&) {
  return false;
}

// --- texts ---------------------------------------------------------------------------------------------

Result<std::shared_ptr<const void>> prepare_pattern(const EvalCall& call, const RuleSet&) {
  Result<Regex> pattern = Regex::compile(call.arg(1));
  if (!pattern) return std::unexpected(std::move(pattern.error()));
  return std::make_shared<Regex>(std::move(*pattern));
}

// The list {uri} holds the keys of {uri_detail}.
template <typename Visit>
bool any_text(const HtmlResults& html, std::string_view name, Visit&& visit) {
  if (name == "uri") {
    for (const HtmlUri& uri : html.uris)
      if (visit(uri.uri)) return true;
    return false;
  }
  const std::pmr::vector<std::string_view>* const list = text_list(html, name);
  if (list == nullptr) return false;
  for (const std::string_view text : *list)
    if (visit(text)) return true;
  return false;
}

bool any_text_with(EvalContext& context, const EvalCall& call, bool matching) {
  const auto& pattern = call.prepared_as<Regex>();
  return any_html(context, [&](const HtmlResults& html) {
    return any_text(html, call.arg(0), [&](std::string_view text) {
      return matches_characters(pattern, text, context.message.arena(), context.regex) == matching;
    });
  });
}

EvalResult html_text_match(EvalContext& context, const EvalCall& call) {
  return any_text_with(context, call, true);
}

EvalResult html_text_not_match(EvalContext& context, const EvalCall& call) {
  return any_text_with(context, call, false);
}

// The title counts in characters, the subject in bytes.
EvalResult html_title_subject_ratio(EvalContext& context, const EvalCall& call) {
  const std::string_view subject = context.message.get_scalar("Subject");
  if (subject.empty()) return false;
  const double ratio = number_arg(call, 0);
  return any_html(context, [&](const HtmlResults& html) {
    double longest = 0;
    for (const std::string_view title : html.titles)
      if (perl_true(title)) longest = std::max(longest, static_cast<double>(perl::length(title)));
    return longest / static_cast<double>(subject.size()) > ratio;
  });
}

EvalResult check_iframe_src(EvalContext& context, const EvalCall&) {
  return any_html(context, [](const HtmlResults& html) {
    for (const HtmlUri& uri : html.uris)
      if (std::ranges::find(uri.types, "iframe") != uri.types.end()) return true;
    return false;
  });
}

constexpr std::string_view plugin = "HTMLEval";
constexpr std::array entries{
    EvalEntry{"html_tag_balance", plugin, html_tag_balance, prepare_comparison},
    EvalEntry{"html_image_only", plugin, html_image_only},
    EvalEntry{"html_image_ratio", plugin, html_image_ratio},
    EvalEntry{"html_charset_faraway", plugin, html_charset_faraway},
    EvalEntry{"html_tag_exists", plugin, html_tag_exists},
    EvalEntry{"html_test", plugin, html_test},
    EvalEntry{"html_eval", plugin, html_eval, prepare_comparison},
    EvalEntry{"html_text_match", plugin, html_text_match, prepare_pattern},
    EvalEntry{"html_title_subject_ratio", plugin, html_title_subject_ratio},
    EvalEntry{"html_text_not_match", plugin, html_text_not_match, prepare_pattern},
    EvalEntry{"html_range", plugin, html_range},
    EvalEntry{"check_iframe_src", plugin, check_iframe_src},
};

}  // namespace

const EvalFamily& html_eval_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
