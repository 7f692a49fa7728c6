#include "milter/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace thresh::milter {
namespace {

double rounded_ms(std::chrono::nanoseconds time) {
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / 1000;
}

// Comma-separated items, as many as fit.
class List {
 public:
  void add(std::string_view item) {
    if (left_out_ > 0 || text_.size() + item.size() + 1 > max_logged_list) {
      ++left_out_;
      return;
    }
    if (!text_.empty()) text_ += ',';
    text_ += item;
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  // How the list ends where its count has no field of its own.
  [[nodiscard]] std::string with_rest() const {
    return left_out_ > 0 ? fmt::format("{},+{}", text_, left_out_) : text_;
  }

 private:
  std::string text_;
  std::size_t left_out_ = 0;
};

List rules_of(const Verdict& verdict) {
  std::vector<const VerdictHit*> hits;
  for (const VerdictHit& hit : verdict.hits)
    if (!hit.is_subrule()) hits.push_back(&hit);
  std::ranges::stable_sort(hits, std::ranges::greater{},
                           [](const VerdictHit* hit) { return std::abs(hit->score); });
  List list;
  for (const VerdictHit* hit : hits) list.add(fmt::format("{}={}", hit->rule, hit->score));
  return list;
}

std::string stages_of(const Verdict& verdict) {
  List list;
  for (std::size_t i = 0; i < stage_count; ++i)
    if (const double ms = rounded_ms(std::chrono::nanoseconds(verdict.times[i])); ms > 0)
      list.add(fmt::format("{}:{}", to_string(static_cast<Stage>(i)), ms));
  return list.text();
}

std::string joined(const std::vector<std::string>& items) {
  List list;
  for (const std::string& item : items) list.add(item);
  return list.with_rest();
}

std::string client_of(const Envelope& envelope) {
  if (envelope.client_addr.empty()) return "local";
  return fmt::format("{}[{}]", envelope.client_name.empty() ? "unknown" : envelope.client_name,
                     envelope.client_addr);
}

void write(Log& log, const MessageReport& report) {
  const Envelope& envelope = report.envelope;
  const Verdict* verdict = report.verdict;
  const std::string client = client_of(envelope);
  List rules;
  std::string stages, partial, limited;
  List degraded;
  for (const Degradation kind : report.degraded) degraded.add(to_string(kind));
  std::vector<LogField> fields{{"queue_id", envelope.queue_id},
                               {"client", client},
                               {"helo", envelope.helo},
                               {"from", LogAddress{envelope.sender}},
                               {"rcpts", envelope.recipients.size()},
                               {"size", report.size}};
  const auto add_if = [&fields](std::string_view key, std::string_view text) {
    if (!text.empty()) fields.emplace_back(key, text);
  };
  if (verdict != nullptr) {
    rules = rules_of(*verdict);
    stages = stages_of(*verdict);
    partial = joined(verdict->partial);
    limited = joined(verdict->limited);
    fields.emplace_back("score", verdict->score);
    fields.emplace_back("required", verdict->required);
    fields.emplace_back("spam", verdict->spam);
  }
  fields.emplace_back("action", to_string(report.disposition));
  if (report.wanted != report.disposition) fields.emplace_back("wanted", to_string(report.wanted));
  add_if("softened_by", report.softened_by);
  add_if("not_scanned", report.not_scanned_because);
  add_if("degraded", degraded.text());
  add_if("partial", partial);
  add_if("limited", limited);
  if (verdict != nullptr) fields.emplace_back("rules", rules.text());
  if (rules.left_out() > 0) fields.emplace_back("rules_left_out", rules.left_out());
  fields.emplace_back("ms", rounded_ms(report.at_end));
  fields.emplace_back("wait", rounded_ms(report.waiting));
  fields.emplace_back("cpu", rounded_ms(report.cpu));
  add_if("stages", stages);
  log.write(verdict != nullptr ? LogLevel::info : LogLevel::warning, "message", fields);
}

}  // namespace

void log_message(Log& log, const MessageReport& report) noexcept {
  if (!log.wants(report.verdict != nullptr ? LogLevel::info : LogLevel::warning)) return;
  try {
    write(log, report);
  } catch (...) {  // no memory for the line; that there was a message is said all the same
    log.write(LogLevel::error, "message", {{"queue_id", report.envelope.queue_id}, {"cut", true}});
  }
}

}  // namespace thresh::milter
