// Canonical forms against Util::uri_list_canonicalize, and the hosts in them against
// RegistryBoundaries::uri_to_domain (expectations printed by SpamAssassin 4.0.1).
#include "engine/message/uri_canonical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/limits.h"
#include "engine/message/uri.h"
#include "engine/message/uri_escape.h"
#include "tests/message/uri_support.h"

namespace thresh {
namespace {

using Strings = std::vector<std::string>;

// A form of characters above U+00FF, and one without.
std::string W(std::string_view text) {
  return "wide " + std::string(text);
}
std::string N(std::string_view text) {
  return std::string(text);
}

struct Case {
  std::string_view uri;
  Strings forms;
  Strings hosts;  // host=domain
};

void check(const std::vector<Case>& cases, UriText kind) {
  const MessageSettings settings = small_settings();
  for (const Case& c : cases) {
    Arena arena;
    UriList list(settings, arena);
    const std::string_view type = "a";
    ASSERT_TRUE(list.add(c.uri, std::span(&type, 1), false, {}, kind)) << c.uri;
    const UriDetail& detail = list.details().front();
    Strings forms;
    for (std::size_t i = 0; i < detail.cleaned.size(); ++i)
      forms.push_back(detail.cleaned_wide[i] ? W(detail.cleaned[i]) : N(detail.cleaned[i]));
    Strings hosts;
    for (const auto& [host, domain] : detail.hosts)
      hosts.push_back(std::string(host) + "=" + std::string(domain));
    Strings expected = c.forms;
    std::ranges::sort(expected);
    std::ranges::sort(forms);
    std::ranges::sort(hosts);
    EXPECT_EQ(forms, expected) << c.uri;
    EXPECT_EQ(hosts, c.hosts) << c.uri;
  }
}

TEST(UriCanonical, FormsOfBytes) {
  check(
      {
          {"http://www.example.com/", {"http://www.example.com/"}, {"www.example.com=example.com"}},
          {" http://www.example.com/\012", {"http://www.example.com/"}, {"www.example.com=example.com"}},
          {"http:www.example.com",
           {"http://www.example.com", "http:www.example.com"},
           {"www.example.com=example.com"}},
          {"http:/www.example.com",
           {"http://www.example.com", "http:/www.example.com"},
           {"www.example.com=example.com"}},
          {"HTTP:\\\\www.example.com\\x",
           {"HTTP://www.example.com/x", "HTTP:\\\\www.example.com\\x"},
           {"www.example.com=example.com"}},
          {"www.example.com/%41%2f%20%7f%c3x%\"<",
           {"http://www.example.com/A/%20%7f%c3x%25%22%3c", "www.example.com/%41%2f%20%7f%c3x%\"<"},
           {"www.example.com=example.com"}},
          {"%68ttp://www.example.com/",
           {"%68ttp://www.example.com/", "http://www.example.com/"},
           {"www.example.com=example.com"}},
          {"ftp.example.com/x",
           {"ftp.example.com/x", "ftp://ftp.example.com/x"},
           {"ftp.example.com=example.com"}},
          {"example.com", {"example.com", "http://example.com"}, {"example.com=example.com"}},
          {"http://example.com?id=3",
           {"http://example.com/?id=3", "http://example.com?id=3"},
           {"example.com=example.com"}},
          {"http://example.com#top",
           {"http://example.com#top", "http://example.com/#top"},
           {"example.com=example.com"}},
          {"http://ex&#97;mple&#46;com/&#x41;&#x2e;&#X41;",
           {"http://ex&#97;mple&#46;com/&#x41;&#x2e;&#X41;", "http://ex&/#97;mple.com/A.&#X41;",
            "http://ex/#97;mple.com/A.&#X41;", "http://www.ex&.com/#97;mple.com/A.&#X41;"},
           {}},
          {"http://example&#12290;com/&#38;#65;&#xFF0E;",
           {"http://example&#12290;com/&#38;#65;&#xFF0E;", "http://example&/#12290;com/&#65;.",
            "http://example/#12290;com/&#65;.", "http://www.example&.com/#12290;com/&#65;."},
           {}},
          {"http://user:pw@example.com/", {"http://user:pw@example.com/"}, {"example.com=example.com"}},
          {"http://user@/x", {"http:///x", "http://user@/x", "http://www.user@.com/x"}, {}},
          {"http://a@b@example.com/",
           {"http://a@b@example.com/", "http://example.com/"},
           {"example.com=example.com"}},
          {"http://example.com:80/x",
           {"http://example.com/x", "http://example.com:80/x"},
           {"example.com=example.com"}},
          {"http://example.com:8080/x", {"http://example.com:8080/x"}, {"example.com=example.com"}},
          {"https://example.com:443",
           {"https://example.com", "https://example.com:443"},
           {"example.com=example.com"}},
          {"https://example.com:80", {"https://example.com:80"}, {"example.com=example.com"}},
          {"HTTP://example.com:443/",
           {"HTTP://example.com/", "HTTP://example.com:443/"},
           {"example.com=example.com"}},
          {"http://example.com:80x/", {"http://example.com:80x/"}, {}},
          {"http://Example.COM./",
           {"http://Example.COM./", "http://Example.COM/"},
           {"example.com=example.com"}},
          {"http://example.com!!!/x",
           {"http://example.com!!!/x", "http://example.com/x"},
           {"example.com=example.com"}},
          {"http://exam ple.com/",
           {"http://exam ple.com/", "http://example.com/"},
           {"example.com=example.com"}},
          {"http://127.0.0.1/", {"http://127...1/", "http://127.0.0.1/"}, {"127.0.0.1=127.0.0.1"}},
          {"http://0x7f.0.0.0x1/", {"http://0x7f.0.0.0x1/", "http://127...1/"}, {}},
          {"http://0177.0.010.0300/", {"http://0177.0.010.0300/", "http://127..8.192/"}, {}},
          {"http://89.0x00000000000000000000068.0000000000000000000000160.0x00000000000011/x",
           {"http://89.0x00000000000000000000068.0000000000000000000000160.0x00000000000011/x",
            "http://89.104.112.17/x"},
           {"89.104.112.17=89.104.112.17"}},
          {"http://0x7f000001/", {"http://0x7f000001/", "http://127.0.0.1/"}, {"127.0.0.1=127.0.0.1"}},
          {"http://0xdeadbeef7f000001/",
           {"http://0xdeadbeef7f000001/", "http://127.0.0.1/"},
           {"127.0.0.1=127.0.0.1"}},
          {"http://1113343453/",
           {"http://1113343453/", "http://66.92.69.221/"},
           {"66.92.69.221=66.92.69.221"}},
          {"http://4294967296/", {"http://16.0.0.0/", "http://4294967296/"}, {"16.0.0.0=16.0.0.0"}},
          {"http://99999999999999999999/",
           {"http://255.255.255.255/", "http://99999999999999999999/"},
           {"255.255.255.255=255.255.255.255"}},
          {"http://foobar/x", {"http://foobar/x", "http://www.foobar.com/x"}, {"www.foobar.com=foobar.com"}},
          {"http://www.foobar",
           {"http://www.foobar", "http://www.foobar.com"},
           {"www.foobar.com=foobar.com"}},
          {"http://FooBar:80/",
           {"http://FooBar/", "http://FooBar:80/", "http://www.foobar.com:80/"},
           {"www.foobar.com=foobar.com"}},
          {"http://foobar:81/", {"http://foobar:81/"}, {}},
          {"http://www.com/", {"http://www.com/"}, {"www.com=www.com"}},
          {"http://com/", {"http://com/", "http://www.com.com/"}, {"www.com.com=com.com"}},
          {"https://foobar/", {"https://foobar/"}, {}},
          {"http://localhost/", {"http://localhost/"}, {}},
          {"http://u@foobar/", {"http://u@foobar/"}, {}},
          {"http://r.example.com/?u=http://www.example.org/x&y",
           {"http://r.example.com/?u=http://www.example.org/x&y", "http://www.example.org/x"},
           {"r.example.com=example.com", "www.example.org=example.org"}},
          {"http://r.example.com/?u=http:www.example.org#y",
           {"http://r.example.com/?u=http:www.example.org#y", "http://www.example.org",
            "http:www.example.org"},
           {"r.example.com=example.com", "www.example.org=example.org"}},
          {"http://r.example.com/http:/nodot/",
           {"http://r.example.com/http:/nodot/"},
           {"r.example.com=example.com"}},
          {"http://r.example.com/?u=https://b.example.org/?v=http://c.example.net/",
           {"http://c.example.net/", "http://r.example.com/?u=https://b.example.org/?v=http://c.example.net/",
            "https://b.example.org/?v=http://c.example.net/"},
           {"b.example.org=example.org", "c.example.net=example.net", "r.example.com=example.com"}},
          {"http://go.example.com/?to=www.example.org/a&b",
           {"http://go.example.com/?to=www.example.org/a&b", "http://www.example.org/a", "www.example.org/a"},
           {"go.example.com=example.com", "www.example.org=example.org"}},
          {"http://x.jump.example.org/example.net",
           {"example.net", "http://example.net", "http://x.jump.example.org/example.net"},
           {"example.net=example.net", "x.jump.example.org=example.org"}},
          {"http://go.example.com/?to=nodot&u=http://www.example.org/",
           {"http://go.example.com/?to=nodot&u=http://www.example.org/", "http://www.example.org/"},
           {"go.example.com=example.com", "www.example.org=example.org"}},
          {"mailto:user@example.com?subject=x",
           {"mailto:user@example.com", "mailto:user@example.com?subject=x"},
           {"example.com=example.com"}},
          {"mailto:user@example.com&x.com",
           {"mailto:user@example.com", "mailto:user@example.com&x.com"},
           {"example.com=example.com"}},
          {"user@example%2Ecom", {"user@example%2Ecom"}, {}},
          {"mailto:%20%20user@example.com%20",
           {"mailto:%20%20user@example.com%20", "mailto:user@example.com"},
           {"example.com=example.com"}},
          {"mailto:%20@example.com", {"mailto:%20@example.com"}, {"example.com=example.com"}},
          {"mailto:\"Foo%20Bar\"%20<foo.bar@example.com>",
           {"mailto:\"Foo%20Bar\"%20<foo.bar@example.com>", "mailto:foo.bar@example.com"},
           {"example.com=example.com"}},
          {"<a@b<c@example.com>",
           {"<a@b<c@example.com>", "mailto:c@example.com"},
           {"example.com=example.com"}},
          {"#top", {"#top"}, {}},
          {"?x", {"?x"}, {}},
          {"/x.gif", {"/x.gif"}, {}},
          {"//example.com/x", {"//example.com/x", "http:////example.com/x"}, {}},
          {"x", {"x"}, {}},
          {"", {""}, {}},
          {"javascript:foo()", {"javascript:foo()"}, {}},
          {"http://", {"http://"}, {}},
          {"http://exam\303\251ple.com/\303\251", {"http://exam\303\251ple.com/\303\251"}, {}},
          {"cid:part1@example.com", {"cid:part1@example.com"}, {}},
          {"tel:+123", {"tel:+123"}, {}},
      },
      UriText::bytes);
}

TEST(UriCanonical, FormsOfCharacters) {
  check(
      {
          {"http://example.com/\303\251", {N("http://example.com/\351")}, {"example.com=example.com"}},
          {"http://example.com/%41\303\251\344\276\213",
           {W("http://example.com/%41\303\251\344\276\213"), W("http://example.com/A%e9\344\276\213")},
           {"example.com=example.com"}},
          {"http://ex\303\251mple.com/x",
           {N("http://ex\303\251mple.com/x"), N("http://ex\351mple.com/x")},
           {}},
          {"http://\344\276\213.example.com:80/x",
           {N("http://\344\276\213.example.com/x"), N("http://\344\276\213.example.com:80/x"),
            W("http://\344\276\213.example.com/x"), W("http://\344\276\213.example.com:80/x")},
           {}},
          {"http://\344\276\213/",
           {N("http:///"), N("http://www.\344\276\213.com/"), N("http://\344\276\213/"),
            W("http://\344\276\213/")},
           {}},
          {"http\305\277://example.com/", {W("http\305\277://example.com/")}, {}},
          {"http://example.com/\343\200\200", {N("http://example.com/")}, {"example.com=example.com"}},
          {"http://\342\204\252.com/",
           {N("http://\342\204\252.com/"), W("http://\342\204\252.com/")},
           {"k.com=k.com"}},
          {"\303\251", {N("\351")}, {}},
          {"http://example.com:\331\243\331\243/x",
           {W("http://example.com:\331\243\331\243/x")},
           {"example.com=example.com"}},
          {"http://example.com:80\303\251/", {N("http://example.com:80\351/")}, {}},
          {"http://r.example.com/\303\251?u=http://www.example.org/\344\276\213",
           {W("http://r.example.com/\303\251?u=http://www.example.org/\344\276\213"),
            W("http://www.example.org/\344\276\213")},
           {"r.example.com=example.com", "www.example.org=example.org"}},
          {"http://ex&#4\331\243;.com/\344\276\213",
           {W("http://ex&#4\331\243;.com/\344\276\213"), W("http://ex&/#4\331\243;.com/\344\276\213"),
            W("http://ex/#4\331\243;.com/\344\276\213"),
            W("http://www.ex&.com/#4\331\243;.com/\344\276\213")},
           {}},
      },
      UriText::characters);
}

TEST(UriCanonical, AsAList) {
  const MessageSettings settings = small_settings();
  EXPECT_EQ(canonical_uris("http:example.com", settings),
            (Strings{"http:example.com", "http://example.com"}));
}

TEST(UriCanonical, LongFormsAreCut) {
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  const std::string fits = "http://example.com/" + std::string(limits::uri_length - 19, 'x');
  list.add(fits, {}, false);
  EXPECT_FALSE(list.truncated());
  list.add(fits + "y", {}, false);
  EXPECT_TRUE(list.truncated());
  ASSERT_EQ(list.details().size(), 2u);
  EXPECT_EQ(list.details()[1].cleaned.size(), 1u);
  EXPECT_EQ(list.details()[1].cleaned[0], fits);
}

TEST(UriCanonical, CharactersAreCountedNotBytes) {
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  std::string fits = "http://example.com/";
  for (std::size_t i = 0; i < limits::uri_length - 19; ++i) fits += "\xe4\xbe\x8b";
  list.add(fits, {}, false, {}, UriText::characters);
  EXPECT_FALSE(list.truncated());
  list.add(fits + "y", {}, false, {}, UriText::characters);
  EXPECT_TRUE(list.truncated());
}

TEST(UriCanonical, ARedirectorThatLeadsToItselfEnds) {
  MessageSettings settings = small_settings();
  settings.redirector_patterns.push_back(Regex::compile("(.*)").value());
  EXPECT_EQ(canonical_uris("http://example.com/x", settings), (Strings{"http://example.com/x"}));
}

TEST(UriCanonical, RedirectionsAreFollowedDeeply) {
  const MessageSettings settings = small_settings();
  std::string uri;
  for (int i = 0; i < 100; ++i) uri += "http://a" + std::to_string(i) + ".example.com/?u=";
  EXPECT_EQ(canonical_uris(uri, settings).size(), 100u);
}

TEST(UriCanonical, FormsOfAMessageAreBounded) {
  // Each URI holds 500 others, one in the other: forms of 2 MB.
  const MessageSettings settings = small_settings();
  Arena arena;
  UriList list(settings, arena);
  std::string uri;
  while (uri.size() + 48 < limits::uri_length) uri += "http://a.com/?u=";
  for (int i = 0; i < 200; ++i) list.add("http://" + std::to_string(i) + ".com/?u=" + uri, {}, false);
  EXPECT_EQ(list.details().size(), 200u);
  EXPECT_GT(list.details()[0].cleaned.size(), 400u);
  EXPECT_LT(list.details()[199].cleaned.size(), 5u);
  EXPECT_LT(arena.footprint(), std::size_t{64} << 20);
  EXPECT_TRUE(list.redirections_dropped());
  EXPECT_FALSE(list.truncated());
  std::size_t bytes = 0;
  for (const UriDetail& detail : list.details())
    for (const std::string_view form : detail.cleaned) bytes += form.size();
  EXPECT_GT(bytes, limits::uri_form_bytes);
  EXPECT_LT(bytes, 3 * limits::uri_form_bytes);
  // One such URI is followed to its end.
  UriList one(settings, arena);
  one.add(uri.substr(0, uri.size() / 2), {}, false);
  EXPECT_FALSE(one.redirections_dropped());
}

TEST(UriEscape, DecodesPrintableAndEncodesTheRest) {
  Arena arena;
  EXPECT_EQ(url_encode("%41%7e%7E%21%20%7f%0a%c3%A9%2", arena), "A~~!%20%7f%0a%c3%A9%252");
  EXPECT_EQ(url_encode("a b\"%<>\x7f\x01\xc3\xa9", arena), "a%20b%22%25%3c%3e%7f%01%c3%a9");
  EXPECT_EQ(url_encode("\xc3\xa9\xe4\xbe\x8b", arena, true), "%e9\xe4\xbe\x8b");
  EXPECT_FALSE(has_escape("100% %4 %zz %"));
  EXPECT_TRUE(has_escape("%%41"));
}

}  // namespace
}  // namespace thresh
