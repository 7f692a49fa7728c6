// Chains of Received headers and the trust in them: cases/relays.cases has what SpamAssassin makes of each.
#include "engine/message/relays.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/message/case_files.h"

namespace thresh {
namespace {

void add_all(IpNetworks& networks, const std::string& words) {
  std::istringstream in(words);
  for (std::string word; in >> word;) ASSERT_TRUE(networks.add(word)) << word;
}

struct Chain {
  MessageSettings settings;
  bool originating = false;
  std::string title;
  std::vector<std::string> received, origins;

  Chain() {
    settings.trusted_networks = IpNetworks::with_loopback();
    settings.internal_networks = IpNetworks::with_loopback();
  }
};

std::string describe(const Chain& chain) {
  Arena arena;
  const std::vector<std::string_view> received(chain.received.begin(), chain.received.end());
  const std::vector<std::string_view> origins(chain.origins.begin(), chain.origins.end());
  const Relays r = parse_relays(received, origins, chain.settings, chain.originating, arena);
  EXPECT_EQ(r.trusted.size() + r.untrusted.size() >= r.internal.size(), true);
  std::ostringstream out;
  out << "trusted: " << r.trusted_text << "\nuntrusted: " << r.untrusted_text
      << "\ninternal: " << r.internal_text << "\nexternal: " << r.external_text
      << "\ncounts: " << r.unparseable << ' ' << r.last_trusted_index << ' ' << r.last_internal_index << '\n';
  return out.str();
}

TEST(Relays, TrustAsSpamAssassinDoes) {
  Chain chain;
  std::string want;
  std::size_t count = 0;
  const auto take = [&](const std::string& line, const char* prefix, auto&& use) {
    if (!line.starts_with(prefix)) return false;
    use(line.substr(std::string_view(prefix).size()));
    return true;
  };
  for (const std::string& line : case_lines("relays.cases")) {
    if (take(line, "# ", [&](const std::string& title) {
          chain = {};
          chain.title = title;
        }))
      continue;
    if (take(line, "trusted ",
             [&](const std::string& words) {
               chain.settings.trusted_networks_configured = true;
               add_all(chain.settings.trusted_networks, words);
             }) ||
        take(line, "internal ",
             [&](const std::string& words) {
               chain.settings.internal_networks_configured = true;
               add_all(chain.settings.internal_networks, words);
             }) ||
        take(line, "msa ", [&](const std::string& words) { add_all(chain.settings.msa_networks, words); }) ||
        take(line, "originating", [&](const std::string&) { chain.originating = true; }) ||
        take(line, "< ", [&](const std::string& value) { chain.received.push_back(value); }) ||
        take(line, "> ", [&](const std::string& value) { chain.origins.push_back(value); }))
      continue;
    if (!line.empty()) want += line + "\n";
    if (!line.starts_with("counts: ")) continue;
    EXPECT_EQ(describe(chain), want) << chain.title;
    want.clear();
    ++count;
  }
  EXPECT_EQ(count, 17U);
}

TEST(Relays, FlagsOfARelay) {
  Arena arena;
  const MessageSettings settings;
  const std::vector<std::string_view> received = {
      "from a (unknown [10.0.0.1]) by mx.example.org (Postfix) with ESMTP id A0001",
      "from [192.0.2.1] (helo=b) by a with smtp (Exim 4.96) (envelope-from <>) id A0002"};
  const Relays r = parse_relays(received, {}, settings, false, arena);
  ASSERT_EQ(r.trusted.size(), 1U);
  EXPECT_TRUE(r.trusted[0]->ip_private);
  EXPECT_TRUE(r.trusted[0]->internal);
  EXPECT_TRUE(r.trusted[0]->no_reverse_dns);
  EXPECT_FALSE(r.trusted[0]->rdns_not_in_headers);
  ASSERT_EQ(r.untrusted.size(), 1U);
  EXPECT_FALSE(r.untrusted[0]->ip_private);
  EXPECT_FALSE(r.untrusted[0]->internal);
  EXPECT_FALSE(r.untrusted[0]->no_reverse_dns);
  EXPECT_TRUE(r.untrusted[0]->rdns_not_in_headers);
  EXPECT_EQ(r.untrusted[0]->envfrom.data(), nullptr) << "<> has no word in it, so there is no sender";
}

}  // namespace
}  // namespace thresh
