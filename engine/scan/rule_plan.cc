#include "engine/scan/rule_plan.h"

#include <algorithm>
#include <map>

#include "engine/base/ascii.h"
#include "engine/scan/active_rules.h"

namespace thresh {
namespace {

class Planner {
 public:
  Planner(const RuleSet& rules, std::span<const std::string> only) : rules_(rules) {
    plan_.active = active_rules(rules, only);
    plan_.runs.assign(plan_.active.size(), false);
    for (const char* name : {"body", "rawbody", "full", "uri"})
      plan_.groups.push_back({.name = name, .patterns = {}});
    plan_.groups[1].kind = TextKind::rawbody;
    plan_.groups[2].kind = TextKind::full;
    plan_.groups[3].kind = TextKind::uri;
    plan_.body.group = 0;
    plan_.rawbody.group = 1;
    plan_.full.group = 2;
    plan_.uri.group = 3;
  }

  Result<RulePlan> run() {
    const auto all = rules_.rules();
    for (std::uint32_t i = 0; i < all.size(); ++i) {
      plan_.where.push_back(all[i].where.text());
      if (!plan_.active[i]) {
        if (all[i].type != RuleType::empty && !rules_.is_active(all[i]))
          plan_.idle.push_back({all[i].name, "its score is 0 in this score set"});
        continue;
      }
      if (auto status = add(i, all[i]); !status) return std::unexpected(status.error());
    }
    std::stable_sort(plan_.templates.begin(), plan_.templates.end(),
                     [&](const TemplateRule& a, const TemplateRule& b) {
                       return all[a.index()].priority < all[b.index()].priority;
                     });
    return std::move(plan_);
  }

 private:
  Result<void> add(std::uint32_t index, const Rule& rule) {
    plan_.runs[index] = rule.type != RuleType::meta && rule.type != RuleType::empty;
    if (!rule.templates.empty()) {
      plan_.templates.emplace_back(index, rule);
      return {};
    }
    switch (rule.type) {
      case RuleType::header:
        add_header(index, rule);
        break;
      case RuleType::body:
        add_text(plan_.body, index, rule);
        break;
      case RuleType::rawbody:
        add_text(plan_.rawbody, index, rule);
        break;
      case RuleType::full:
        add_text(plan_.full, index, rule);
        break;
      case RuleType::uri:
        add_text(plan_.uri, index, rule);
        break;
      case RuleType::mimeheader: {
        auto test = MimeHeaderTest::make(rule);
        if (!test) return broken(rule, test.error());
        plan_.mimeheaders.push_back({index, std::move(*test)});
        break;
      }
      case RuleType::uri_detail: {
        auto test = UriDetailTest::make(rule);
        if (!test) return broken(rule, test.error());
        plan_.uri_details.push_back({index, std::move(*test)});
        break;
      }
      case RuleType::header_eval:
      case RuleType::body_eval:
      case RuleType::rawbody_eval:
      case RuleType::full_eval:
      case RuleType::rbl_eval:
        return add_eval(index, rule);
      case RuleType::meta:
      case RuleType::empty:
        break;
    }
    return {};
  }

  static TextKind kind_of(std::string_view header) {
    if (ascii::istarts_with(header, "X-Spam-Relays-")) return TextKind::relays;
    if (header.starts_with("ALL") || ascii::istarts_with(header, "Received")) return TextKind::headers;
    return TextKind::field;
  }

  static std::unexpected<Error> broken(const Rule& rule, const Error& error) {
    return fail("rule " + rule.name + ": " + error.what, rule.where.text(), error.remedy);
  }

  static PatternSpec pattern_of(const Rule& rule) {
    return {.name = rule.name,
            .pattern = rule.pattern,
            .multiple = rule.tflags.multiple,
            .maxhits = rule.tflags.maxhits,
            .skip_first_text = rule.tflags.nosubject && rule.type == RuleType::body,
            .want_captures = !rule.captures.empty()};
  }

  void add_text(TextGroup& group, std::uint32_t index, const Rule& rule) {
    group.rules.push_back(index);
    plan_.groups[group.group].patterns.push_back(pattern_of(rule));
  }

  void add_header(std::uint32_t index, const Rule& rule) {
    auto [at, made] = header_index_.try_emplace(rule.header, plan_.headers.size());
    if (made) {
      HeaderGroup& group = plan_.headers.emplace_back();
      group.query = HeaderQuery::parse(rule.header);
      group.group = static_cast<GroupId>(plan_.groups.size());
      plan_.groups.push_back({.name = "header " + rule.header, .patterns = {}, .kind = kind_of(rule.header)});
    }
    HeaderGroup& group = plan_.headers[at->second];
    if (rule.exists) {
      group.exists.push_back({index, rule.negated});
    } else {
      if (rule.negated) group.negated.push_back(static_cast<std::uint32_t>(group.rules.size()));
      group.rules.push_back(index);
      plan_.groups[group.group].patterns.push_back(pattern_of(rule));
    }
  }

  Result<void> add_eval(std::uint32_t index, const Rule& rule) {
    // Offline, look-ups do not run (Plugin/Check.pm run_eval_tests: `net` in a score set without it).
    if (rule.type == RuleType::rbl_eval || (rule.tflags.net && (rules_.score_set() & 1) == 0)) {
      plan_.runs[index] = false;
      plan_.idle.push_back({rule.name, "look-ups are off"});
      return {};
    }
    if (rule.tflags.learn && (rules_.score_set() & 2) == 0) {
      plan_.runs[index] = false;
      plan_.idle.push_back({rule.name, "the Bayesian classifier is off"});
      return {};
    }
    const EvalEntry* entry = find_eval(rule.eval_function);
    if (entry == nullptr)
      return fail("rule " + rule.name + " asks for the unknown test " + rule.eval_function, rule.where.text(),
                  "is the plugin loaded that defines it?");
    if (entry->function == nullptr) {
      plan_.runs[index] = false;
      plan_.idle.push_back(
          {rule.name, "its test " + rule.eval_function + " needs the " + std::string(entry->needs)});
      return {};
    }
    PlannedEval planned{.rule = index,
                        .function = entry->function,
                        .call = {.rule = &rule, .args = rule.eval_args, .prepared = {}}};
    if (entry->prepare != nullptr) {
      auto prepared = entry->prepare(planned.call, rules_);
      if (!prepared) return broken(rule, prepared.error());
      planned.call.prepared = std::move(*prepared);
    }
    plan_.evals.push_back(std::move(planned));
    return {};
  }

  const RuleSet& rules_;
  RulePlan plan_;
  std::map<std::string, std::size_t> header_index_;
};

}  // namespace

Result<RulePlan> plan_rules(const RuleSet& rules, std::span<const std::string> only) {
  return Planner(rules, only).run();
}

}  // namespace thresh
