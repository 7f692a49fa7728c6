#include "milter/metrics.h"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <utility>

#include "milter/exposition.h"
#include "milter/rule_set_version.h"

namespace thresh::milter {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

template <typename Enum>
std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

void render_gauges(Exposition& out, const Gauges& gauges) {
  const auto one = [&](std::string_view name, std::string_view type, std::string_view help,
                       const std::atomic<std::int64_t>& value) {
    out.family(name, type, help);
    out.sample({}, value.load(relaxed));
  };
  one("thresh_connections", "gauge", "Open connections from the mail server.", gauges.connections);
  one("thresh_messages_in_flight", "gauge", "Messages between MAIL FROM and their answer.", gauges.in_flight);
  one("thresh_scans_running", "gauge", "Messages that are being scanned.", gauges.scanning);
  one("thresh_scans_waiting", "gauge", "Messages that wait for a scan slot.", gauges.waiting);
  one("thresh_message_bytes_held", "gauge", "Bytes of messages in memory.", gauges.bytes_held);
  one("thresh_messages_aborted_total", "counter", "Messages that the client or the mail server gave up.",
      gauges.aborted);
  one("thresh_reloads_total", "counter", "Reloads of rules and settings that took effect.", gauges.reloads);
  one("thresh_reloads_refused_total", "counter", "Reloads that were refused; what was there before stayed.",
      gauges.refused_reloads);
}

}  // namespace

void Metrics::record(const MessageReport& report) {
  const Verdict* verdict = report.verdict;
  const Kind kind = verdict == nullptr ? unscanned : verdict->spam ? spam : ham;
  messages_[kind][index(report.disposition)].fetch_add(1, relaxed);
  if (report.wanted > report.disposition) softened_[index(report.wanted)].fetch_add(1, relaxed);
  std::array<bool, degradation_count> seen{};
  for (const Degradation degradation : report.degraded)
    if (!std::exchange(seen[index(degradation)], true)) degraded_[index(degradation)].fetch_add(1, relaxed);
  bytes_.fetch_add(report.size, relaxed);
  at_end_.record(report.at_end);
  if (verdict == nullptr) return;
  waiting_.record(report.waiting);
  cpu_.record(report.cpu);
  // All zero: the scan was not asked for its cost.
  if (std::ranges::any_of(verdict->times, [](std::uint64_t time) { return time > 0; }))
    for (std::size_t i = 0; i < stage_count; ++i)
      stages_[i].record(std::chrono::nanoseconds(verdict->times[i]));
  const std::shared_lock lock(rules_mutex_);
  for (const VerdictHit& hit : verdict->hits) hits_.count(hit.rule);
}

void Metrics::use(const RuleSet& rules) {
  std::string version = rule_set_version(rules);
  const auto count = static_cast<std::uint64_t>(
      std::ranges::count_if(rules.rules(), [&](const Rule& rule) { return rule.defined; }));
  const std::unique_lock lock(rules_mutex_);
  hits_ = RuleHits(rules, hits_);
  version_ = std::move(version);
  rule_count_ = count;
  loaded_at_ = std::time(nullptr);
}

std::string Metrics::rules_version() const {
  const std::shared_lock lock(rules_mutex_);
  return version_;
}

std::uint64_t Metrics::messages() const {
  std::uint64_t sum = 0;
  for (const auto& kind : messages_)
    for (const Counter& counter : kind) sum += counter.load(relaxed);
  return sum;
}

std::string Metrics::render(const Gauges& gauges, std::uint64_t log_lines_lost) const {
  Exposition out;
  out.family("thresh_messages_total", "counter", "Messages by verdict and by what was done with them.");
  constexpr std::array<std::string_view, kind_count> kinds{"ham", "spam", "unscanned"};
  for (std::size_t kind = 0; kind < kind_count; ++kind)
    for (std::size_t i = 0; i < disposition_count; ++i)
      out.sample({{"verdict", kinds[kind]}, {"action", to_string(static_cast<Disposition>(i))}},
                 messages_[kind][i].load(relaxed));
  out.family(
      "thresh_messages_softened_total", "counter",
      "Messages treated more mildly than their score alone would have it, by what it would have been.");
  for (std::size_t i = 0; i < disposition_count; ++i)
    out.sample({{"wanted", to_string(static_cast<Disposition>(i))}}, softened_[i].load(relaxed));
  out.family("thresh_messages_degraded_total", "counter",
             "Messages that did not get their full treatment, by what kept them from it.");
  for (std::size_t i = 0; i < degradation_count; ++i)
    out.sample({{"kind", to_string(static_cast<Degradation>(i))}}, degraded_[i].load(relaxed));
  out.family("thresh_message_bytes_total", "counter", "Bytes of all messages as they were sent.");
  out.sample({}, bytes_.load(relaxed));

  out.family("thresh_message_seconds", "histogram", "Time from the end of a message to its answer.");
  out.histogram({}, at_end_);
  out.family("thresh_scan_wait_seconds", "histogram", "Time that scanned messages waited for a scan slot.");
  out.histogram({}, waiting_);
  out.family("thresh_scan_cpu_seconds", "histogram", "CPU time of one scan.");
  out.histogram({}, cpu_);
  out.family("thresh_stage_cpu_seconds", "histogram", "CPU time of one scan by stage.");
  for (std::size_t i = 0; i < stage_count; ++i)
    out.histogram({{"stage", to_string(static_cast<Stage>(i))}}, stages_[i]);

  render_gauges(out, gauges);
  out.family("thresh_log_lines_lost_total", "counter", "Lines of the log that could not be written.");
  out.sample({}, log_lines_lost);

  const std::shared_lock lock(rules_mutex_);
  out.family("thresh_rule_set_info", "gauge", "The rule set at work.");
  out.sample({{"version", version_}}, std::uint64_t{1});
  out.family("thresh_rule_set_rules", "gauge", "Rules that the rule set defines.");
  out.sample({}, rule_count_);
  out.family("thresh_rule_set_loaded_timestamp_seconds", "gauge", "When it was loaded.");
  out.sample({}, loaded_at_);
  out.family("thresh_rule_hits_total", "counter",
             "Messages that a rule hit. Rules that have not hit are left out.");
  for (std::size_t i = 0; i < hits_.size(); ++i)
    if (const std::uint64_t hits = hits_.hits(i); hits > 0) out.sample({{"rule", hits_.name(i)}}, hits);
  return out.take();
}

}  // namespace thresh::milter
