// What happens once all lines are read: default scores, metas, priorities, evals, replace_tags, and the plain
// rules (Conf::Parser::fix_tests and finish_parsing, with the plugins' finish_parsing_start and _end).
#include <algorithm>
#include <limits>

#include "engine/base/ascii.h"
#include "rules/language/perl_text.h"
#include "rules/language/plugins.h"
#include "rules/language/rule_loader.h"

namespace thresh {
namespace {

constexpr int kNetPriority = -100;

// /^GLOB$/ where ? is any byte and * any run of bytes.
bool matches_glob(std::string_view glob, std::string_view name) {
  std::size_t g = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (g < glob.size() && (glob[g] == '?' || (glob[g] != '*' && glob[g] == name[n]))) {
      ++g, ++n;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

Tflags read_tflags(std::string_view text) {
  Tflags flags;
  const auto has = [text](std::string_view word) { return has_word(text, word); };
  flags.net = has("net");
  flags.nice = has("nice");
  flags.learn = has("learn");
  flags.userconf = has("userconf");
  flags.noautolearn = has("noautolearn");
  flags.autolearn_force = has("autolearn_force");
  flags.autolearn_body = has("autolearn_body");
  flags.autolearn_header = has("autolearn_header");
  flags.publish = has("publish");
  flags.nopublish = has("nopublish");
  flags.multiple = has("multiple");
  flags.notrim = has("notrim");
  flags.nosubject = has("nosubject");
  flags.domains_only = has("domains_only");
  flags.ips_only = has("ips_only");
  flags.a = has("a");
  flags.ns = has("ns");
  flags.dns_block_rule = has("dns_block_rule");
  flags.nolog = has("nolog");
  // /\bmaxhits=(\d+)\b/
  constexpr std::string_view kMaxHits = "maxhits=";
  for (std::size_t at = text.find(kMaxHits); at != std::string_view::npos; at = text.find(kMaxHits, at + 1)) {
    if (at > 0 && ascii::is_word(text[at - 1])) continue;
    std::size_t end = at + kMaxHits.size();
    while (end < text.size() && ascii::is_digit(text[end])) ++end;
    if (end == at + kMaxHits.size() || (end < text.size() && ascii::is_word(text[end]))) continue;
    const double hits = perl_number(text.substr(at + kMaxHits.size(), end - at - kMaxHits.size()));
    flags.maxhits = hits < std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(hits) : 0;
    break;
  }
  for (const std::string_view word : split_space(text)) flags.all.emplace_back(word);
  return flags;
}

// pack_eval_args: quoted texts and bare words of [\d.:A-Za-z-], by commas. Nothing: it is something else.
std::optional<std::vector<std::string>> eval_args(std::string_view text) {
  std::vector<std::string> args;
  if (!text.empty() && ascii::trim(text).empty()) return args;
  while (!text.empty()) {
    std::string_view rest = ascii::trim_left(text);
    // \s* (?: , \s* | $ ) after an argument that ends at `end`; where the next begins, or npos.
    const auto after = [rest](std::size_t end) {
      while (end < rest.size() && ascii::is_space(rest[end])) ++end;
      if (end == rest.size()) return end;
      if (rest[end] != ',') return std::string_view::npos;
      for (++end; end < rest.size() && ascii::is_space(rest[end]);) ++end;
      return end;
    };
    std::size_t next = std::string_view::npos;
    if (rest.starts_with('\'') || rest.starts_with('"')) {
      for (std::size_t close = rest.find(rest.front(), 1);
           close != std::string_view::npos && next == std::string_view::npos;
           close = rest.find(rest.front(), close + 1)) {
        next = after(close + 1);
        if (next != std::string_view::npos) args.emplace_back(rest.substr(1, close - 1));
      }
    } else {
      std::size_t end = 0;
      while (end < rest.size() &&
             (ascii::is_alnum(rest[end]) || rest[end] == '.' || rest[end] == ':' || rest[end] == '-'))
        ++end;
      if (end > 0) next = after(end);
      if (next != std::string_view::npos) args.emplace_back(rest.substr(0, end));
    }
    if (next == std::string_view::npos) return {};
    text = rest.substr(next);
  }
  return args;
}

// Names of groups that PerMsgStatus::set_captures takes: [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*.
std::vector<std::string> capture_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t at = pattern.find("(?"); at != std::string_view::npos; at = pattern.find("(?", at + 1)) {
    std::string_view group = pattern.substr(at + 2);
    if (group.starts_with('P')) group.remove_prefix(1);
    if (group.size() < 2 || (group[0] != '<' && group[0] != '\'') || !ascii::is_upper(group[1])) continue;
    const std::size_t end = group.find(group[0] == '<' ? '>' : '\'', 1);
    if (end == std::string_view::npos) continue;
    const std::string name(group.substr(1, end - 1));
    const bool plain = std::ranges::all_of(
        name, [](char c) { return ascii::is_upper(c) || ascii::is_digit(c) || c == '_'; });
    if (!plain || name.ends_with('_') || name.find("__") != std::string::npos) continue;
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace

Result<RuleSet> RuleLoader::finish(std::vector<LintNote>* notes) {
  const bool bayes = options_.bayes && set_.flag("use_bayes", true) && set_.flag("use_bayes_rules", true);
  set_.score_set_ = (options_.network ? 1 : 0) + (bayes ? 2 : 0);
  set_.required_score_ = set_.number("required_score", 5);

  default_scores();
  hasten_forking_evals();
  force_reuse();
  compile_metas();
  exclude_circular_metas();
  propagate_priorities();
  inherit_net();
  parse_evals();
  replace_tags();

  std::vector<std::string> names;
  for (const auto& [name, rule] : rules_) {
    const bool named =
        rule.rule.defined || rule.rule.score_defined || rule.described || !rule.rule.tests.empty();
    if (named) names.push_back(name);
  }
  std::ranges::sort(names);
  set_.rules_.reserve(names.size());
  for (const std::string& name : names) {
    RuleState& rule = rules_.at(name);
    fill_rule(rule);
    set_.by_name_.emplace(name, set_.rules_.size());
    set_.rules_.push_back(std::move(rule.rule));
  }
  if (notes != nullptr) *notes = set_.notes_;
  if (!errors_.empty()) return std::unexpected(errors_.front());
  return std::move(set_);
}

void RuleLoader::default_scores() {
  for (auto& [name, rule] : rules_) {
    if (!rule.rule.defined || rule.rule.score_defined) continue;
    double score = name.starts_with("T_") ? 0.01 : 1.0;
    if (has_word(rule.tflags, "nice")) score = -score;
    rule.rule.scores.fill(score);
  }
}

// Pyzor and Razor2 start their processes early.
void RuleLoader::hasten_forking_evals() {
  const auto hasten = [this](std::string_view function) {
    const auto found = eval_to_rule_.find(function);
    if (found == eval_to_rule_.end()) return;
    for (const std::string& name : found->second) state(name).priority = kNetPriority;
  };
  if (set_.plugins_.contains("Pyzor") && set_.number("pyzor_fork", 1) != 0) hasten("check_pyzor");
  if (set_.plugins_.contains("Razor2") && set_.number("razor_fork", 1) != 0) {
    hasten("check_razor2");
    hasten("check_razor2_range");
  }
}

// The Reuse plugin makes rules of the names it knows and of every net rule.
void RuleLoader::force_reuse() {
  if (!set_.plugins_.contains("Reuse")) return;
  for (const auto& [name, rule] : rules_)
    if (has_word(rule.tflags, "net")) reuse_.try_emplace(name);
  if (set_.flag("run_reuse_tests_only", false)) {
    for (auto& [name, rule] : rules_)
      if (!reuse_.contains(name)) rule.rule.defined = false;
    return;
  }
  for (const auto& [name, old_names] : reuse_) {
    RuleState& rule = state(name);
    if (rule.rule.defined) continue;
    rule.rule.defined = true;
    rule.rule.type = RuleType::empty;
    if (!rule.priority) rule.priority = 0;
  }
  default_scores();
}

void RuleLoader::compile_metas() {
  std::vector<std::string> scored;  // what rules_matching() looks through
  for (const auto& [name, rule] : rules_)
    if (rule.rule.defined || rule.rule.score_defined) scored.push_back(name);
  std::ranges::sort(scored);

  for (auto& [name, rule] : rules_) {
    if (!rule.rule.defined || rule.rule.type != RuleType::meta) continue;
    const auto matching = [&, own = std::string_view(name)](std::string_view glob) {
      auto [entry, added] = matching_cache_.try_emplace(std::string(glob));
      if (added)
        for (const std::string& other : scored)
          if (matches_glob(glob, other)) entry->second.push_back(other);
      std::vector<std::string> names = entry->second;
      std::erase(names, own);
      return names;
    };
    auto meta = parse_meta(rule.rule.meta_source, matching, !options_.network);
    if (!meta) {
      error_at(rule.rule.where, "the meta " + name + " cannot be read: " + meta.error().what,
               meta.error().remedy);
      continue;
    }
    rule.rule.meta = std::move(*meta);
  }
}

// Metas that wait for each other never run: SpamAssassin excludes them.
void RuleLoader::exclude_circular_metas() {
  std::unordered_map<std::string_view, std::size_t>
      waits;  // metas not yet solved, and for how many metas each waits
  std::unordered_map<std::string_view, std::vector<std::string_view>> needed_by;
  const auto is_meta = [this](const std::string& name) {
    const auto found = rules_.find(name);
    return found != rules_.end() && found->second.rule.defined && found->second.rule.type == RuleType::meta;
  };
  for (const auto& [name, rule] : rules_) {
    if (!is_meta(name)) continue;
    std::size_t& count = waits[name];
    for (const std::string& needed : rule.rule.meta.rules) {
      if (!is_meta(needed)) continue;
      ++count;
      needed_by[rules_.find(needed)->first].push_back(name);
    }
  }
  std::vector<std::string_view> ready;
  for (const auto& [name, count] : waits)
    if (count == 0) ready.push_back(name);
  while (!ready.empty()) {
    const std::string_view name = ready.back();
    ready.pop_back();
    waits.erase(name);
    const auto found = needed_by.find(name);
    if (found == needed_by.end()) continue;
    for (const std::string_view waiting : found->second)
      if (--waits[waiting] == 0) ready.push_back(waiting);
  }
  std::vector<std::string> circular;
  for (const auto& [name, count] : waits) circular.emplace_back(name);
  std::ranges::sort(circular);
  for (const std::string& name : circular) {
    RuleState& rule = rules_.at(name);
    std::string others;
    for (const std::string& needed : rule.rule.meta.rules)
      if (waits.contains(needed)) others += (others.empty() ? "" : ", ") + needed;
    error_at(rule.rule.where, "the meta " + name + " waits for metas that wait for it: " + others,
             "break the circle");
    rule.rule.meta = *parse_meta("0", {});
  }
}

// What a meta needs must not run after it.
void RuleLoader::propagate_priorities() {
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [name, rule] : rules_)
    if (rule.priority && rule.rule.defined && rule.rule.type == RuleType::meta)
      order.emplace_back(*rule.priority, name);
  std::ranges::sort(order);
  for (const auto& [initial, name] : order) {
    const RuleState& rule = rules_.at(name);
    const int base = *rule.priority;
    for (const std::string& needed : rule.rule.meta.rules) {
      const auto found = rules_.find(needed);
      if (found == rules_.end() || !found->second.priority || *found->second.priority <= base) continue;
      const bool net = has_word(found->second.tflags, "net");
      found->second.priority = base < kNetPriority && net ? kNetPriority : base;
    }
  }
}

// A meta that needs a net rule is one, and so is a meta that needs that meta.
void RuleLoader::inherit_net() {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& [name, rule] : rules_) {
      if (!rule.rule.defined || rule.rule.type != RuleType::meta || has_word(rule.tflags, "net")) continue;
      const bool net = std::ranges::any_of(rule.rule.meta.rules, [this](const std::string& needed) {
        const auto found = rules_.find(needed);
        return found != rules_.end() && has_word(found->second.tflags, "net");
      });
      if (!net) continue;
      rule.tflags += rule.tflags.empty() ? "net" : " net";
      changed = true;
    }
  }
}

void RuleLoader::parse_evals() {
  for (auto& [name, rule] : rules_) {
    const RuleType type = rule.rule.type;
    const bool eval = type == RuleType::header_eval || type == RuleType::body_eval ||
                      type == RuleType::rawbody_eval || type == RuleType::full_eval ||
                      type == RuleType::rbl_eval;
    if (!rule.rule.defined || !eval) continue;
    const std::size_t open = rule.eval_text.find('(');
    rule.rule.eval_function = rule.eval_text.substr(0, open);
    auto args =
        eval_args(std::string_view(rule.eval_text).substr(open + 1, rule.eval_text.size() - open - 2));
    if (!args) {
      error_at(rule.rule.where, "the arguments of " + name + " cannot be read: " + rule.eval_text,
               "put texts in quotes and commas between them");
      rule.rule.type = RuleType::empty;
      continue;
    }
    rule.rule.eval_args = std::move(*args);
    const PluginEval* known = find_plugin_eval(rule.rule.eval_function);
    if (known == nullptr || !set_.plugins_.contains(known->plugin)) {
      note(LintNote::Kind::warning, rule.rule.where,
           name + " never hits: its eval function " + rule.rule.eval_function +
               (known == nullptr ? " is not known"
                                 : " belongs to " + plugin_package(known->plugin) + ", which is not loaded"));
      continue;
    }
    const bool body_as_rawbody = known->type == RuleType::body_eval && type == RuleType::rawbody_eval;
    if (known->type != RuleType::empty && known->type != type && !body_as_rawbody) {
      error_at(rule.rule.where, name + " is of the wrong type for " + rule.rule.eval_function,
               known->type == RuleType::body_eval || known->type == RuleType::rawbody_eval
                   ? "make it a body rule"
               : known->type == RuleType::full_eval ? "make it a full rule"
                                                    : "make it a header rule");
      rule.rule.type = RuleType::empty;
    }
  }
}

void RuleLoader::replace_tags() {
  for (const std::string& name : replace_rules_) {
    const auto found = rules_.find(name);
    if (found == rules_.end() || !found->second.pattern) continue;
    PerlPattern& pattern = *found->second.pattern;
    auto replaced = replace_tags_.apply(pattern.source);
    if (!replaced) {
      error_at(found->second.rule.where, name + ": " + replaced.error().what, replaced.error().remedy);
      continue;
    }
    if (*replaced == pattern.source) continue;
    if (options_.check_patterns) {
      if (const auto regex = Regex::compile(*replaced, pattern.modifiers); !regex) {
        error_at(
            found->second.rule.where,
            "the pattern of " + name + " cannot be used once its tags are replaced: " + regex.error().what,
            "check its replace_tag lines");
        continue;
      }
    }
    pattern.source = std::move(*replaced);
  }
}

void RuleLoader::fill_rule(RuleState& state) {
  Rule& rule = state.rule;
  if (!rule.defined) {
    rule.type = RuleType::empty;
    rule.where = state.first_seen;
  }
  rule.tflags = read_tflags(state.tflags);
  const int priority = state.priority.value_or(0);
  rule.priority = priority == 0 && rule.tflags.net ? kNetPriority : priority;
  if (rule.type == RuleType::mimeheader) {
    rule.header = state.mimeheader.header;
    rule.negated = state.mimeheader.negated;
    rule.exists = false;
    rule.if_unset = state.mimeheader.if_unset;
    rule.pattern = state.mimeheader.pattern;
  }
  if (rule.type == RuleType::uri_detail) rule.uri_conditions = state.uri_conditions;
  const bool patterned = rule.type == RuleType::body || rule.type == RuleType::rawbody ||
                         rule.type == RuleType::full || rule.type == RuleType::uri ||
                         (rule.type == RuleType::header && !rule.exists);
  if (patterned && state.pattern) rule.pattern = *state.pattern;
  if (!patterned) rule.templates.clear();
  if (rule.type != RuleType::header && rule.type != RuleType::mimeheader) {
    rule.header.clear();
    rule.if_unset.reset();
    rule.negated = rule.exists = false;
  }
  if (rule.type != RuleType::meta) {
    rule.meta = {};
    rule.meta_source.clear();
  }
  rule.captures = capture_names(rule.pattern.source);
}

}  // namespace thresh
