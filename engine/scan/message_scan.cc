#include "engine/scan/message_scan.h"

#include <algorithm>
#include <cmath>

#include "engine/evals/metadata.h"

namespace thresh {

MessageScan::MessageScan(const ScanContext& context, const Message& message, Slot& slot, StageClock& clock)
    : context_(context),
      message_(message),
      slot_(slot),
      clock_(clock),
      evals_(message, context.rules, context.eval_settings, slot.scratch.regex()) {}

bool MessageScan::in_time() {
  if (!late_ && deadline_ != std::chrono::steady_clock::time_point::max())
    late_ = std::chrono::steady_clock::now() >= deadline_;
  return !late_;
}

void MessageScan::run(std::chrono::steady_clock::time_point deadline) {
  deadline_ = deadline;
  extract_metadata(evals_);
  clock_.enter(Stage::mime_headers);
  run_mimeheaders();
  run_uri_details();
  clock_.enter(Stage::headers);
  scan_headers();
  clock_.enter(Stage::header_evals);
  run_evals(RuleType::header_eval);
  clock_.enter(Stage::body_text);
  // FreeMail cuts addresses out of the lines that body rules see, and body evals after them.
  const auto body = evals_.body();
  clock_.enter(Stage::body);
  scan_texts(context_.plan.body, body);
  clock_.enter(Stage::uri_list);
  const auto uris = message_.uris();
  clock_.enter(Stage::uri);
  scan_texts(context_.plan.uri, uris);
  clock_.enter(Stage::body_evals);
  run_evals(RuleType::body_eval);
  clock_.enter(Stage::rawbody);
  scan_texts(context_.plan.rawbody, message_.rawbody());
  run_evals(RuleType::rawbody_eval);
  clock_.enter(Stage::full);
  scan_texts(context_.plan.full, texts_of(context_.plan.full.group));
  run_evals(RuleType::full_eval);
  clock_.enter(Stage::metas);
  take_hits_of_evals();
  // What did not run is unknown, and so is what depends on it: a meta under ! would hit for nothing.
  if (in_time()) {
    run_templates();
    evaluate_metas();
  }
  clock_.enter(Stage::verdict);
}

void MessageScan::got_hit(std::uint32_t rule, double value, std::uint32_t hits) {
  if (slot_.counts[rule] > 0 && !context_.rules.rules()[rule].tflags.multiple) return;
  if (slot_.counts[rule] == 0) slot_.touched.push_back(rule);
  slot_.counts[rule] += hits;
  slot_.values[rule] += value > 0 ? value : 1;
}

void MessageScan::note_limit(std::uint32_t rule) {
  const std::string& name = context_.rules.rules()[rule].name;
  if (std::ranges::find(limited_, name) == limited_.end()) limited_.push_back(name);
}

void MessageScan::scan_headers() {
  const auto rules = context_.rules.rules();
  for (const HeaderGroup& group : context_.plan.headers) {
    if (!in_time()) return;
    const auto text = message_.get_joined(group.query);
    for (const HeaderGroup::Exists& e : group.exists)
      if (text.has_value() != e.negated) got_hit(e.rule, 1);
    if (!group.has_patterns()) continue;
    if (!text) {
      for (std::size_t i = 0; i < group.rules.size(); ++i) {
        const std::uint32_t count = group.absent_count[i];
        const bool negated = rules[group.rules[i]].negated;
        if (negated ? count == 0 : count > 0)
          got_hit(group.rules[i], negated ? 1 : count, negated ? 1 : count);
      }
      continue;
    }
    const std::string_view texts[] = {*text};
    slot_.found.clear();
    context_.matcher.scan(group.group, texts, slot_.scratch, slot_.found);
    for (const PatternHit& hit : slot_.found) {
      const std::uint32_t rule = group.rules[hit.pattern];
      if (rules[rule].negated) continue;
      got_hit(rule, hit.count, hit.count);
      slot_.first_hits.push_back({rule, group.group, hit});
    }
    for (const std::uint32_t i : group.negated) {
      const bool matched = std::any_of(slot_.found.begin(), slot_.found.end(),
                                       [&](const PatternHit& hit) { return hit.pattern == i; });
      if (!matched) got_hit(group.rules[i], 1);
    }
  }
}

void MessageScan::scan_texts(const TextGroup& group, std::span<const std::string_view> texts) {
  if (group.rules.empty() || texts.empty() || !in_time()) return;
  slot_.found.clear();
  context_.matcher.scan(group.group, texts, slot_.scratch, slot_.found);
  for (const PatternHit& hit : slot_.found) {
    const std::uint32_t rule = group.rules[hit.pattern];
    got_hit(rule, hit.count, hit.count);
    slot_.first_hits.push_back({rule, group.group, hit});
  }
}

void MessageScan::run_mimeheaders() {
  std::vector<MimeHeaderTest::Capture> captures;
  for (const PlannedMimeHeader& planned : context_.plan.mimeheaders) {
    captures.clear();
    std::uint32_t count = 0;
    watched(planned.rule, [&] { count = planned.test.value(message_, slot_.scratch.regex(), &captures); });
    if (count > 0) got_hit(planned.rule, count, count);
    for (MimeHeaderTest::Capture& capture : captures) {
      if (capture.cut && std::ranges::find(cut_captures_, capture.name) == cut_captures_.end())
        cut_captures_.push_back(capture.name);
      captures_.push_back(
          {std::move(capture.name), context_.rules.rules()[planned.rule].name, std::move(capture.values)});
    }
  }
}

void MessageScan::run_uri_details() {
  for (const PlannedUriDetail& planned : context_.plan.uri_details)
    watched(planned.rule, [&] {
      if (planned.test.matches(message_, slot_.scratch.regex())) got_hit(planned.rule, 1);
    });
}

void MessageScan::run_evals(RuleType type) {
  for (const PlannedEval& eval : context_.plan.evals) {
    if (eval.call.rule->type != type) continue;
<<<<<<< HEAD
    if (!in_time()) return;
    const EvalResult result = eval.function(evals_, eval.call);
=======
    EvalResult result = false;
    watched(eval.rule, [&] { result = eval.function(evals_, eval.call); });
>>>>>>> d6c4306ed09a35ac9c9400c7c40e956e1751fe4c
    if (result.value != 0) got_hit(eval.rule, result.value);
    for (std::string& line : evals_.logs()) logs_.emplace_back(eval.rule, std::move(line));
    evals_.logs().clear();
  }
}

void MessageScan::take_hits_of_evals() {
  for (const EvalHit& hit : evals_.hits())
    if (const Rule* rule = context_.rules.find(hit.rule); rule != nullptr) {
      const auto index = static_cast<std::uint32_t>(rule - context_.rules.rules().data());
      if (context_.plan.active[index]) got_hit(index, hit.value);
    }
}

void MessageScan::evaluate_metas() {
  const std::size_t settled = slot_.touched.size();
  const std::vector<std::uint32_t> hit(slot_.touched.begin(),
                                       slot_.touched.begin() + static_cast<std::ptrdiff_t>(settled));
  context_.metas.evaluate(slot_.values, hit, slot_.metas, [&](std::uint32_t rule, double) {
    if (slot_.counts[rule] > 0) return;  // an eval already gave it a hit (rule_hits)
    slot_.touched.push_back(rule);
    slot_.counts[rule] = 1;
  });
}

}  // namespace thresh
