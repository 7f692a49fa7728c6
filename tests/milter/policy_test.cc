#include "milter/policy.h"

#include <gtest/gtest.h>

namespace thresh::milter {
namespace {

class PolicyTest : public testing::Test {
 protected:
  static Result<Policy> make(std::string_view toml, const IpNetworks& trusted = {}) {
    auto settings = Settings::parse(toml, "thresh.toml", {});
    EXPECT_TRUE(settings) << settings.error().text();
    return Policy::make(*settings, 5.0, trusted);
  }
  static Policy policy(std::string_view toml, const IpNetworks& trusted = {}) {
    auto made = make(toml, trusted);
    EXPECT_TRUE(made) << made.error().text();
    return std::move(*made);
  }
  static Envelope stranger() {
    Envelope e;
    e.client_addr = "192.0.2.7";
    e.client_port = 4711;
    e.recipients = {"b@example.org"};
    return e;
  }
  static Disposition at(const Policy& p, double score, const Envelope& e) {
    return p.decide(score, e, p.sender(e)).disposition;
  }
};

TEST_F(PolicyTest, ByScore) {
  const Policy p = policy("[milter]\ntempfail_score = 8\nquarantine_score = 10\n[scan]\nreject_score = 12\n");
  const Envelope e = stranger();
  EXPECT_EQ(at(p, 4.9, e), Disposition::headers);
  EXPECT_EQ(at(p, 7.9, e), Disposition::headers);
  EXPECT_EQ(at(p, 8, e), Disposition::tempfail);
  EXPECT_EQ(at(p, 10, e), Disposition::quarantine);
  EXPECT_EQ(at(p, 12, e), Disposition::reject);
  EXPECT_FALSE(p.decide(4.9, e, p.sender(e)).spam);
  EXPECT_TRUE(p.decide(5, e, p.sender(e)).spam);
}

TEST_F(PolicyTest, NobodyWeKnowIsTurnedAway) {
  const Policy p = policy("[milter]\nrelays = [\"198.51.100.0/24\"]\n");
  Envelope e = stranger();
  EXPECT_EQ(at(p, 20, e), Disposition::reject);
  e.client_addr = "198.51.100.9";  // a backup MX would have to bounce it
  EXPECT_EQ(at(p, 20, e), Disposition::headers);
  EXPECT_EQ(p.decide(20, e, p.sender(e)).softened_by, "relay");
  e.client_addr = "127.0.0.1";
  EXPECT_EQ(at(p, 20, e), Disposition::headers);
  e.client_addr = "";  // sendmail(1)
  EXPECT_EQ(at(p, 20, e), Disposition::headers);
  e = stranger();
  e.auth_user = "user";
  EXPECT_EQ(at(p, 20, e), Disposition::headers);
  e = stranger();
  e.daemon_name = "ORIGINATING";
  EXPECT_EQ(at(p, 20, e), Disposition::headers);
}

TEST_F(PolicyTest, SendmailIsNeverRefusedWhateverIsConfigured) {
  const Policy p = policy(
      "[milter]\nlocal = \"scan\"\nauthenticated = \"scan\"\nquarantine_score = 30\ndiscard_score = 40\n");
  Envelope e = stranger();
  e.client_addr = "127.0.0.1";
  e.client_port = 0;  // as cleanup(8) has it
  EXPECT_TRUE(p.sender(e).is_protected);
  EXPECT_EQ(at(p, 20, e), Disposition::headers);
  EXPECT_EQ(at(p, 30, e), Disposition::quarantine);  // nothing is lost there
  EXPECT_EQ(at(p, 40, e), Disposition::headers);
  e = stranger();
  e.auth_user = "user";
  EXPECT_EQ(at(p, 20, e), Disposition::reject);  // their mailer shows it
}

TEST_F(PolicyTest, TrustedNetworksOfTheRulesAreRelays) {
  IpNetworks trusted;
  ASSERT_TRUE(trusted.add("203.0.113.0/24"));
  const Policy p = policy("", trusted);
  Envelope e = stranger();
  e.client_addr = "203.0.113.5";
  EXPECT_TRUE(p.sender(e).is_protected);
  EXPECT_EQ(p.sender(e).treatment, Policy::Treatment::scan);
}

TEST_F(PolicyTest, SeveralRecipientsAreTreatedAsTheMildestWants) {
  const Policy p = policy(
      "[milter]\nrecipients = [\"postmaster@example.org reject=never required=9\", "
      "\"@example.net reject=6\"]\n");
  Envelope e = stranger();
  e.recipients = {"x@example.net"};
  EXPECT_EQ(at(p, 7, e), Disposition::reject);
  e.recipients = {"x@example.net", "b@example.org"};
  EXPECT_EQ(at(p, 7, e), Disposition::headers);
  EXPECT_EQ(at(p, 15, e), Disposition::reject);
  e.recipients = {"x@example.net", "Postmaster+tag@Example.ORG"};
  EXPECT_EQ(at(p, 15, e), Disposition::headers);
  EXPECT_EQ(p.decide(8, e, p.sender(e)).required, 9);
  EXPECT_FALSE(p.decide(8, e, p.sender(e)).spam);
}

TEST_F(PolicyTest, TextsAreFilledIn) {
  const Policy p = policy("[milter]\nreject_text = \"5.7.1 {score} of {required} 100% {queue_id}\"\n");
  Envelope e = stranger();
  e.queue_id = "4ZQ1\r\n";
  EXPECT_EQ(p.reject_text(e, 17.25, 5), "5.7.1 17.2 of 5.0 100% 4ZQ1??");
}

TEST_F(PolicyTest, WrongSettingsAreNamed) {
  const auto error = [](std::string_view toml) {
    auto made = make(toml);
    return made ? std::string("none") : made.error().text();
  };
  EXPECT_EQ(error("[milter]\nlocal = \"maybe\"\n"),
            "thresh.toml:2: milter.local is \"maybe\" (scan, headers or pass)");
  EXPECT_EQ(error("[milter]\non_failure = \"lose\"\n"),
            "thresh.toml:2: milter.on_failure is \"lose\" (tempfail or accept)");
  EXPECT_NE(error("[milter]\nreject_text = \"no code\"\n").find("thresh.toml:2: milter.reject_text"),
            std::string::npos);
  EXPECT_NE(error("[milter]\nreject_text = \"4.7.1 wrong class\"\n").find("5.7.1"), std::string::npos);
  EXPECT_NE(error("[milter]\nrelays = [\"300.1.1.1\"]\n").find("thresh.toml:2: milter.relays"),
            std::string::npos);
  EXPECT_NE(error("[milter]\nheaders = [\"Subject\"]\n").find("unknown header field \"Subject\""),
            std::string::npos);
  EXPECT_EQ(error("[milter]\nrecipients = [\"someone reject=6\"]\n"),
            "thresh.toml:2: \"someone reject=6\": wants an address or @domain first");
  EXPECT_NE(error("[milter]\nrecipients = [\"a@b reject=high\"]\n").find("reject wants a score or never"),
            std::string::npos);
  EXPECT_NE(error("[milter]\nrecipients = [\"a@b greylist=1\"]\n").find("unknown setting greylist"),
            std::string::npos);
  EXPECT_NE(error("[milter]\nrecipients = [\"a@b reject=1\", \"A@B reject=2\"]\n").find("a@b is set twice"),
            std::string::npos);
}

}  // namespace
}  // namespace thresh::milter
