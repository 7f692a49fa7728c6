// Hosts in header values against hostRE of PerMsgStatus::_get (expectations printed by Perl with
// SpamAssassin 4.0.1).
#include "engine/message/host_scan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tests/message/uri_support.h"

namespace thresh {
namespace {

std::vector<std::string> all_hosts(std::string_view text, const RegistryBoundaries& registry) {
  std::vector<std::string> all;
  for (std::size_t from = 0;;) {
    const auto found = find_host(text, from, registry);
    if (!found) return all;
    all.emplace_back(found->in(text));
    from = found->end;
  }
}

TEST(HostScan, FindsWhatHostReFinds) {
  struct Case {
    std::string_view text, after_at;
    std::vector<std::string> hosts;
    std::string_view host, address_host;
  };
  const MessageSettings settings = small_settings();
  const std::vector<Case> cases{
      {"from mail.example.com by x", "", {"mail.example.com"}, "mail.example.com", ""},
      {"user@example.com", "example.com", {"user@example.com"}, "example.com", "example.com"},
      {"\"a@b.com\" <user@example.org>",
       "example.org",
       {"\"a@b.com", "<user@example.org"},
       "example.org",
       "example.org>"},
      {"<id@mail.example.com>",
       "mail.example.com",
       {"<id@mail.example.com"},
       "mail.example.com",
       "mail.example.com>"},
      {"a.com.b.org.c", "", {}, "", ""},
      {"x@.com y@example.com", "example.com", {"x@.com", "y@example.com"}, "example.com", "example.com"},
      {"x@example.com_ y", "", {}, "", "example.com_"},
      {"example.com.", "", {}, "", ""},
      {".example.com", "", {".example.com"}, "", ""},
      {"-example.com", "", {"-example.com"}, "", ""},
      {"_a.example.com", "", {"_a.example.com"}, "_a.example.com", ""},
      {"example.com-", "", {}, "", ""},
      {"a@b@c.example.net@d", "c.example.net", {"a@b@c.example.net"}, "c.example.net", "d"},
      {"foo.invalid bar@foo.invalid", "", {}, "", "foo.invalid"},
      {"a,b.com;c.org", "", {"a,b.com;c.org"}, "", ""},
      {"http://www.example.com/path.de", "", {"http://www.example.com/path.de"}, "", ""},
      {"user@exa_mple.com host.example.org",
       "exa_mple.com",
       {"user@exa_mple.com", "host.example.org"},
       "host.example.org",
       "exa_mple.com"},
      {"user@-bad.com other.example.com",
       "-bad.com",
       {"user@-bad.com", "other.example.com"},
       "other.example.com",
       "-bad.com"},
      {"x@one.com\012y@two.com\012", "one.com", {"x@one.com", "y@two.com"}, "one.com", "one.com"},
      {"one\012@two.com z@three.com", "three.com", {"@two.com", "z@three.com"}, "three.com", "three.com"},
      {"@com", "", {}, "", "com"},
      {"@.com", "", {"@.com"}, "", ".com"},
      {"a@x y", "", {}, "", "x"},
      {"\303\251t\303\251.com", "", {"\303\251t\303\251.com"}, "", ""},
  };
  for (const Case& c : cases) {
    const auto after_at = find_host_after_at(c.text, settings.registry);
    EXPECT_EQ(after_at ? after_at->in(c.text) : std::string_view(), c.after_at) << c.text;
    EXPECT_EQ(all_hosts(c.text, settings.registry), c.hosts) << c.text;
    EXPECT_EQ(header_host(c.text, false, settings.registry), c.host) << c.text;
    EXPECT_EQ(header_host(c.text, true, settings.registry), c.address_host) << c.text;
  }
}

TEST(HostScan, AtMost251BytesBeforeTheTld) {
  const MessageSettings settings = small_settings();
  const std::string a251(251, 'a');
  using Hosts = std::vector<std::string>;
  EXPECT_EQ(all_hosts(a251 + ".com", settings.registry), Hosts{a251 + ".com"});
  EXPECT_EQ(all_hosts("aa" + a251 + ".com", settings.registry), Hosts{a251 + ".com"});
  EXPECT_EQ(all_hosts("a-" + a251 + ".com", settings.registry), Hosts{a251.substr(1) + ".com"});
  EXPECT_TRUE(find_host_after_at("x@" + a251 + ".com", settings.registry));
  EXPECT_FALSE(find_host_after_at("x@a" + a251 + ".com", settings.registry));
}

TEST(HostScan, IsLinearInHostileText) {
  const MessageSettings settings = small_settings();
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string_view unit :
       {"a.com,", ".com@", "@.com", "a.com ", "a.", "@", "-.com", "a.com-", "x"}) {
    std::string text;
    while (text.size() < 2'000'000) text += unit;
    all_hosts(text, settings.registry);
    (void)find_host_after_at(text, settings.registry);
    (void)header_host(text, false, settings.registry);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

}  // namespace
}  // namespace thresh
