// The text scanner against the matches of PerMsgStatus::_tbirdurire (expectations printed by
// SpamAssassin 4.0.1), and the bounds of its quantifiers.
#include "engine/message/uri_scan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/message/uri_support.h"

namespace thresh {
namespace {

using Kind = FoundUri::Kind;
using Found = std::pair<Kind, std::string>;

std::vector<Found> scan(std::string_view text, const RegistryBoundaries& registry) {
  std::vector<Found> all;
  UriScanner scanner(text, registry);
  for (FoundUri found; scanner.next(found);)
    all.emplace_back(found.kind, std::string(text.substr(found.begin, found.end - found.begin)));
  return all;
}

std::vector<Found> scan(std::string_view text) {
  static const MessageSettings settings = small_settings();
  return scan(text, settings.registry);
}

TEST(UriScan, FindsWhatSpamAssassinFinds) {
  struct Case {
    std::string_view text;
    std::vector<Found> found;
  };
  const std::vector<Case> cases{
      {"see http://example.com/a, or (https://example.org/b) now",
       {{Kind::scheme, "http://example.com/a,"}, {Kind::scheme, "https://example.org/b)"}}},
      {"HTTP://EXAMPLE.COM:80/x and hTTps://example.net",
       {{Kind::scheme, "HTTP://EXAMPLE.COM:80/x"}, {Kind::scheme, "hTTps://example.net"}}},
      {"ftp://ftp.example.com/file ftp.example.com www.example.com www1.example.com www22.example.com "
       "www333.example.com",
       {{Kind::scheme, "ftp://ftp.example.com/file"},
        {Kind::scheme, "ftp.example.com"},
        {Kind::scheme, "www.example.com"},
        {Kind::scheme, "www1.example.com"},
        {Kind::scheme, "www22.example.com"},
        {Kind::schemeless, "www333.example.com"}}},
      {"wwww.example.com wwwx.example.com xftp.example.com",
       {{Kind::schemeless, "wwww.example.com"},
        {Kind::schemeless, "wwwx.example.com"},
        {Kind::schemeless, "xftp.example.com"}}},
      {"xhttp://example.com x.http://example.com =http://example.com",
       {{Kind::schemeless, "example.com"},
        {Kind::scheme, "http://example.com"},
        {Kind::scheme, "http://example.com"}}},
      {"http:// http://", {}},
      {"www. www.", {}},
      {"write to user.name+tag@example.com, or mailto:other@example.org?subject=hi",
       {{Kind::mail, "user.name+tag@example.com"}, {Kind::mail, "mailto:other@example.org?subject=hi"}}},
      {"mailto: mailto:x mailto:a(b mailto://x@example.com",
       {{Kind::mail, "mailto:x"}, {Kind::mail, "mailto:a"}, {Kind::mail, "mailto://x@example.com"}}},
      {"a@b@c.example.com @a.example.com b@",
       {{Kind::mail, "a@b@c.example.com"}, {Kind::schemeless, "a.example.com"}}},
      {"user@example.com\303\251 user@example.com,next user@example.com(x",
       {{Kind::mail, "user@example.com"},
        {Kind::mail, "user@example.com"},
        {Kind::mail, "user@example.com"}}},
      {"foo:mailto:user@example.com www.a.com@b.example.com",
       {{Kind::mail, "foo:mailto:user@example.com"}, {Kind::scheme, "www.a.com@b.example.com"}}},
      {"example.com, example.com. example.com.. example.com/ example.com/x example.com?x",
       {{Kind::schemeless, "example.com."}, {Kind::schemeless, "example.com/x"}}},
      {"example.com:80 example.com:80/x example.com:123456 example.com: example.com:80/",
       {{Kind::schemeless, "example.com:80"}, {Kind::schemeless, "example.com:80/x"}}},
      {"-example.com _example.com .example.com %example.com =example.com example-.com",
       {{Kind::schemeless, "example.com"}, {Kind::schemeless, "example-.com"}}},
      {"a.example.com_ a.example.com- a.example.com.b a_b.example.com 9.example.org",
       {{Kind::schemeless, "a_b.example.com"}, {Kind::schemeless, "9.example.org"}}},
      {"http://example.com/path)more http://example.com/(path)more",
       {{Kind::scheme, "http://example.com/path)more"}, {Kind::scheme, "http://example.com/(path)more"}}},
      {"\033(Bwww.example.com \033$Bwww.example.com\033(B x\033(Jexample.com",
       {{Kind::schemeless, "Bwww.example.com"},
        {Kind::schemeless, "Bwww.example.com"},
        {Kind::schemeless, "Jexample.com"}}},
      {"\240www.example.com\240example.org\240",
       {{Kind::scheme, "www.example.com"}, {Kind::schemeless, "example.org"}}},
      {"\303\240www.example.com\303\240x user@example.org\303\251",
       {{Kind::scheme, "www.example.com\303"}, {Kind::mail, "user@example.org"}}},
      {"[http://example.com/]{www.example.org}|x@example.net|",
       {{Kind::scheme, "http://example.com/"},
        {Kind::scheme, "www.example.org"},
        {Kind::mail, "x@example.net"}}},
      {"\"www.example.com\" 'www.example.com' `www.example.com` <www.example.com>",
       {{Kind::scheme, "www.example.com"},
        {Kind::scheme, "www.example.com'"},
        {Kind::scheme, "www.example.com"},
        {Kind::scheme, "www.example.com"}}},
      {"example.invalid www.example.invalid x@example.invalid 10.1.1.1 10.1.1.1/ http://10.1.1.1/",
       {{Kind::scheme, "www.example.invalid"},
        {Kind::mail, "x@example.invalid"},
        {Kind::scheme, "http://10.1.1.1/"}}},
      {"a=www.example.com@x.example.org :x@example.com ]-x@example.com",
       {{Kind::mail, "a=www.example.com@x.example.org"},
        {Kind::mail, ":x@example.com"},
        {Kind::mail, "x@example.com"}}},
      {"12:30.de end.No start.it.",
       {{Kind::schemeless, "30.de"}, {Kind::schemeless, "end.No"}, {Kind::schemeless, "start.it."}}},
      {"EXAMPLE.COM Example.Co.Uk foo.bar@Example.Org",
       {{Kind::schemeless, "EXAMPLE.COM"},
        {Kind::schemeless, "Example.Co.Uk"},
        {Kind::mail, "foo.bar@Example.Org"}}},
      {"http://example.com\012www.example.org\012",
       {{Kind::scheme, "http://example.com"}, {Kind::scheme, "www.example.org"}}},
  };
  for (const Case& c : cases) EXPECT_EQ(scan(c.text), c.found) << c.text;
}

TEST(UriScan, GivesTheHostOfSchemelessUris) {
  const MessageSettings settings = small_settings();
  const std::string text = "x www.example.org example.com.:80/y";
  UriScanner scanner(text, settings.registry);
  FoundUri found;
  ASSERT_TRUE(scanner.next(found));
  EXPECT_EQ(found.host_end, 0u);
  ASSERT_TRUE(scanner.next(found));
  EXPECT_EQ(text.substr(found.begin, found.host_end - found.begin), "example.com");
  EXPECT_EQ(found.end, text.size());
  EXPECT_FALSE(scanner.next(found));
}

TEST(UriScan, RunsOfUrlsEndAt2048) {
  const auto one = [](std::string_view before, std::size_t run, std::string_view after = {}) {
    return std::string(before) + std::string(run, 'x') + std::string(after);
  };
  EXPECT_EQ(scan(one("http://", 2048)).size(), 1u);
  EXPECT_EQ(scan(one("http://", 2049)).size(), 0u);
  EXPECT_EQ(scan(one("www.", 2048, " ")).size(), 1u);
  EXPECT_EQ(scan(one("www.", 2049, " ")).size(), 0u);
  EXPECT_EQ(scan(one("mailto:", 2048)).size(), 1u);
  EXPECT_EQ(scan(one("mailto:", 2049)).size(), 0u);
  EXPECT_EQ(scan(one("example.com/", 2048)).size(), 1u);
  EXPECT_EQ(scan(one("example.com/", 2049)).size(), 0u);
}

TEST(UriScan, BothSidesOfAnAddressEndAt251) {
  const std::string a251(251, 'a');
  EXPECT_EQ(scan(a251 + "@" + a251), (std::vector<Found>{{Kind::mail, a251 + "@" + a251}}));
  EXPECT_EQ(scan("a@" + a251 + "a").size(), 0u);
  // One letter more: no boundary within reach of the '@'.
  EXPECT_EQ(scan("a" + a251 + "@b").size(), 0u);
  // A dot in reach is one.
  EXPECT_EQ(scan("a." + a251 + "@b"), (std::vector<Found>{{Kind::mail, a251 + "@b"}}));
}

TEST(UriScan, AHostHasAtMost251BytesBeforeItsTld) {
  const std::string a252(252, 'a');
  EXPECT_EQ(scan(a252 + ".com").size(), 1u);
  EXPECT_EQ(scan(a252 + "a.com").size(), 0u);
  EXPECT_EQ(scan("a." + a252 + ".com").size(), 0u);
}

TEST(UriScan, TldsMayBeAnyBytes) {
  MessageSettings settings = small_settings();
  settings.registry.add_tld("\xd1\x80\xd1\x84");
  settings.registry.add_tld("a_b");
  EXPECT_EQ(scan("example.\xd1\x80\xd1\x84 x.a_b:80 x.A_B_ x.a_bc.com y.com", settings.registry),
            (std::vector<Found>{{Kind::schemeless, "example.\xd1\x80\xd1\x84"},
                                {Kind::schemeless, "x.a_b:80"},
                                {Kind::schemeless, "x.a_bc.com"},
                                {Kind::schemeless, "y.com"}}));
}

TEST(UriScan, WithoutTldsOnlySchemesAndAddressesAreFound) {
  EXPECT_EQ(scan("example.com www.example.com x@example.com", RegistryBoundaries()),
            (std::vector<Found>{{Kind::scheme, "www.example.com"}, {Kind::mail, "x@example.com"}}));
}

TEST(UriScan, IsLinearInHostileText) {
  // Quadratic work on 2 MB would take minutes.
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view unit :
       {"a.a.a.", "@", "a@", "a@b,", ".", "www.", "http://", "mailto:", "a.com", "a.com,", "://", "<", "_@",
        ".com@", "%20@", "\xa0", "ftp.", "-.-", "("}) {
    std::string text;
    while (text.size() < 2'000'000) text += unit;
    scan(text);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

}  // namespace
}  // namespace thresh
