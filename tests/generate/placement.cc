#include "tests/generate/placement.h"

#include <algorithm>

#include "tests/generate/evals.h"

namespace thresh::generate {

PatternText* Placement::maker(const std::string& key, const PerlPattern& pattern) {
  const auto [at, made] = makers_.try_emplace(key);
  if (made)
    if (auto text = PatternText::make(pattern)) at->second.emplace(std::move(*text));
  return at->second ? &*at->second : nullptr;
}

bool Placement::place(const Wishes& wishes, Random& random, Draft& draft) {
  bool all = true;
  // Whole header blocks first: single fields find them, not the other way round.
  for (const bool whole_header : {true, false})
    for (const auto& [name, times] : wishes.hit) {
      const Rule* rule = rules_.find(name);
      if (rule != nullptr && rule->header.starts_with("ALL") == whole_header)
        all &= place_hit(*rule, times, random, draft);
    }
  for (const std::string& name : wishes.miss)
    if (const Rule* rule = rules_.find(name)) place_miss(*rule, random, draft);
  return all;
}

bool Placement::place_hit(const Rule& rule, unsigned times, Random& random, Draft& draft) {
  if (!rule.eval_function.empty()) {
    build_for_eval(rules_, rule, random, draft);
    return true;
  }
  if (rule.exists) {
    if (rule.negated)
      draft.without.insert(lower(rule.header));
    else if (!draft.has_field(rule.header) && !draft.mailboxes.contains(lower(rule.header)))
      draft.add_field(rule.header, chance(random, 50) ? "3" : "sample value");
    return true;
  }
  if (rule.type == RuleType::uri_detail) return place_uri_detail(rule, random, draft);
  if (rule.negated) {
    if (chance(random, 20)) draft.without.insert(lower(rule.header.substr(0, rule.header.find(':'))));
    return true;
  }
  PatternText* texts = maker(rule.name, rule.pattern);
  if (texts == nullptr) return false;
  // A pattern that an absent header already satisfies is best served by leaving it out, now and then.
  if (rule.type == RuleType::header && rule.if_unset && texts->matches(*rule.if_unset) &&
      chance(random, 50)) {
    draft.without.insert(lower(rule.header.substr(0, rule.header.find(':'))));
    return true;
  }
  const bool repeats_inside = rule.type == RuleType::header && times > 1;
  for (unsigned i = 0; i < (repeats_inside ? 1 : times); ++i) {
    const auto text = texts->hit(random, 60, repeats_inside ? times : 1);
    if (!text) return false;
    place_text(rule, *text, random, draft);
  }
  return true;
}

void Placement::place_miss(const Rule& rule, Random& random, Draft& draft) {
  if (!rule.eval_function.empty()) return avoid_eval(rule, random, draft);
  if (rule.type != RuleType::header) return;
  const std::string name = rule.header.substr(0, rule.header.find(':'));
  const std::string key = lower(name);
  const bool placed = draft.has_field(name) || draft.mailboxes.contains(key);
  if (rule.exists && !rule.negated && !placed)
    draft.without.insert(key);
  else if (!rule.exists && rule.negated && !placed) {
    if (PatternText* texts = maker(rule.name, rule.pattern))
      if (const auto text = texts->hit(random, 40)) place_text(rule, *text, random, draft);
  } else if (!placed && chance(random, 15)) {
    draft.without.insert(key);
  }
}

bool Placement::place_near_miss(const Rule& rule, Random& random, Draft& draft) {
  if (rule.exists || !rule.eval_function.empty() || rule.type == RuleType::meta ||
      rule.type == RuleType::uri_detail)
    return false;
  PatternText* texts = maker(rule.name, rule.pattern);
  if (texts == nullptr) return false;
  const auto hit = texts->hit(random, 60);
  const auto miss = hit ? texts->near_miss(random, *hit) : std::nullopt;
  if (!miss) return false;
  place_text(rule, *miss, random, draft);
  return true;
}

void Placement::place_text(const Rule& rule, const std::string& text, Random& random, Draft& draft) {
  switch (rule.type) {
    case RuleType::header:
      return place_header(rule.header, text, random, draft);
    case RuleType::body:
      // The subject is the first paragraph.
      if (!rule.tflags.nosubject && chance(random, 3)) return place_header("Subject", text, random, draft);
      draft.paragraphs.push_back(chance(random, 70) ? text : "we say " + text + " here");
      return;
    case RuleType::rawbody:
      draft.raw.push_back(text);
      return;
    case RuleType::full:
      draft.raw.push_back(text);
      return;
    case RuleType::uri: {
      const bool scheme =
          text.find("://") != std::string::npos || text.starts_with("mailto:") || text.starts_with("tel:");
      const std::string uri = scheme                  ? text
                              : text.starts_with('/') ? "http://www.example.com" + text
                              : text.starts_with('.') ? "http://www" + text + (chance(random, 50) ? "/" : "")
                              : chance(random, 40)    ? "http://www.example.com/" + text
                              : chance(random, 20)    ? text
                              : chance(random, 30)    ? "http://www." + text
                                                      : "http://" + text;
      draft.uris.push_back(uri.substr(0, uri.find_first_of(" \n\t")));
      // A captured value in the pattern: the one that most messages give it.
      if (const std::size_t at = draft.uris.back().find("%{"); at != std::string::npos) {
        draft.uris.back().replace(at, draft.uris.back().find('}') + 1 - at, "user@example.org");
        draft.mailboxes["to"].address = "user@example.org";
      }
      return;
    }
    case RuleType::mimeheader: {
      const std::string name = rule.header.substr(0, rule.header.find(':'));
      // Often the last attachment has room for one more field of another name: rules on one part are
      // combined.
      if (!draft.attachments.empty() && chance(random, 50)) {
        auto& headers = draft.attachments.back().headers;
        if (std::none_of(headers.begin(), headers.end(),
                         [&](const auto& h) { return lower(h.first) == lower(name); })) {
          headers.emplace_back(name, text);
          return;
        }
      }
      draft.attachments.push_back({{{name, text}}, "sample\n"});
      return;
    }
    default:
      return;
  }
}

bool Placement::place_uri_detail(const Rule& rule, Random& random, Draft& draft) {
  std::string uri = "http://www.example.com/", text = "read on";
  bool image = false;
  for (std::size_t i = 0; i < rule.uri_conditions.size(); ++i) {
    const UriDetailCondition& condition = rule.uri_conditions[i];
    if (condition.negated) continue;
    PatternText* texts = maker(rule.name + ' ' + std::to_string(i), condition.pattern);
    const auto hit = texts == nullptr ? std::nullopt : texts->hit(random, 60);
    if (!hit) return false;
    if (condition.key == "text")
      text = *hit;
    else if (condition.key == "domain" || condition.key == "host")
      uri = "http://" + *hit + '/';
    else if (condition.key == "type")
      image = hit->find("img") != std::string::npos;
    else
      uri = hit->find("://") == std::string::npos ? "http://www.example.com/" + *hit : *hit;
  }
  draft.html.push_back(image ? "<img src=\"" + uri + "\">"
                             : "<a href=\"" + uri + "\">" + escaped(text) + "</a>");
  return true;
}

}  // namespace thresh::generate
