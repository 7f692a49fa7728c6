// What the milter did, as Prometheus reads it.
#include "milter/metrics.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "milter/exposition.h"
#include "milter/rule_set_version.h"
#include "tests/milter/exposition_reader.h"
#include "tests/support/scratch_folder.h"

namespace thresh::milter {
namespace {

using namespace std::chrono_literals;
using testing::read_exposition;

RuleSet rules(std::string_view text) {
  auto set = RuleSet::parse(text, "test.cf");
  if (!set) throw std::runtime_error(set.error().text());
  return std::move(*set);
}

const std::string hello = "body HELLO /hello/\nscore HELLO 2\nbody BYE /bye/\nbody __SUB /sub/\n";

VerdictHit hit(std::string_view rule) {
  VerdictHit made{};
  made.rule = rule;
  return made;
}

Verdict spam_verdict() {
  Verdict verdict;
  verdict.score = 7;
  verdict.spam = true;
  verdict.hits = {hit("HELLO")};
  verdict.times.fill(200'000);
  return verdict;
}

TEST(Metrics, AFreshOneIsWellFormedAndHoldsEverySeries) {
  const Metrics metrics(rules(hello));
  const auto read = read_exposition(metrics.render({}, 0));
  EXPECT_EQ(read.samples.at("thresh_messages_total{verdict=\"ham\",action=\"pass\"}"), 0);
  EXPECT_EQ(read.samples.at("thresh_messages_degraded_total{kind=\"deadline\"}"), 0);
  EXPECT_EQ(read.samples.at("thresh_rule_set_rules"), 3);
  EXPECT_EQ(read.samples.at("thresh_rule_set_info{version=\"" + metrics.rules_version() + "\"}"), 1);
  EXPECT_GT(read.samples.at("thresh_rule_set_loaded_timestamp_seconds"), 1e9);
}

TEST(Metrics, OneMessageIsCountedWhereItBelongs) {
  Metrics metrics(rules(hello));
  const Envelope envelope;
  const Verdict verdict = spam_verdict();
  metrics.record({.envelope = envelope,
                  .size = 1234,
                  .verdict = &verdict,
                  .disposition = Disposition::headers,
                  .wanted = Disposition::reject,
                  .degraded = {Degradation::partial, Degradation::limited_rule, Degradation::limited_rule},
                  .at_end = 30ms,
                  .waiting = 0ns,
                  .cpu = 2ms});
  metrics.record({.envelope = envelope, .size = 6, .disposition = Disposition::tempfail, .at_end = 400s});
  const auto read = read_exposition(metrics.render({}, 3));
  EXPECT_EQ(read.samples.at("thresh_messages_total{verdict=\"spam\",action=\"headers\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_messages_total{verdict=\"unscanned\",action=\"tempfail\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_messages_softened_total{wanted=\"reject\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_messages_degraded_total{kind=\"limited_rule\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_messages_degraded_total{kind=\"partial\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_message_bytes_total"), 1240);
  EXPECT_EQ(read.samples.at("thresh_message_seconds_bucket{le=\"0.025\"}"), 0);
  EXPECT_EQ(read.samples.at("thresh_message_seconds_bucket{le=\"0.05\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_message_seconds_bucket{le=\"30\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_message_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(read.samples.at("thresh_message_seconds_sum"), 400.03);
  EXPECT_EQ(read.samples.at("thresh_scan_cpu_seconds_bucket{le=\"0.0025\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_stage_cpu_seconds_bucket{stage=\"body\",le=\"0.00025\"}"), 1);
  EXPECT_EQ(read.samples.at("thresh_rule_hits_total{rule=\"HELLO\"}"), 1);
  EXPECT_EQ(read.samples.count("thresh_rule_hits_total{rule=\"BYE\"}"), 0U);
  EXPECT_EQ(read.samples.at("thresh_log_lines_lost_total"), 3);
  EXPECT_EQ(metrics.messages(), 2U);
}

TEST(Metrics, NothingThatASenderChoseBecomesALabel) {
  Metrics metrics(rules(hello));
  Envelope envelope;
  envelope.sender = envelope.helo = envelope.queue_id = "evil\"}\n";
  envelope.recipients = {envelope.sender};
  Verdict verdict = spam_verdict();
  verdict.hits.push_back(hit("evil\"}\n"));
  verdict.partial = {"evil"};
  metrics.record({.envelope = envelope, .verdict = &verdict, .softened_by = "evil"});
  const std::string text = metrics.render({}, 0);
  read_exposition(text);
  EXPECT_EQ(text.find("evil"), std::string::npos);
}

TEST(Metrics, GaugesAreShown) {
  const Metrics metrics(rules(hello));
  Gauges gauges;
  gauges.connections = 4;
  gauges.waiting = 2;
  gauges.bytes_held = 1 << 20;
  gauges.refused_reloads = 1;
  const auto read = read_exposition(metrics.render(gauges, 0));
  EXPECT_EQ(read.samples.at("thresh_connections"), 4);
  EXPECT_EQ(read.samples.at("thresh_scans_waiting"), 2);
  EXPECT_EQ(read.samples.at("thresh_message_bytes_held"), 1 << 20);
  EXPECT_EQ(read.samples.at("thresh_reloads_refused_total"), 1);
}

TEST(Metrics, CountersSurviveAReload) {
  Metrics metrics(rules(hello));
  const Envelope envelope;
  Verdict verdict = spam_verdict();
  verdict.hits.push_back(hit("BYE"));
  metrics.record({.envelope = envelope, .verdict = &verdict});
  const std::string before = metrics.rules_version();
  metrics.use(rules("body HELLO /hello/\nbody OTHER /other/\n"));
  EXPECT_NE(metrics.rules_version(), before);
  verdict.hits.push_back(hit("OTHER"));
  // Its scan began with the old rules.
  metrics.record({.envelope = envelope, .verdict = &verdict});
  const auto read = read_exposition(metrics.render({}, 0));
  EXPECT_EQ(read.samples.at("thresh_rule_hits_total{rule=\"HELLO\"}"), 2);
  EXPECT_EQ(read.samples.at("thresh_rule_hits_total{rule=\"OTHER\"}"), 1);
  EXPECT_EQ(read.samples.count("thresh_rule_hits_total{rule=\"BYE\"}"), 0U);
  EXPECT_EQ(read.samples.at("thresh_messages_total{verdict=\"spam\",action=\"pass\"}"), 2);
}

TEST(Metrics, ManyThreadsLoseNothingWhileRulesAreReloadedAndRead) {
  Metrics metrics(rules(hello));
  const Envelope envelope;
  const Verdict verdict = spam_verdict();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        metrics.record({.envelope = envelope, .size = 1, .verdict = &verdict, .at_end = 1ms});
    });
  for (int i = 0; i < 5; ++i) {
    metrics.use(rules(hello));
    read_exposition(metrics.render({}, 0));
  }
  for (auto& thread : threads) thread.join();
  const auto read = read_exposition(metrics.render({}, 0));
  EXPECT_EQ(read.samples.at("thresh_messages_total{verdict=\"spam\",action=\"pass\"}"), 2000);
  EXPECT_EQ(read.samples.at("thresh_rule_hits_total{rule=\"HELLO\"}"), 2000);
  EXPECT_EQ(read.samples.at("thresh_message_bytes_total"), 2000);
}

TEST(Metrics, LabelsAreEscaped) {
  Exposition out;
  out.family("x_total", "counter", "An x.");
  out.sample({{"a", "b\\c\"d\ne"}}, std::uint64_t{1});
  EXPECT_EQ(out.take(), "# HELP x_total An x.\n# TYPE x_total counter\nx_total{a=\"b\\\\c\\\"d\\ne\"} 1\n");
}

TEST(Metrics, PrometheusOwnCheckerIsContent) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "promtool (Debian: prometheus) is not here";
  Metrics metrics(rules(hello));
  const Envelope envelope;
  const Verdict verdict = spam_verdict();
  metrics.record({.envelope = envelope, .verdict = &verdict});
  const thresh::testing::ScratchFolder folder;
  std::ofstream(folder.file("metrics")) << metrics.render({}, 0);
  EXPECT_EQ(std::system(("promtool check metrics <" + folder.file("metrics")).c_str()), 0);
}

TEST(RuleSetVersion, ChangesWithRulesScoresAndFilesAndNothingElse) {
  const std::string version = rule_set_version(rules(hello));
  EXPECT_EQ(version.size(), 12U);
  EXPECT_EQ(version, rule_set_version(rules(hello)));
  EXPECT_NE(version, rule_set_version(rules(hello + "score HELLO 3\n")));
  EXPECT_NE(version, rule_set_version(rules("body HELLO /hallo/\n")));
  const thresh::testing::ScratchFolder folder;
  std::vector<std::string> versions;
  for (const std::string networks : {"192.0.2.1", "192.0.2.2"}) {
    std::ofstream(folder.file("a.cf")) << hello << "trusted_networks " << networks << "\n";
    const std::vector<std::string> paths{folder.file("a.cf")};
    versions.push_back(rule_set_version(*RuleSet::load(paths)));
  }
  EXPECT_NE(versions[0], versions[1]);
}

}  // namespace
}  // namespace thresh::milter
