// Names, registrable domains and hosts of URIs against RegistryBoundaries and Util::is_fqdn_valid
// (expectations printed by SpamAssassin 4.0.1).
#include "engine/message/registry_boundaries.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "engine/message/host_name.h"
#include "tests/message/uri_support.h"

namespace thresh {
namespace {

TEST(RegistryBoundaries, SplitsNames) {
  struct Case {
    std::string_view name, host, domain;
    bool valid_domain, valid_fqdn;
  };
  const MessageSettings settings = small_settings();
  for (const Case& c : {
           Case{"www.example.com", "www", "example.com", true, true},
           Case{"example.com", "", "example.com", true, true},
           Case{"com", "", "com", false, false},
           Case{"", "", "", false, false},
           Case{"WWW.Example.CO.UK", "www", "example.co.uk", true, true},
           Case{"co.uk", "", "co.uk", true, true},
           Case{"a.b.lkd.co.im", "a", "b.lkd.co.im", true, true},
           Case{"lkd.co.im", "", "lkd.co.im", true, true},
           Case{"example.com.cn", "", "example.com.cn", true, true},
           Case{"www..example..com", "www", "example.com", true, false},
           Case{".example.com.", "", "example.com", false, false},
           Case{"...", "", "", false, false},
           Case{"localhost", "", "localhost", false, false},
           Case{"a.b.c.d.e.example.org", "a.b.c.d.e", "example.org", true, true},
           Case{"fire.ci.los-angeles.ca.us", "", "fire.ci.los-angeles.ca.us", true, true},
           Case{"x.fire.ci.los-angeles.ca.us", "x", "fire.ci.los-angeles.ca.us", true, true},
           Case{"school.pvt.k12.ca.us", "", "school.pvt.k12.ca.us", true, true},
           Case{"a.school.pvt.k12.ca.us", "a", "school.pvt.k12.ca.us", true, true},
           Case{"city.ca.us", "", "city.ca.us", true, true},
           Case{"x.city.ca.us", "", "x.city.ca.us", true, true},
           Case{"x.zz.us", "x", "zz.us", true, true},
           Case{"www.example.us", "www", "example.us", true, true},
           Case{"www.b\303\274cher.de", "www", "b\303\274cher.de", true, false},
           Case{"example.com.\012", "", "example.com\012", false, false},
           Case{"co.city.ca.us", "", "co.city.ca.us", true, true},
           Case{"www.co.city.zz.us", "www.co.city", "zz.us", true, true},
       }) {
    EXPECT_EQ(settings.registry.split_domain(c.name), std::pair(std::string(c.host), std::string(c.domain)))
        << c.name;
    EXPECT_EQ(settings.registry.trim_domain(c.name), c.domain) << c.name;
    EXPECT_EQ(settings.registry.is_domain_valid(c.name), c.valid_domain) << c.name;
    EXPECT_EQ(is_fqdn_valid(c.name), c.valid_fqdn) << c.name;
  }
}

TEST(RegistryBoundaries, HostsOfUris) {
  struct Case {
    std::string_view uri, domain, host;
  };
  const MessageSettings settings = small_settings();
  for (const Case& c : {
           Case{"http://www.example.com/x", "example.com", "www.example.com"},
           Case{"HTTP://WWW.Example.COM/", "example.com", "www.example.com"},
           Case{"www.example.com", "example.com", "www.example.com"},
           Case{"http:www.example.com", "example.com", "www.example.com"},
           Case{"http:/www.example.com", "example.com", "www.example.com"},
           Case{"http:///www.example.com", "", ""},
           Case{"http://user:p@w@example.com:80/x@y.org", "example.com", "example.com"},
           Case{"http://example.com:", "example.com", "example.com"},
           Case{"http://example.com::80", "", ""},
           Case{"http://example.com:8a", "", ""},
           Case{"mailto:user@example.com?x@y", "example.com", "example.com"},
           Case{"mailto:a@b@example.com", "", ""},
           Case{"mailto:nobody", "", ""},
           Case{"mailto:@example.com", "example.com", "example.com"},
           Case{"javascript:http://example.com", "", ""},
           Case{"cid:x@example.com", "", ""},
           Case{"FILE:///example.com", "", ""},
           Case{"ftp://example.org#x", "example.org", "example.org"},
           Case{"http://exam%70le.com/", "", ""},
           Case{"http://example.com/%70", "example.com", "example.com"},
           Case{"http://example%20.com/", "", ""},
           Case{"http://example.com./", "", ""},
           Case{"http://example..com/", "", ""},
           Case{"http://1.2.3.4:80/", "1.2.3.4", "1.2.3.4"},
           Case{"http://::1/", "", ""},
           Case{"http://[::1]/", "", ""},
           Case{"http://example.invalid/", "", ""},
           Case{"http://com/", "", ""},
           Case{"", "", ""},
           Case{"http://a_b.example.com/", "example.com", "a_b.example.com"},
           Case{"http://x.a_b.com/", "", ""},
           Case{"domainkeys:example.com", "example.com", "example.com"},
           Case{"http://b\303\274cher.de/", "", ""},
           Case{"http://xn--bcher-kva.de/", "xn--bcher-kva.de", "xn--bcher-kva.de"},
           Case{"http://example.xn--p1ai/", "example.xn--p1ai", "example.xn--p1ai"},
       })
    EXPECT_EQ(settings.registry.uri_to_domain(c.uri), std::pair(std::string(c.domain), std::string(c.host)))
        << c.uri;
}

TEST(RegistryBoundaries, TldsWithoutRegardToCase) {
  const MessageSettings settings = small_settings();
  EXPECT_TRUE(settings.registry.is_tld("COM"));
  EXPECT_TRUE(settings.registry.is_tld("xn--p1ai"));
  EXPECT_FALSE(settings.registry.is_tld(""));
  EXPECT_FALSE(settings.registry.is_tld("co"));
  EXPECT_EQ(settings.registry.longest_tld(), 8u);
  EXPECT_FALSE(settings.registry.has_odd_tlds());
}

TEST(RegistryBoundaries, AnIdnTldStaysAsItIsWritten) {
  RegistryBoundaries registry;
  registry.add_tld("\xd1\x80\xd1\x84");
  EXPECT_TRUE(registry.has_odd_tlds());
  EXPECT_TRUE(registry.is_domain_valid("example.\xd1\x80\xd1\x84"));
  EXPECT_FALSE(registry.is_domain_valid("example.xn--p1ai"));
  // Such a name is no valid host.
  EXPECT_EQ(registry.uri_to_domain("http://example.\xd1\x80\xd1\x84/").first, "");
}

TEST(RegistryBoundaries, ClearedKnowsNothing) {
  MessageSettings settings = small_settings();
  settings.registry.clear();
  EXPECT_FALSE(settings.registry.is_domain_valid("example.com"));
  EXPECT_EQ(settings.registry.longest_tld(), 0u);
  EXPECT_EQ(settings.registry.trim_domain("a.example.co.uk"), "co.uk");
}

TEST(RegistryBoundaries, ManyNames) {
  RegistryBoundaries registry;
  for (int i = 0; i < 5000; ++i) registry.add_tld("t" + std::to_string(i));
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(registry.is_tld("T" + std::to_string(i)));
  EXPECT_FALSE(registry.is_tld("t5000"));
}

TEST(HostName, ValidNames) {
  struct Case {
    std::string_view name;
    bool valid;
  };
  for (const Case& c : {
           Case{"a.b", true},       Case{"a", false},       Case{"a.b.", true},
           Case{".a.b", false},     Case{"a..b", false},    Case{"-a.b", false},
           Case{"a-.b", false},     Case{"a.b-", false},    Case{"a-b.c", true},
           Case{"_a._b.c.d", true}, Case{"a.b_c.d", false}, Case{"a.b.c_d", false},
           Case{"a b.c", false},    Case{"a.b\012", true},  Case{"a\012.b", true},
           Case{"1.2.3.4", true},   Case{"a.b...", true},   Case{"\303\251.com", false},
           Case{"A.B", true},       Case{"a%20b.c", false}, Case{"xn--p1ai.xn--p1ai", true},
       })
    EXPECT_EQ(is_fqdn_valid(c.name), c.valid) << c.name;
}

TEST(HostName, LabelsEndAt63AndNamesAt253) {
  const std::string label(63, 'a');
  EXPECT_TRUE(is_fqdn_valid(label + ".com"));
  EXPECT_FALSE(is_fqdn_valid(label + "a.com"));
  const std::string name = label + "." + label + "." + label + ".";
  EXPECT_TRUE(is_fqdn_valid(name + std::string(57, 'b') + ".com"));
  EXPECT_FALSE(is_fqdn_valid(name + std::string(58, 'b') + ".com"));
}

TEST(HostName, Addresses) {
  struct Case {
    std::string_view text;
    bool address;
  };
  for (const Case& c : {
           Case{"1.2.3.4", true},
           Case{"01.2.3.4", false},
           Case{"1.2.3.256", false},
           Case{"1.2.3", false},
           Case{"1.2.3.4.5", false},
           Case{"255.255.255.255", true},
           Case{"0.0.0.0", true},
           Case{"1.2.3.4 ", false},
           Case{"1.2.3.4\012", true},
           Case{"::", true},
           Case{"::1", true},
           Case{"1::", true},
           Case{"1::8", true},
           Case{"1:2:3:4:5:6:7:8", true},
           Case{"1:2:3:4:5:6:7:8:9", false},
           Case{"1:2:3:4:5:6:7::", true},
           Case{"::2:3:4:5:6:7:8", true},
           Case{"1::3:4:5:6:7:8", true},
           Case{"1:2::3::4", false},
           Case{"12345::", false},
           Case{"g::", false},
           Case{"::ffff:1.2.3.4", true},
           Case{"::1.2.3.4", true},
           Case{"1:2:3:4:5:6:1.2.3.4", true},
           Case{"1:2:3:4:5:6:7:1.2.3.4", false},
           Case{"1:2:3:4:5::1.2.3.4", true},
           Case{"1:2:3:4::6:1.2.3.4", true},
           Case{"::1:2:3:4:5:6:1.2.3.4", false},
           Case{"1.2.3.4::", false},
           Case{"IPv6:::1", true},
           Case{"ipv6:1::2", true},
           Case{"IPv6:1.2.3.4", false},
           Case{"IPv6:", false},
           Case{":", false},
           Case{"1:", false},
           Case{"FE80::1", true},
           Case{"[::1]", false},
           Case{"", false},
       })
    EXPECT_EQ(is_ip_address(c.text), c.address) << c.text;
}

}  // namespace
}  // namespace thresh
