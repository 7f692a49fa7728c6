// One message through every stage: header groups, body, rawbody, uri, full, MIME headers, native tests,
// metas, score.
#pragma once

#include <chrono>
#include <string_view>

#include "engine/evals/eval.h"
#include "engine/message/message.h"
#include "engine/scan/meta_order.h"
#include "engine/scan/rule_plan.h"
#include "engine/scan/scanner.h"
#include "engine/scan/slot.h"
#include "engine/scan/stages.h"

namespace thresh {

// What all scans of a Scanner share; immutable.
struct ScanContext {
  const RuleSet& rules;
  const RulePlan& plan;
  const Matcher& matcher;
  const MetaOrder& metas;
  const EvalSettings& eval_settings;
};

class MessageScan {
 public:
  // `clock` is told where each stage begins; it is in Stage::read.
  MessageScan(const ScanContext& context, const Message& message, Slot& slot, StageClock& clock);
  // All stages, in SpamAssassin's order (Plugin/Check.pm check_main). What has not run at `deadline` does
  // not.
  void run(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] Verdict verdict(const ScannerOptions& options, ScanDetail detail);

 private:
  void scan_headers();
  void scan_texts(const TextGroup& group, std::span<const std::string_view> texts);
  void run_mimeheaders();
  void run_uri_details();
  void run_evals(RuleType type);
  void take_hits_of_evals();
  void run_templates();
  void evaluate_metas();
  // Runs what belongs to a rule and asks PCRE2 by itself: a limit that it runs into is the rule's.
  template <typename Run>
  void watched(std::uint32_t rule, Run&& run) {
    const std::uint64_t before = slot_.scratch.regex().limits_hit();
    run();
    if (slot_.scratch.regex().limits_hit() != before) note_limit(rule);
  }
  void note_limit(std::uint32_t rule);
  void match_template(const TemplateRule& planned, const Regex& regex,
                      std::span<const std::string_view> texts);
  // What a rule with %{NAME} in its pattern looks at.
  [[nodiscard]] std::span<const std::string_view> template_texts(const TemplateRule& planned,
                                                                 const Rule& rule);
  // Values captured under NAME; null when there are none.
  [[nodiscard]] const std::vector<std::string>* captured(std::string_view name) const;

  // PerMsgStatus::got_hit: `value` is added, `hits` counted; a second hit counts only under `tflags
  // multiple`.
  void got_hit(std::uint32_t rule, double value, std::uint32_t hits = 1);
  // The text a pattern rule first hit in, and where in it.
  [[nodiscard]] std::string_view text_of(const FirstHit& hit, Span& span);
  // The texts of a group, as the matcher saw them.
  [[nodiscard]] std::span<const std::string_view> texts_of(GroupId group);

  // Time is left. Asked before each group of patterns and each native test; once it is not, it stays so.
  [[nodiscard]] bool in_time();

  const ScanContext& context_;
  const Message& message_;
  Slot& slot_;
  StageClock& clock_;
  EvalContext evals_;
  std::vector<std::pair<std::uint32_t, std::string>> logs_;  // rule → what its test said
  std::vector<MatchScratch::Capture> captures_;              // of MIME header and template rules
<<<<<<< HEAD
  std::chrono::steady_clock::time_point deadline_{};
  bool late_ = false;
  std::string_view single_text_;  // what texts_of() of one text shows
=======
  std::vector<std::string> limited_;                         // rules that the matcher does not know
  std::vector<std::string> cut_captures_;                    // names with too many values, so far
  std::string_view single_text_;                             // what texts_of() of one text shows
>>>>>>> d6c4306ed09a35ac9c9400c7c40e956e1751fe4c
};

}  // namespace thresh
