// One message as one line of the log.
#include "milter/log_line.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"
#include "tests/support/shared.h"

namespace thresh::milter {
namespace {

using namespace std::chrono_literals;

// The line as its fields.
nlohmann::json logged(const MessageReport& report, std::vector<std::string> overrides = {}) {
  const thresh::testing::ScratchFolder folder;
  overrides.push_back("log.format=json");
  overrides.push_back("log.target=file:" + folder.file("log"));
  {
    auto log = Log::open(*Settings::load({}, overrides));
    if (!log) throw std::runtime_error(log.error().text());
    log_message(**log, report);
  }
  const auto lines = thresh::testing::read_jsonl(folder.file("log"));
  return lines.size() == 1 ? lines[0] : nlohmann::json();
}

VerdictHit hit(std::string_view rule, double score) {
  VerdictHit made{};
  made.rule = rule;
  made.score = score;
  made.text = "buy now";
  return made;
}

Envelope envelope() {
  Envelope made;
  made.client_addr = "192.0.2.7";
  made.client_name = "mx.example.org";
  made.helo = "mx";
  made.queue_id = "4ABC";
  made.sender = "alice@example.org";
  made.recipients = {"bob@example.net", "carol@example.net"};
  return made;
}

TEST(LogLine, AScannedMessage) {
  const Envelope from = envelope();
  Verdict verdict;
  verdict.score = 7.31;
  verdict.spam = true;
  verdict.hits = {hit("LIGHT", 0.5), hit("NICE", -1.25), hit("HEAVY", 8.06), hit("__SUB", 0)};
  verdict.limited = {"SLOW"};
  verdict.partial = {"dkim", "dnsbl:zen.example"};
  verdict.times[static_cast<std::size_t>(Stage::body)] = 1'250'000;
  const auto line = logged({.envelope = from,
                            .size = 4321,
                            .verdict = &verdict,
                            .disposition = Disposition::headers,
                            .wanted = Disposition::reject,
                            .softened_by = "authenticated",
                            .degraded = {Degradation::partial, Degradation::limited_rule},
                            .at_end = 12'345'678ns,
                            .waiting = 1ms,
                            .cpu = 2ms});
  const auto expected = nlohmann::json::parse(R"({"level": "info", "event": "message", "queue_id": "4ABC",
      "client": "mx.example.org[192.0.2.7]", "helo": "mx", "from": "alice@example.org", "rcpts": 2, "size": 4321,
      "score": 7.31, "required": 5.0, "spam": true, "action": "headers", "wanted": "reject",
      "softened_by": "authenticated", "degraded": "partial,limited_rule", "partial": "dkim,dnsbl:zen.example",
      "limited": "SLOW", "rules": "HEAVY=8.06,NICE=-1.25,LIGHT=0.5", "ms": 12.346, "wait": 1.0, "cpu": 2.0,
      "stages": "body:1.25"})");
  auto without_time = line;
  without_time.erase("time");
  EXPECT_EQ(without_time, expected) << line;
}

TEST(LogLine, AMessageThatWasNotScannedIsAWarning) {
  const Envelope local;
  const auto line = logged({.envelope = local,
                            .size = 5,
                            .disposition = Disposition::tempfail,
                            .wanted = Disposition::tempfail,
                            .not_scanned_because = "no scan slot",
                            .degraded = {Degradation::no_slot}},
                           {"log.level=warning"});
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["client"], "local");
  EXPECT_EQ(line["not_scanned"], "no scan slot");
  EXPECT_EQ(line["degraded"], "no_slot");
  EXPECT_EQ(line["from"], "");
  EXPECT_FALSE(line.contains("score"));
  EXPECT_FALSE(line.contains("wanted"));
}

TEST(LogLine, ManyRulesAreCutAndCounted) {
  const Envelope from;
  Verdict verdict;
  std::vector<std::string> names;
  for (int i = 0; i < 500; ++i) names.push_back("RULE_NUMBER_" + std::to_string(i));
  for (int i = 0; i < 500; ++i) verdict.hits.push_back(hit(names[static_cast<std::size_t>(i)], i));
  verdict.limited = names;
  const auto line = logged({.envelope = from, .verdict = &verdict});
  const auto rules = line["rules"].get<std::string>();
  EXPECT_LE(rules.size(), max_logged_list);
  EXPECT_TRUE(rules.starts_with("RULE_NUMBER_499=499,RULE_NUMBER_498=498,"));
  const auto shown = static_cast<std::size_t>(std::ranges::count(rules, '='));
  EXPECT_EQ(shown + line["rules_left_out"].get<std::size_t>(), 500U);
  EXPECT_NE(line["limited"].get<std::string>().find(",+"), std::string::npos);
}

TEST(LogLine, HostileEnvelopesStayInTheirFields) {
  Envelope from = envelope();
  for (std::string* field : {&from.client_name, &from.helo, &from.sender, &from.queue_id})
    *field = "a\" spam=false\n{\"level\":\"error\"}\xff\\" + std::string(3000, '\x01');
  const auto line = logged({.envelope = from});
  ASSERT_TRUE(line.is_object());
  EXPECT_EQ(line["level"], "warning");
  EXPECT_FALSE(line.contains("cut"));
  EXPECT_TRUE(line["helo"].get<std::string>().starts_with("a\" spam=false\n{"));
}

TEST(LogLine, OnlyTheSenderIsAnAddressAndIsHashedWhereAsked) {
  const Envelope from = envelope();
  const Verdict verdict;
  const auto line = logged({.envelope = from, .verdict = &verdict}, {"log.hash_addresses=true"});
  EXPECT_TRUE(line["from"].get<std::string>().starts_with("h:"));
  EXPECT_EQ(line.dump().find('@'), std::string::npos);
}

TEST(LogLine, NeverWhatMatched) {
  const Envelope from = envelope();
  Verdict verdict;
  verdict.hits = {hit("SUBJECT", 1)};
  EXPECT_EQ(logged({.envelope = from, .verdict = &verdict}).dump().find("buy"), std::string::npos);
}

}  // namespace
}  // namespace thresh::milter
