// HTML written to hurt: every case is large and must be done without memory far beyond its size. The whole file takes
// a moment; a step that is quadratic would take longer than a test may.
#include <gtest/gtest.h>

#include <string>

#include "engine/message/html.h"
#include "engine/message/html_uri.h"
#include "engine/message/limits.h"

namespace thresh {
namespace {

std::string repeat(std::string_view what, std::size_t times) {
  std::string text;
  text.reserve(what.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += what;
  return text;
}

TEST(HtmlLimits, HostileDocumentsTakeBoundedMemory) {
  constexpr std::size_t kTimes = 100'000;
  const std::string long_base = "<base href='http://h/" + std::string(8000, 'x') + "/'>";
  for (const std::string& html : {
           repeat("<", kTimes),
           repeat("<!--", kTimes),
           repeat("<!-- --", kTimes),
           repeat("<![", kTimes),
           repeat("<![INCLUDE[", kTimes),
           repeat("<![CDATA[", kTimes),
           repeat("<![a ", kTimes),
           repeat("]]>", kTimes),
           repeat("<p>", kTimes),
           repeat("<p>", kTimes) + repeat("</td>", kTimes),
           repeat("<td>", kTimes),
           repeat("<font>", kTimes) + repeat("</font>", kTimes),
           repeat("<tr><td><font>", kTimes),
           "<a " + repeat("b ", kTimes) + ">",
           "<a " + repeat("href=x ", kTimes) + ">",
           "<a " + repeat("a/href=x ", kTimes) + ">",
           "<a " + std::string(kTimes, '/') + "=x>",
           repeat("<a", kTimes),
           repeat("<a b='", kTimes),
           repeat("</a \"", kTimes),
           repeat("<a href=x>", kTimes),
           repeat("<x", kTimes) + ">",
           repeat("<title>", kTimes),
           repeat("<script>", kTimes),
           repeat("<script></script", kTimes),
           repeat("<plaintext>", kTimes),
           "&" + std::string(kTimes, 'a'),
           repeat("&a", kTimes),
           repeat("&#x", kTimes),
           "&#" + std::string(kTimes, '1'),
           "<p style='" + repeat("color:", kTimes) + "'>",
           "<p style='" + repeat(";", kTimes) + "'>",
           "<p style='background:" + repeat("rgb(", kTimes) + "'>x",
           "<p style='background:" + repeat("a ", kTimes) + "'>x",
           "<p style='color:" + repeat(" ", kTimes) + "'>x",
           "<font color='" + repeat("rgb(1,", kTimes) + "'>x",
           "<font face='" + repeat("a, ", kTimes) + "'>x",
           "<meta http-equiv=refresh content='" + repeat("url ", kTimes) + "'>",
           "<meta http-equiv=refresh content='" + repeat("url=", kTimes) + "'>",
           "<a href='" + repeat("../", kTimes) + "'>",
           "<a href='" + repeat("/..", kTimes) + "'>",
           "<a href='" + std::string(kTimes, ' ') + "'>",
           repeat("/>", kTimes),
           repeat("<b/>", kTimes),
           std::string(kTimes, ' ') + "/>",
           repeat("a />", kTimes),
           repeat("x<b>", kTimes),
           repeat("<font color=white>x</font>y", kTimes),
           repeat("<img width=9 height=9>", kTimes),
           long_base + repeat("<a href='../x'>", kTimes),
       }) {
    Arena arena;
    const RenderedHtml rendered = render_html(html, html.size(), arena);
    EXPECT_LE(rendered.text.size(), html.size() + 2) << html.substr(0, 40);
    EXPECT_LT(arena.footprint(), 100 * html.size() + (std::size_t{40} << 20)) << html.substr(0, 40);
  }
}

TEST(HtmlLimits, ManyDifferentNames) {
  std::string html;
  for (int i = 0; i < 50'000; ++i)
    html += "<t" + std::to_string(i) + "><a href='u" + std::to_string(i) + "'>";
  Arena arena;
  const RenderedHtml rendered = render_html(html, html.size(), arena);
  EXPECT_EQ(rendered.results->inside.size(), 50'001u);
  EXPECT_EQ(rendered.results->uris.size(), 50'000u);
}

TEST(HtmlLimits, UrisAreCut) {
  const std::string longest = "http://e/" + std::string(limits::uri_length - 9, 'x');
  Arena arena;
  const RenderedHtml whole = render_html("<a href='" + longest + "'>x</a>", 1, arena);
  ASSERT_EQ(whole.results->uris.size(), 1u);
  EXPECT_EQ(whole.results->uris[0].uri, longest);
  EXPECT_FALSE(whole.results->uri_truncated);
  const RenderedHtml cut = render_html("<a href='" + longest + "y'>x</a>", 1, arena);
  ASSERT_EQ(cut.results->uris.size(), 1u);
  EXPECT_EQ(cut.results->uris[0].uri, longest);
  EXPECT_TRUE(cut.results->uri_truncated);
  // Characters count, not bytes.
  const RenderedHtml wide =
      render_html("<a href='http://e/" + repeat("\u00e9", limits::uri_length - 9) + "'>", 1, arena);
  EXPECT_FALSE(wide.results->uri_truncated);
}

TEST(HtmlLimits, ALongBaseIsBounded) {
  std::string html = "<base href='http://h/" + std::string(8000, 'x') + "/'>";
  for (int i = 0; i < 20'000; ++i) html += "<a href=" + std::to_string(i) + ">";
  Arena arena;
  const RenderedHtml rendered = render_html(html, html.size(), arena);
  EXPECT_TRUE(rendered.results->uri_truncated);
  EXPECT_LT(arena.footprint(), 3 * html::kResolvedBytes);
}

}  // namespace
}  // namespace thresh
