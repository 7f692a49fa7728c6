// Dates: cases/dates.jsonl has SpamAssassin's answers (null: no date) and what it takes for the date of a
// Received header.
#include "engine/message/date.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "engine/base/arena.h"
#include "tests/message/case_files.h"

namespace thresh {
namespace {

constexpr std::int64_t now = 1'700'000'000;

TEST(Dates, AreReadAsSpamAssassinDoes) {
  const auto cases = json_cases("dates.jsonl");
  for (const auto& c : cases) {
    const auto value = c.at("value").get<std::string>();
    const auto time = parse_rfc822_date(value);
    EXPECT_EQ(time ? nlohmann::json(*time) : nlohmann::json(), c.at("time")) << value;
    EXPECT_EQ(find_received_date(value), c.at("in_received").get<std::string>()) << value;
  }
  EXPECT_GT(cases.size(), 50U);
}

TEST(Dates, SuiteOfSpamAssassin) {
  const auto cases = header_suite("date.jsonl");
  if (cases.empty()) GTEST_SKIP() << "THRESH_SHARED_DIR names no folder with suites/headers-spamassassin";
  for (const auto& c : cases) {
    const auto time = parse_rfc822_date(c.at("value").get<std::string>());
    if (c.at("expected").contains("epoch"))
      EXPECT_EQ(time, c.at("expected").at("epoch").get<std::int64_t>()) << c.at("value");
    else
      EXPECT_TRUE(time.has_value()) << c.at("value");
  }
}

TEST(ReceivedTimes, FetchmailsHeadersAreApart) {
  Arena arena;
  const auto plain = received_times(
      "from a by b; Tue, 14 Nov 2023 08:05:50 +0000\nwithout date\nfrom c by d; Tue, 14 Nov 2023 08:05:49 "
      "+0000\n",
      now, &arena);
  EXPECT_FALSE(plain.fetchmail_time);
  ASSERT_EQ(plain.header_times.size(), 2U);
  EXPECT_EQ(plain.header_times[0], 1'699'949'150);
  EXPECT_EQ(plain.header_times[1], 1'699'949'149);

  const auto fetched = received_times(
      "from localhost (localhost [127.0.0.1]) by home; Tue, 14 Nov 2023 08:06:00 +0000\n"
      "from mail.example.org by localhost with POP3 (fetchmail-6.4.0); Tue, 14 Nov 2023 08:05:59 +0000\n"
      "from c by d; Tue, 14 Nov 2023 08:05:49 +0000\n",
      now, &arena);
  EXPECT_EQ(fetched.fetchmail_time, 1'699'949'160);
  ASSERT_EQ(fetched.header_times.size(), 1U);
  EXPECT_EQ(fetched.header_times[0], 1'699'949'149);
}

TEST(ReceiveDate, TakesTheFirstThatSaysSo) {
  EXPECT_EQ(receive_date("Subject: x\n", now), now);
  EXPECT_EQ(receive_date("Date: Tue, 14 Nov 2023 08:05:50 +0000\n", now), 1'699'949'150);
  EXPECT_EQ(receive_date(
                "Date: Tue, 14 Nov 2023 08:05:50 +0000\nResent-Date: Tue, 14 Nov 2023 08:05:51 +0000\n", now),
            1'699'949'151);
  EXPECT_EQ(receive_date("Received: from a by b;\n\tTue, 14 Nov 2023 08:05:52 +0000\n"
                         "Received: from c by d; Tue, 14 Nov 2023 08:05:40 +0000\n"
                         "Date: Tue, 14 Nov 2023 08:05:50 +0000\n",
                         now),
            1'699'949'152);
  EXPECT_EQ(receive_date("Received: nothing\nFrom a@example.org Tue Nov 14 08:05:53 UTC 2023\n"
                         "Received: from c by d; Tue, 14 Nov 2023 08:05:40 +0000\n",
                         now),
            1'699'949'140)
      << "the zone between clock and year keeps the From line from being a date";
}

// The separator line of an mbox has no zone: it is local time. West of Greenwich SpamAssassin's minutes are
// off where they are not zero.
TEST(ReceiveDate, FromLineIsLocalTime) {
  const auto with_zone = [](const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
    const auto time = receive_date("From a@example.org Tue Nov 14 08:05:50 2023\n", now);
    unsetenv("TZ");
    tzset();
    return time;
  };
  // The form "Nov 14 08:05:50 2023" gives the day alone.
  constexpr std::int64_t midnight = 1'699'920'000;
  EXPECT_EQ(with_zone("UTC0"), midnight);
  EXPECT_EQ(with_zone("XXX-5:30"), midnight - 19'800);
  EXPECT_EQ(with_zone("XXX5"), midnight + 18'000);
  EXPECT_EQ(with_zone("XXX9:40"), midnight + 9 * 3600 + 20 * 60);
}

}  // namespace
}  // namespace thresh
