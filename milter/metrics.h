// What the milter did, in numbers, for Prometheus. No label ever holds what a sender chose.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <string>

#include "engine/scan/stages.h"
#include "milter/gauges.h"
#include "milter/histogram.h"
#include "milter/report.h"
#include "milter/rule_hits.h"
#include "rules/language/rule_set.h"

namespace thresh::milter {

// Safe from any number of threads.
class Metrics {
 public:
  explicit Metrics(const RuleSet& rules) { use(rules); }

  // Once a message, when it is done with. Takes some tens of atomic additions and waits for nobody but use().
  void record(const MessageReport& report);

  // New rules are at work from now on. All counters go on; those of rules that are gone are dropped.
  void use(const RuleSet& rules);

  // All of it in text exposition format, version 0.0.4. `log_lines_lost`: Log::lost().
  [[nodiscard]] std::string render(const Gauges& gauges, std::uint64_t log_lines_lost) const;

  // The rule set at work (rule_set_version.h).
  [[nodiscard]] std::string rules_version() const;
  // Messages since the start.
  [[nodiscard]] std::uint64_t messages() const;

 private:
  enum Kind : std::size_t { ham, spam, unscanned, kind_count };
  using Counter = std::atomic<std::uint64_t>;

  std::array<std::array<Counter, disposition_count>, kind_count> messages_{};
  std::array<Counter, disposition_count> softened_{};  // by what was wanted
  std::array<Counter, degradation_count> degraded_{};
  Counter bytes_{0};
  Histogram at_end_;
  Histogram waiting_;
  Histogram cpu_;
  std::array<Histogram, stage_count> stages_;

  mutable std::shared_mutex rules_mutex_;  // of what follows; counting hits is reading
  RuleHits hits_;
  std::string version_;
  std::uint64_t rule_count_ = 0;
  std::int64_t loaded_at_ = 0;  // Unix time
};

}  // namespace thresh::milter
