#include "engine/scan/scanner.h"

#include "engine/message/first_part.h"
#include "engine/scan/message_scan.h"
#include "engine/scan/message_settings.h"
#include "engine/scan/stages.h"

namespace thresh {

struct Scanner::State {
  State(RuleSet r, RulePlan p, Matcher m, EvalSettings e, MessageSettings s, ScannerOptions o)
      : rules(std::move(r)),
        plan(std::move(p)),
        matcher(std::move(m)),
        metas(rules, plan.active, plan.runs),
        eval_settings(std::move(e)),
        settings(std::move(s)),
        options(std::move(o)),
        slots(matcher, rules.rules().size()) {}

  RuleSet rules;
  RulePlan plan;
  Matcher matcher;
  MetaOrder metas;
  EvalSettings eval_settings;
  MessageSettings settings;
  ScannerOptions options;
  mutable SlotPool slots;
};

namespace {

// What each header pattern finds in the text that stands for an absent header.
void match_absent_headers(RulePlan& plan, const RuleSet& rules, const Matcher& matcher) {
  MatchScratch scratch(matcher);
  std::vector<PatternHit> hits;
  for (HeaderGroup& group : plan.headers) {
    group.absent_count.assign(group.rules.size(), 0);
    if (!group.has_patterns()) continue;
    const auto record = [&](std::string_view text, auto&& wanted) {
      hits.clear();
      const std::string_view texts[] = {text};
      matcher.scan(group.group, texts, scratch, hits);
      for (const PatternHit& hit : hits)
        if (wanted(rules.rules()[group.rules[hit.pattern]])) group.absent_count[hit.pattern] = hit.count;
    };
    record("", [](const Rule& rule) { return !rule.if_unset; });
    for (const std::uint32_t index : group.rules)
      if (const auto& text = rules.rules()[index].if_unset)
        record(*text, [&](const Rule& rule) { return &rule == &rules.rules()[index]; });
  }
}

// The rule whose pattern the matcher could not take, with its place; `error` itself where all compile by
// themselves.
Error blame(const RuleSet& rules, const std::vector<bool>& active, const Error& error) {
  const auto all = rules.rules();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Rule& rule = all[i];
    if (!active[i] || rule.pattern.source.empty()) continue;
    const auto regex = Regex::compile(rule.pattern.source, rule.pattern.modifiers);
    if (!regex)
      return {"the pattern of " + rule.name + " cannot be used: " + regex.error().what, rule.where.text(),
              "correct the line or remove it"};
  }
  return error;
}

}  // namespace

Scanner::Scanner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scanner::~Scanner() = default;

Result<std::unique_ptr<const Scanner>> Scanner::make(RuleSet rules, const ScannerOptions& options) {
  auto settings = message_settings_of(rules);
  if (!settings) return std::unexpected(settings.error());
  auto eval_settings = EvalSettings::make(rules);
  if (!eval_settings) return std::unexpected(eval_settings.error());

  // The plan and the metas point into the rules, so the rules move to their final place first.
  auto state_rules = std::make_unique<RuleSet>(std::move(rules));
  auto plan = plan_rules(*state_rules, options.only);
  if (!plan) return std::unexpected(plan.error());
  auto matcher = Matcher::compile(
      plan->groups, {.cache_dir = options.cache_dir, .compile_threads = options.compile_threads});
  if (!matcher) return std::unexpected(blame(*state_rules, plan->active, matcher.error()));
  match_absent_headers(*plan, *state_rules, *matcher);

  auto state = std::make_unique<State>(std::move(*state_rules), std::move(*plan), std::move(*matcher),
                                       std::move(*eval_settings), std::move(*settings), options);
  return std::unique_ptr<const Scanner>(new Scanner(std::move(state)));
}

Verdict Scanner::scan(std::string_view raw, const Envelope& envelope, ScanDetail detail) const {
  auto loan = state_->slots.borrow();
  Slot& slot = *loan;
  StageTimes times{};
  StageClock clock;
  clock.start(detail.cost ? &times : nullptr, Stage::read);
  slot.begin_message();
  const MatchWork before = slot.scratch.work();
  const std::size_t most = state_->options.max_full_size;
  const bool shortened = detail.first_part || (most > 0 && raw.size() > most);
  if (shortened) raw = first_part_of(raw, most > 0 ? most : raw.size(), state_->settings, slot.arena);
  const Message message(raw, state_->settings, slot.arena, envelope);
  const ScanContext context{state_->rules, state_->plan, state_->matcher, state_->metas,
                            state_->eval_settings};
  MessageScan scan(context, message, slot, clock);
  scan.run(detail.deadline);
  Verdict verdict = scan.verdict(state_->options, detail);
  if (shortened) verdict.partial.emplace_back("size");
  clock.stop();
  if (detail.cost) {
    verdict.times = times;
    verdict.work = slot.scratch.work() - before;
  }
  return verdict;
}

const RuleSet& Scanner::rules() const {
  return state_->rules;
}
const MatchStatistics& Scanner::statistics() const {
  return state_->matcher.statistics();
}
std::span<const IdleRule> Scanner::idle_rules() const {
  return state_->plan.idle;
}
const MessageSettings& Scanner::message_settings() const {
  return state_->settings;
}

}  // namespace thresh
