// MessageScan's second half: from hits to a Verdict that explains itself.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/match/limits.h"
#include "engine/message/limits.h"
#include "engine/scan/limits.h"
#include "engine/scan/message_scan.h"

namespace thresh {
namespace {

std::string_view area_of(RuleType type) {
  switch (type) {
    case RuleType::header:
      return "header";
    case RuleType::body:
      return "body";
    case RuleType::rawbody:
      return "rawbody";
    case RuleType::full:
      return "full";
    case RuleType::uri:
      return "uri";
    case RuleType::mimeheader:
      return "mimeheader";
    case RuleType::uri_detail:
      return "uri_detail";
    case RuleType::meta:
      return "meta";
    case RuleType::header_eval:
    case RuleType::body_eval:
    case RuleType::rawbody_eval:
    case RuleType::full_eval:
    case RuleType::rbl_eval:
      return "eval";
    case RuleType::empty:
      return "";
  }
  return "";
}

// Not beyond `size` bytes, and not in the middle of a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string_view to_string(Action action) {
  switch (action) {
    case Action::pass:
      return "pass";
    case Action::add_header:
      return "add_header";
    case Action::reject:
      return "reject";
  }
  return "";
}

std::span<const std::string_view> MessageScan::texts_of(GroupId group) {
  const RulePlan& plan = context_.plan;
  if (group == plan.body.group) return evals_.body();
  if (group == plan.rawbody.group) return message_.rawbody();
  if (group == plan.uri.group) return message_.uris();
  if (group == plan.full.group)
    single_text_ = message_.pristine();
  else
    for (const HeaderGroup& header : plan.headers)
      if (header.group == group) single_text_ = message_.get_joined(header.query).value_or("");
  return {&single_text_, 1};
}

std::string_view MessageScan::text_of(const FirstHit& hit, Span& span) {
  const auto texts = texts_of(hit.group);
  const auto place = context_.matcher.locate(hit.group, hit.hit, texts, slot_.scratch);
  if (!place) return {};
  span = place->span;
  return texts[place->text];
}

Verdict MessageScan::verdict(const ScannerOptions& options, ScanDetail detail) {
  const auto rules = context_.rules.rules();
  Verdict v;
  std::sort(slot_.touched.begin(), slot_.touched.end());
  double sum = 0;
  for (const std::uint32_t index : slot_.touched) {
    const Rule& rule = rules[index];
    const bool sub = rule.is_subrule();
    const double score = sub ? 0 : context_.rules.score(rule) * slot_.counts[index];
    sum += score;
    if (sub && !detail.subrules) continue;
    VerdictHit& hit = v.hits.emplace_back();
    hit.rule = rule.name;
    hit.describe = rule.describe;
    hit.area = area_of(rule.type);
    hit.where = context_.plan.where[index];
    hit.score = score;
    hit.count = slot_.counts[index];
    hit.value = slot_.values[index];
  }
  // SpamAssassin rounds the same way before it compares (PerMsgStatus.pm check_timed).
  v.score = std::round(sum * 1000) / 1000;
  v.required = options.required_score > 0 ? options.required_score : context_.rules.required_score();
  v.spam = v.score >= v.required;
  v.action = !v.spam                                                       ? Action::pass
             : options.reject_score > 0 && v.score >= options.reject_score ? Action::reject
                                                                           : Action::add_header;

  const auto hit_of = [&](std::uint32_t index) -> VerdictHit* {
    const std::string_view name = rules[index].name;
    const auto it = std::lower_bound(v.hits.begin(), v.hits.end(), name,
                                     [](const VerdictHit& hit, std::string_view n) { return hit.rule < n; });
    return it != v.hits.end() && it->rule == name ? &*it : nullptr;
  };
  if (detail.texts || detail.matches) {
    for (const FirstHit& first : slot_.first_hits) {
      VerdictHit* hit = hit_of(first.rule);
      if (hit == nullptr) continue;
      Span span;
      const std::string_view text = text_of(first, span);
      if (span.end > text.size() || span.begin > span.end) continue;
      if (detail.texts) hit->text = cut(span.in(text), limits::verdict_text);
      if (detail.matches) {
        std::size_t from = span.begin > limits::verdict_context ? span.begin - limits::verdict_context : 0;
        // Back to the beginning of a character; bytes that only look like the middle of one do not lead
        // further back.
        constexpr int longest_tail = 3;
        for (int i = 0;
             i < longest_tail && from > 0 && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80; ++i)
          --from;
        const std::string_view matched = cut(span.in(text), limits::verdict_text);
        const std::string_view after = cut(text.substr(span.begin + matched.size()), limits::verdict_context);
        v.matches.push_back({.rule = hit->rule,
                             .area = hit->area,
                             .context = std::string(text.substr(from, span.begin - from)) +
                                        std::string(matched) + std::string(after),
                             .begin = span.begin - from,
                             .end = span.begin - from + matched.size()});
      }
    }
    for (auto& [rule, line] : logs_)
      if (VerdictHit* hit = hit_of(rule); hit != nullptr) hit->logs.push_back(std::move(line));
  }
  if (late_) v.partial.emplace_back("time");
  v.limited = std::move(limited_);
  for (const std::string& name : slot_.scratch.limited())
    if (std::ranges::find(v.limited, name) == v.limited.end()) v.limited.push_back(name);
  if (message_.uri_redirections_dropped())
    v.bounds.push_back(
        fmt::format("the forms of its URIs take {} MiB, so further redirections were not followed",
                    limits::uri_form_bytes >> 20));
  for (const std::string& name : slot_.scratch.cut_captures())
    if (std::ranges::find(cut_captures_, name) == cut_captures_.end()) cut_captures_.push_back(name);
  for (const std::string& name : cut_captures_)
    v.bounds.push_back(fmt::format("more than {} values were captured for {}, and the others left aside",
                                   limits::captured_values, name));
  return v;
}

}  // namespace thresh
