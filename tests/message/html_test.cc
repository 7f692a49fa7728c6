// render_html against SpamAssassin: texts, numbers, tags and links of html_cases.jsonl; and what the header
// promises.
#include "engine/message/html.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "html_expectations.h"

namespace thresh {
namespace {

using nlohmann::json;

template <typename Texts>
std::vector<std::string> strings(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

std::vector<std::string> expected_strings(const json& expected, const char* name) {
  return expected.contains(name) ? expected[name].get<std::vector<std::string>>()
                                 : std::vector<std::string>{};
}

void check_text(const json& expected, std::string_view text, bool is_characters, const char* which) {
  EXPECT_EQ(text, expected["text"].get<std::string>()) << which;
  EXPECT_EQ(is_characters, expected["characters"].get<bool>()) << which;
}

void check_uris(const json& expected, const HtmlResults& results) {
  std::map<std::string, std::pair<std::set<std::string>, std::vector<std::string>>> uris, expected_uris;
  for (const HtmlUri& uri : results.uris) {
    const auto types = strings(uri.types);
    EXPECT_TRUE(
        uris.try_emplace(std::string(uri.uri), std::set(types.begin(), types.end()), strings(uri.anchor_text))
            .second);
  }
  if (expected.contains("uris"))
    for (const auto& [uri, detail] : expected["uris"].items())
      expected_uris.try_emplace(uri, detail["types"].get<std::set<std::string>>(),
                                detail["anchor_text"].get<std::vector<std::string>>());
  EXPECT_EQ(uris, expected_uris);
}

TEST(Html, RendersWhatSpamAssassinRenders) {
  for (const json& test : html_expectations("html_cases.jsonl")) {
    SCOPED_TRACE(test["name"].get<std::string>());
    const auto html = test["html"].get<std::string>();
    const json& expected = test["expected"];
    Arena arena;
    const RenderedHtml rendered = render_html(html, html.size(), arena);
    const HtmlResults& results = *rendered.results;
    check_text(expected["text"], rendered.text, rendered.text_is_characters, "text");
    check_text(expected["visible"], rendered.visible, rendered.visible_is_characters, "visible");
    check_text(expected["invisible"], rendered.invisible, rendered.invisible_is_characters, "invisible");
    EXPECT_EQ(results.complete, expected["complete"].get<bool>());
    EXPECT_EQ(results.uri_truncated, expected.contains("uri_truncated"));

    std::set<std::string> names;
    for (const auto& [name, value] : expected["numbers"].items()) {
      EXPECT_TRUE(results.has_number(name)) << name;
      EXPECT_NEAR(results.number(name), value.get<double>(), 1e-14) << name;
      names.insert(name);
    }
    for (const NamedNumber& number : results.numbers)
      EXPECT_TRUE(names.contains(std::string(number.name))) << number.name;
    EXPECT_DOUBLE_EQ(static_cast<double>(results.html_length), results.number("html_length"));
    EXPECT_DOUBLE_EQ(static_cast<double>(results.non_space_len), results.number("non_space_len"));
    EXPECT_DOUBLE_EQ(results.ratio, results.number("ratio"));

    std::map<std::string, double> inside;
    for (const NamedNumber& tag : results.inside) inside.emplace(tag.name, tag.value);
    EXPECT_EQ(inside, expected.value("inside", std::map<std::string, double>{}));
    for (const auto& [tag, balance] : inside) {
      EXPECT_TRUE(results.has_inside(tag));
      EXPECT_EQ(results.inside_tag(tag), balance);
    }
    EXPECT_FALSE(results.has_inside("no-such-tag"));

    EXPECT_EQ(strings(results.anchors), expected_strings(expected, "anchor"));
    EXPECT_EQ(strings(results.titles), expected_strings(expected, "title"));
    EXPECT_EQ(strings(results.scripts), expected_strings(expected, "script"));
    EXPECT_EQ(strings(results.comments), expected_strings(expected, "comment"));
    check_uris(expected, results);
  }
}

TEST(Html, AsciiIsOctetsUnlessItWasDecoded) {
  Arena arena;
  const RenderedHtml octets = render_html("caf&eacute;&#160;", 17, arena);
  EXPECT_EQ(octets.text, "caf\u00e9\u00a0");
  EXPECT_FALSE(octets.text_is_characters);
  EXPECT_EQ(octets.results->non_space_len, 5u);  // to octets A0 is no space
  const RenderedHtml characters = render_html("caf&eacute;&#160;", 17, arena, true);
  EXPECT_EQ(characters.text, "caf\u00e9\u00a0");
  EXPECT_TRUE(characters.text_is_characters);
  EXPECT_EQ(characters.results->non_space_len, 4u);
}

TEST(Html, UrisAreCharactersOrOctets) {
  Arena arena;
  const auto uris = [&](std::string_view html) {
    return render_html(html, html.size(), arena).results->uris;
  };
  EXPECT_FALSE(uris("<a href='http://e.com/&eacute;'>")[0].characters);
  EXPECT_TRUE(uris("<a href='http://e.com/&eacute;&euro;'>")[0].characters);
  EXPECT_TRUE(uris("<a href='http://e.com/&eacute;'>\u00e9")[0].characters);
  EXPECT_TRUE(uris("<a \u00e9/href>")[0].characters);
}

TEST(Html, EmptyDocumentHasResults) {
  Arena arena;
  const RenderedHtml rendered = render_html("", 0, arena);
  EXPECT_EQ(rendered.text, "");
  EXPECT_EQ(rendered.visible, "");
  EXPECT_EQ(rendered.invisible, "");
  EXPECT_TRUE(rendered.results->complete);
  EXPECT_EQ(rendered.results->number("html"), 1);
  EXPECT_FALSE(rendered.results->has_number("ratio"));
}

TEST(Html, RatioIsOfTheSource) {
  Arena arena;
  EXPECT_DOUBLE_EQ(render_html("<b>abcde</b>", 20, arena).results->ratio, 0.75);
}

// Malformed UTF-8 is not ours to repair: it passes through and harms nothing.
TEST(Html, MalformedTextPassesThrough) {
  Arena arena;
  const std::string html = "\xC3<b\xE2\x80>\xFF\xF4</\xE2\x80>\xED\xA0\x80 &#xD83D;&#; \xC3\xA9&#xDE00;\xE2";
  const RenderedHtml rendered = render_html(html, html.size(), arena);
  EXPECT_NE(rendered.text.find("\xFF\xF4"), std::string_view::npos);
}

}  // namespace
}  // namespace thresh
