// What tests of HTML want to see (Plugin/HTMLEval.pm, HTTPSMismatch.pm).
#include <algorithm>
#include <cstdlib>
#include <map>

#include "tests/generate/evals.h"

namespace thresh::generate {
namespace {

struct Call {
  const Rule& rule;
  Random& random;
  Draft& draft;
  [[nodiscard]] std::string arg(std::size_t i) const {
    return i < rule.eval_args.size() ? rule.eval_args[i] : "";
  }
  [[nodiscard]] double number(std::size_t i) const { return std::strtod(arg(i).c_str(), nullptr); }
};
using Block = void (*)(const Call&);

// A number between the ends, the lower one excluded.
std::size_t between(Random& random, double low, double high) {
  const auto from = static_cast<std::size_t>(low) + 1;
  const auto to = high <= low ? from + 50 : static_cast<std::size_t>(high);
  return from + below(random, to > from ? to - from : 1);
}

void set_length(const Call& c, double low, double high) {
  // Rendered text counts, blanks between paragraphs included.
  const std::size_t have = [&] {
    std::size_t n = 0;
    for (const std::string& p : c.draft.paragraphs) n += p.size() + 2;
    return n;
  }();
  const std::size_t want = between(c.random, low, high > low ? high : low + 400);
  if (want > have) c.draft.html.push_back(words(c.random, want - have));
  c.draft.body = Draft::Body::html;
}

void html_range(const Call& c) {
  const std::string what = c.arg(0);
  const double low = c.number(1), high = c.arg(2).empty() ? low + 1 : c.number(2);
  if (what == "length") return set_length(c, low, high);
  if (what.find("ratio") == std::string::npos) return;
  const double ratio = (low + high) / 2;
  std::string markup;
  if (what == "obfuscation_ratio") {
    // Words with a tag inside, among all tags.
    constexpr int tags = 200;
    for (int i = 0; i < tags; ++i) markup += i < tags * ratio ? "so<b>" : " so <b>";
  } else {
    // Each name of a tag counts once; two are there anyway.
    constexpr const char* elements[] = {"b",  "i",  "u",  "p",  "div", "span",  "em",  "strong",
                                        "h1", "h2", "ul", "li", "tt",  "small", "big", "sub"};
    for (const char* element : elements) markup += '<' + std::string(element) + ">word ";
    const double good = std::size(elements) + 2;
    const int bad = static_cast<int>(ratio / std::max(1 - ratio, 0.01) * good + 0.5);
    for (int i = 0; i < bad; ++i) markup += "<q" + std::to_string(i) + ">word ";
  }
  c.draft.html.push_back(markup);
  c.draft.body = Draft::Body::html;
}

void html_image_only(const Call& c) {
  c.draft.html.push_back("<img src=\"http://www.example.com/a.gif\">");
  set_length(c, c.number(0), c.number(1));
}

void html_image_ratio(const Call& c) {
  const std::size_t text = 200;
  const double ratio = (c.number(0) + (c.arg(1).empty() ? c.number(0) * 2 : c.number(1))) / 2;
  const auto area = static_cast<std::size_t>(static_cast<double>(text) / std::max(ratio, 0.0001));
  c.draft.html.push_back("<img src=\"http://www.example.com/a.gif\" width=\"" + std::to_string(area / 100) +
                         "\" height=\"100\">" + words(c.random, text));
  c.draft.body = Draft::Body::html;
}

void html_text_match(const Call& c) {
  auto maker = PatternText::make({c.arg(1), ""});
  const auto hit = maker ? maker->hit(c.random) : std::nullopt;
  const std::string inner =
      c.arg(1) == "<img>" ? "<img src=\"http://www.example.com/a.gif\">" : hit.value_or("");
  c.draft.html.push_back(c.arg(0) == "anchor" ? "<a href=\"http://www.example.com/\">" + inner + "</a>"
                                              : '<' + c.arg(0) + '>' + inner + "</" + c.arg(0) + '>');
  c.draft.body = Draft::Body::html;
}

void html_test(const Call& c) {
  const std::string what = c.arg(0);
  c.draft.body = Draft::Body::html;
  if (what == "font_low_contrast")
    c.draft.html.push_back("<font color=\"#f7f7f7\">hidden words here</font>");
  else if (what == "font_face_bad")
    c.draft.html.push_back("<font face=\"Ari@l Bad!\">words</font>");
  else if (what == "big_font")
    c.draft.html.push_back("<font size=\"+4\">words</font>");
  else if (what == "embeds")
    c.draft.html.push_back("<embed src=\"a.swf\">");
  else if (what == "title_empty")
    c.draft.html.push_back("<title></title>");
  else if (what == "has_shouting")
    c.draft.html.push_back("<p>" + words(c.random, 80, 100) + "</p>");
  else if (what == "t_style")
    c.draft.html.push_back("<style>p{}</style>");
}

const std::map<std::string_view, Block>& blocks() {
  static const std::map<std::string_view, Block> table{
      {"html_range", html_range},
      {"html_image_only", html_image_only},
      {"html_image_ratio", html_image_ratio},
      {"html_text_match", html_text_match},
      {"html_test", html_test},
      {"html_eval", [](const Call& c) { c.draft.body = Draft::Body::html; }},
      {"html_tag_exists",
       [](const Call& c) {
         c.draft.html.push_back('<' + c.arg(0) + ">words</" + c.arg(0) + '>');
         c.draft.body = Draft::Body::html;
       }},
      {"html_tag_balance",
       [](const Call& c) {
         c.draft.html.push_back((c.arg(1).find('<') != std::string::npos ? "</" : "<") + c.arg(0) + ">words");
         c.draft.body = Draft::Body::html;
       }},
      {"check_iframe_src",
       [](const Call& c) {
         c.draft.html.push_back("<iframe src=\"http://www.example.com/a.exe\"></iframe>");
         c.draft.body = Draft::Body::html;
       }},
      {"check_https_ip_mismatch",
       [](const Call& c) {
         c.draft.html.push_back("<a href=\"http://64.142.3.9/x\">https://www.example.com/</a>");
         c.draft.body = Draft::Body::html;
       }},
  };
  return table;
}

}  // namespace

bool mark_up_for_eval(const Rule& rule, Random& random, Draft& draft) {
  const auto block = blocks().find(rule.eval_function);
  if (block == blocks().end()) return false;
  block->second({rule, random, draft});
  return true;
}

}  // namespace thresh::generate
