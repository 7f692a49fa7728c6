// The URI list of a message against PerMsgStatus (expectations printed by SpamAssassin 4.0.1).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/uri.h"
#include "tests/message/uri_support.h"

namespace thresh {
namespace {

using Strings = std::vector<std::string>;

struct Entry {
  std::string uri;
  Strings types, cleaned, hosts;
  friend bool operator==(const Entry&, const Entry&) = default;
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

void PrintTo(const Entry& entry, std::ostream* out) {
  *out << entry.uri;
  for (const Strings* list : {&entry.types, &entry.cleaned, &entry.hosts}) {
    *out << " |";
    for (const std::string& text : *list) *out << " " << text;
  }
}

template <typename Range>
Strings sorted(const Range& range) {
  Strings out(range.begin(), range.end());
  std::ranges::sort(out);
  return out;
}

std::vector<Entry> entries(const UriList& list) {
  std::vector<Entry> all;
  for (const UriDetail& detail : list.details()) {
    Strings hosts;
    for (const auto& [host, domain] : detail.hosts)
      hosts.push_back(std::string(host) + "=" + std::string(domain));
    all.push_back({std::string(detail.uri), sorted(detail.types), sorted(detail.cleaned), sorted(hosts)});
  }
  std::ranges::sort(all);
  return all;
}

TEST(UriList, TextGivesWhatSpamAssassinGives) {
  struct Case {
    std::string_view text;
    std::vector<Entry> entries;
  };
  const std::vector<Case> cases{
      {"See www.example.com. And http://www.example.com!\012",
       {{"http://www.example.com",
         {"parsed", "schemeless"},
         {"http://www.example.com"},
         {"www.example.com=example.com"}}}},
      {"example.com example.com/x (example.org)\012",
       {{"http://example.com",
         {"parsed", "schemeless", "unlinked"},
         {"http://example.com"},
         {"example.com=example.com"}},
        {"http://example.com/x",
         {"parsed", "schemeless", "unlinked"},
         {"http://example.com/x"},
         {"example.com=example.com"}}}},
      {"user@example.com and mailto:user@example.com\012",
       {{"mailto:user@example.com",
         {"parsed", "schemeless"},
         {"mailto:user@example.com"},
         {"example.com=example.com"}}}},
      {"Vi@gra foo@bar%2Ecom foo@bar%2Ebar.com\012",
       {{"mailto:foo@bar.bar.com",
         {"parsed", "schemeless"},
         {"mailto:foo@bar.bar.com"},
         {"bar.bar.com=bar.com"}}}},
      {"[cid:image001.png@01D4986E.example.com] mid:x@example.com\012", {}},
      {"http:// http:/// ftp.example.com ftp:\012",
       {{"ftp://ftp.example.com",
         {"parsed", "schemeless"},
         {"ftp://ftp.example.com"},
         {"ftp.example.com=example.com"}}}},
      {"skype:user@example.com e-mail::other@example.org x/y@example.net ://z@example.com\012",
       {{"http://x/y@example.net",
         {"parsed", "schemeless"},
         {"http://www.x.com/y@example.net", "http://x/y@example.net"},
         {"www.x.com=x.com"}},
        {"mailto:other@example.org",
         {"parsed", "schemeless"},
         {"mailto:other@example.org"},
         {"example.org=example.org"}},
        {"mailto:user@example.com",
         {"parsed", "schemeless"},
         {"mailto:user@example.com"},
         {"example.com=example.com"}}}},
      {"www.example.invalid x@example.invalid http://example.invalid/\012", {}},
      {"http://foobar/ http://user@example.com/ (http://www.example.com)\012",
       {{"http://foobar/",
         {"parsed"},
         {"http://foobar/", "http://www.foobar.com/"},
         {"www.foobar.com=foobar.com"}},
        {"http://user@example.com/", {"parsed"}, {"http://user@example.com/"}, {"example.com=example.com"}},
        {"http://www.example.com", {"parsed"}, {"http://www.example.com"}, {"www.example.com=example.com"}}}},
      {"http://a.example.com/?x=http://b.example.org/ http://1113343453/\012",
       {{"http://1113343453/",
         {"parsed"},
         {"http://1113343453/", "http://66.92.69.221/"},
         {"66.92.69.221=66.92.69.221"}},
        {"http://a.example.com/?x=http://b.example.org/",
         {"parsed"},
         {"http://a.example.com/?x=http://b.example.org/", "http://b.example.org/"},
         {"a.example.com=example.com", "b.example.org=example.org"}}}},
      {"mailto:a%40example.com mailto:a@example.com%20%20 mailto:a@example.com?cc=b@example.org\012",
       {{"mailto:a@example.com%20%20",
         {"parsed"},
         {"mailto:a@example.com", "mailto:a@example.com%20%20"},
         {"example.com=example.com"}},
        {"mailto:a@example.com?cc=b@example.org",
         {"parsed"},
         {"mailto:a@example.com", "mailto:a@example.com?cc=b@example.org"},
         {"example.com=example.com"}}}},
      {"a&nbsp;b@example.com -_-.com x_y.com x.y_z.com x_y.z.com\012",
       {{"http://x_y.z.com",
         {"parsed", "schemeless", "unlinked"},
         {"http://x_y.z.com"},
         {"x_y.z.com=z.com"}}}},
      {"WWW.EXAMPLE.COM Www1.Example.Com EXAMPLE.DE\012",
       {{"http://EXAMPLE.DE",
         {"parsed", "schemeless", "unlinked"},
         {"http://EXAMPLE.DE"},
         {"example.de=example.de"}},
        {"http://WWW.EXAMPLE.COM",
         {"parsed", "schemeless"},
         {"http://WWW.EXAMPLE.COM"},
         {"www.example.com=example.com"}},
        {"http://Www1.Example.Com",
         {"parsed", "schemeless"},
         {"http://Www1.Example.Com"},
         {"www1.example.com=example.com"}}}},
      {"http://www.example.co.uk/ foo.ci.los-angeles.ca.us a.b.pvt.k12.ca.us city.ca.us x.com.us\012",
       {{"http://a.b.pvt.k12.ca.us",
         {"parsed", "schemeless", "unlinked"},
         {"http://a.b.pvt.k12.ca.us"},
         {"a.b.pvt.k12.ca.us=b.pvt.k12.ca.us"}},
        {"http://city.ca.us",
         {"parsed", "schemeless", "unlinked"},
         {"http://city.ca.us"},
         {"city.ca.us=city.ca.us"}},
        {"http://foo.ci.los-angeles.ca.us",
         {"parsed", "schemeless", "unlinked"},
         {"http://foo.ci.los-angeles.ca.us"},
         {"foo.ci.los-angeles.ca.us=foo.ci.los-angeles.ca.us"}},
        {"http://www.example.co.uk/",
         {"parsed"},
         {"http://www.example.co.uk/"},
         {"www.example.co.uk=example.co.uk"}},
        {"http://x.com.us", {"parsed", "schemeless", "unlinked"}, {"http://x.com.us"}, {"x.com.us=com.us"}}}},
      {"www.\345\215\227.com \303\240user@example.com http://\345\215\227.example.com/\012",
       {{"mailto:user@example.com",
         {"parsed", "schemeless"},
         {"mailto:user@example.com"},
         {"example.com=example.com"}}}},
  };
  const MessageSettings settings = small_settings();
  for (const Case& c : cases) {
    Arena arena;
    UriList list(settings, arena);
    list.add_text(std::span(&c.text, 1));
    EXPECT_EQ(entries(list), c.entries) << c.text;
  }
}

TEST(UriList, MergesTextAndHtml) {
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  const std::array<std::string_view, 2> lines{"go to http://www.example.com/\n",
                                              "http://www.example.com/ again\n"};
  list.add_text(lines);
  HtmlResults html(&arena);
  HtmlUri link{"http://www.example.com/", std::pmr::vector<std::string_view>(&arena),
               std::pmr::vector<std::string_view>(&arena)};
  link.types = {"a", "img"};
  link.anchor_text = {"here", "there", "here"};
  html.uris.push_back(link);
  // An anchor whose target was pushed under another name has no types.
  HtmlUri bare{"x/y.html", std::pmr::vector<std::string_view>(&arena),
               std::pmr::vector<std::string_view>(&arena)};
  html.uris.push_back(bare);
  html.uri_truncated = true;
  list.add_html(html);
  EXPECT_EQ(entries(list), (std::vector<Entry>{{"http://www.example.com/",
                                                {"a", "img", "parsed"},
                                                {"http://www.example.com/"},
                                                {"www.example.com=example.com"}},
                                               {"x/y.html",
                                                {"parsed"},
                                                {"http://www.x.com/y.html", "http://x/y.html", "x/y.html"},
                                                {"www.x.com=x.com"}}}));
  EXPECT_EQ(list.details()[0].anchor_text.size(), 2u);
  EXPECT_TRUE(list.truncated());
  EXPECT_EQ(list.all_forms().size(), 4u);
}

TEST(UriList, BytesAndCharactersAreDifferentKeys) {
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  const std::string_view uri = "http://example.com/\xe4\xbe\x8b";
  list.add(uri, {}, false);
  list.add(uri, {}, false, {}, UriText::characters);
  ASSERT_EQ(list.details().size(), 2u);
  EXPECT_FALSE(list.details()[0].wide);
  EXPECT_TRUE(list.details()[1].wide);
  // But characters up to U+00FF are bytes.
  list.add("http://example.com/\xe9", {}, false);
  list.add("http://example.com/\xc3\xa9", {}, false, {}, UriText::characters);
  EXPECT_EQ(list.details().size(), 3u);
}

TEST(UriList, HtmlOfPlainAsciiKeepsReferencesAsBytes) {
  const MessageSettings settings = small_settings();
  for (const bool ascii : {true, false}) {
    Arena arena;
    UriList list(settings, arena);
    HtmlResults html(&arena);
    html.uris.push_back({"http://ex\xc3\xa9mple.com/", std::pmr::vector<std::string_view>(&arena),
                         std::pmr::vector<std::string_view>(&arena)});
    list.add_html(html, ascii);
    EXPECT_EQ(list.details()[0].uri, "http://ex\xe9mple.com/");
    EXPECT_EQ(list.details()[0].cleaned.size(), ascii ? 1u : 2u);
  }
}

TEST(UriList, SignaturesGiveDomainsOnly) {
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  list.add_signature("v=1; a=rsa-sha256; d = mail.\n example.com; s=x; bd=y.example.org");
  list.add_signature("d=nowhere.invalid");
  EXPECT_EQ(entries(list), (std::vector<Entry>{{"domainkeys:mail.example.com",
                                                {"domainkeys", "nocanon", "noclean"},
                                                {},
                                                {"mail.example.com=example.com"}}}));
  EXPECT_TRUE(list.all_forms().empty());
}

TEST(UriList, AUriThatWasRefusedInTextMayComeFromHtml) {
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  EXPECT_FALSE(list.add("http://example.invalid/", {}, true));
  EXPECT_TRUE(list.add("http://example.invalid/", {}, false));
  EXPECT_FALSE(list.add("http://example.invalid/", {}, true));
  EXPECT_EQ(list.details().size(), 1u);
}

}  // namespace
}  // namespace thresh
