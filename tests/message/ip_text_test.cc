// Addresses in text and sets of networks. Expected values are SpamAssassin's.
#include "engine/message/ip_text.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/message/ip_networks.h"
#include "tests/message/case_files.h"

namespace thresh {
namespace {

TEST(IpText, WholeAddresses) {
  for (const char* yes : {"0.0.0.0", "255.255.255.255", "::", "::1", "1::", "1:2:3:4:5:6:7:8",
                          "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "2001:DB8::1", "IPv6:2001:db8::1", "ipv6:::1",
                          "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1::1.2.3.4"})
    EXPECT_TRUE(is_ip_address(yes)) << yes;
  for (const char* no : {"", "1", "1.2.3", "1.2.3.4.", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "1:2:3:4:5:6:7",
                         "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", ":1", "1:", "12345::", "::g",
                         "::ffff:1.2.3.256", "1.2.3.4/8", "IPv6:1.2.3.4", "[::1]"})
    EXPECT_FALSE(is_ip_address(no)) << no;
  EXPECT_TRUE(is_ipv4_address("192.0.2.1\n"));
  EXPECT_FALSE(is_ipv4_address("::1"));
}

TEST(IpText, WhereAnAddressMayStand) {
  const auto first = [](std::string_view text) {
    const auto span = find_ip_address(text);
    return span ? std::string(span->first(text)) : std::string("none");
  };
  EXPECT_EQ(first("x 192.0.2.1 y"), "192.0.2.1");
  EXPECT_EQ(first("x192.0.2.1"), "none");
  EXPECT_EQ(first("192.0.2.1x"), "none");
  EXPECT_EQ(first("1.192.0.2.1"), "1.192.0.2");
  EXPECT_EQ(first("999.192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(first("IPv6:192.0.2.1"), "none");
  EXPECT_EQ(first("[IPv6:2001:db8::1]"), "IPv6:2001:db8::1");
  EXPECT_EQ(first("::1.2.3.4x"), "::1.2.3.4");
  EXPECT_EQ(first("::1.2.3.456"), "::1");
  EXPECT_EQ(find_standalone_ip("::1.2.3.456 and 192.0.2.1."), "");
  EXPECT_EQ(find_standalone_ip("x=192.0.2.1, .198.51.100.1"), "192.0.2.1");
}

TEST(IpText, PrivateAddresses) {
  for (const char* yes : {"10.0.0.1", "10.", "127.0.0.1", "169.254.1.1", "172.16.0.1", "172.31.255.255",
                          "192.168.0.1", "100.64.0.1", "100.127.255.255", "::1", "0:0:0:0:0:0:0:1",
                          "::ffff:10.0.0.1", "fe80::1", "febf:1::", "IPv6:::1", "10.x"})
    EXPECT_TRUE(is_private_ip(yes)) << yes;
  for (const char* no :
       {"", "11.0.0.1", "172.15.0.1", "172.32.0.1", "172.016.0.1", "192.169.0.1", "100.63.0.1", "100.128.0.1",
        "::2", "fec0::1", "fd00::1", "::ffff:11.0.0.1", "2001:db8::1", "x10.0.0.1"})
    EXPECT_FALSE(is_private_ip(no)) << no;
  EXPECT_TRUE(is_private_ip("::1%lo"));
  EXPECT_FALSE(is_whole_private_ip("::1%lo"));
}

TEST(IpText, Localhost) {
  for (const char* yes : {"localhost", "LOCALHOST", "localhost.localdomain", "127.0.0.1", "::1", "IPv6:::1",
                          "::ffff:127.0.0.1", "0:0:0:0:0:0:0:0001"})
    EXPECT_TRUE(is_localhost(yes)) << yes;
  for (const char* no : {"", "localhosts", "127.0.0.2", "127.0.0.10", "::2", "::ffff:127.0.0.2"})
    EXPECT_FALSE(is_localhost(no)) << no;
}

TEST(IpText, SuiteOfSpamAssassin) {
  const auto cases = header_suite("ip.jsonl");
  if (cases.empty()) GTEST_SKIP() << "THRESH_SHARED_DIR names no folder with suites/headers-spamassassin";
  for (const auto& c : cases) {
    const auto input = c.at("input").get<std::string>();
    const auto kind = c.at("class").get<std::string>();
    const bool want = c.at("expected").get<bool>();
    SCOPED_TRACE(kind + " " + input);
    const auto is = [&](const char* name) { return kind.find(name) != std::string::npos; };
    EXPECT_TRUE(!is("IPV4_ADDRESS") || is_ipv4_address(input) == want);
    EXPECT_TRUE(!is("IP_ADDRESS") || is_ip_address(input) == want);
    EXPECT_TRUE(!is("IP_PRIVATE") || is_whole_private_ip(input) == want);
    EXPECT_TRUE(!is("LOCALHOST") || is_localhost(input) == want);
  }
}

TEST(IpText, Reversed) {
  EXPECT_EQ(reverse_ip_address("192.0.2.1"), "1.2.0.192");
  EXPECT_EQ(reverse_ip_address("999.0.02.1"), "1.02.0.999") << "the value does not matter";
  EXPECT_EQ(reverse_ip_address("2001:DB8::1"),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
  EXPECT_EQ(reverse_ip_address("::192.0.2.1"),
            "1.0.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0");
  EXPECT_EQ(reverse_ip_address("1.2.3"), std::nullopt);
  EXPECT_EQ(reverse_ip_address("mail.example.org"), std::nullopt);
  EXPECT_EQ(reverse_ip_address(""), std::nullopt);
}

TEST(IpAddress, Parse) {
  EXPECT_TRUE(IpAddress::parse("192.0.2.1")->is_v4());
  EXPECT_EQ(IpAddress::parse("[192.0.2.1]"), IpAddress::parse("::ffff:192.0.2.1"));
  EXPECT_EQ(IpAddress::parse("IPv6:fe80::1%eth0"), IpAddress::parse("FE80:0::1"));
  for (const char* no : {"", "x", "192.0.2", "192.0.2.256", "::g", "1:2:3:4:5:6:7:8:9", "::1::"})
    EXPECT_FALSE(IpAddress::parse(no)) << no;
}

bool holds(std::initializer_list<const char*> entries, std::string_view ip) {
  IpNetworks networks;
  for (const char* entry : entries) EXPECT_TRUE(networks.add(entry)) << entry;
  return networks.contains(ip);
}

TEST(IpNetworks, WaysToWriteAnEntry) {
  EXPECT_TRUE(holds({"192.0.2.1"}, "192.0.2.1"));
  EXPECT_FALSE(holds({"192.0.2.1"}, "192.0.2.2"));
  EXPECT_TRUE(holds({"192.0.2."}, "192.0.2.200"));
  EXPECT_TRUE(holds({"192.0"}, "192.0.2.200"));
  EXPECT_TRUE(holds({"10"}, "10.9.8.7"));
  EXPECT_TRUE(holds({"10/8"}, "10.9.8.7"));
  EXPECT_TRUE(holds({"192.0.2.77/255.255.255.128"}, "192.0.2.1"));
  EXPECT_FALSE(holds({"192.0.2.77/25"}, "192.0.2.129"));
  EXPECT_TRUE(holds({"0/0"}, "203.0.113.9"));
  EXPECT_FALSE(holds({"0/0"}, "2001:db8::1"));
  EXPECT_TRUE(holds({"[2001:db8::]/32"}, "2001:db8:ffff::1"));
  EXPECT_TRUE(holds({"2001:DB8::/33"}, "2001:db8:7fff::1"));
  EXPECT_FALSE(holds({"2001:DB8::/33"}, "2001:db8:8000::1"));
  EXPECT_TRUE(holds({"[fe80::1%eth0]/64"}, "fe80::2"));
  EXPECT_TRUE(holds({"::/0"}, "203.0.113.9")) << "IPv4 lies in ::ffff:0:0/96";
}

TEST(IpNetworks, TheFirstEntryThatHoldsTheAddressDecides) {
  EXPECT_FALSE(holds({"!192.0.2.1", "192.0.2.0/24"}, "192.0.2.1"));
  EXPECT_TRUE(holds({"! 192.0.2.1", "192.0.2.0/24"}, "192.0.2.2"));
  EXPECT_TRUE(holds({"192.0.2.0/24", "!192.0.2.1"}, "192.0.2.1"));
  EXPECT_FALSE(holds({}, "192.0.2.1"));
}

TEST(IpNetworks, WhatIsNoAddressIsInNone) {
  for (const char* ip : {"", "x", "192.0.2", "192.0.2.1!", "1::!"})
    EXPECT_FALSE(holds({"0/0", "::/0"}, ip)) << ip;
}

TEST(IpNetworks, MistakesAreNamed) {
  for (const char* entry : {"", "x", "192.0.2.256", "192.0.2.1.5", "192.0.2.1/33", "192.0.2.0/",
                            "192.0.2.0/x", "10.0.0.0/255.0.255.0", "2001:db8::/129", "::g",
                            "192.0.2.1-192.0.2.9", "/8", "[::1", "mail.example.org"}) {
    IpNetworks networks;
    const auto result = networks.add(entry);
    ASSERT_FALSE(result) << entry;
    EXPECT_NE(result.error().text().find(entry), std::string::npos);
    EXPECT_TRUE(networks.empty());
  }
}

TEST(IpNetworks, InternalOnesMustBeTrusted) {
  IpNetworks trusted = IpNetworks::with_loopback();
  ASSERT_TRUE(trusted.add("192.0.2.0/24"));
  IpNetworks internal = IpNetworks::with_loopback();
  for (const char* entry : {"192.0.2.128/25", "198.51.100.0/24", "!203.0.113.1"})
    ASSERT_TRUE(internal.add(entry));
  EXPECT_EQ(internal.keep_within(trusted), std::vector<std::string>{"198.51.100.0/24"});
  EXPECT_TRUE(internal.contains("192.0.2.200"));
  EXPECT_FALSE(internal.contains("198.51.100.1"));
}

}  // namespace
}  // namespace thresh
