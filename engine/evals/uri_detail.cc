#include "engine/evals/uri_detail.h"

#include <algorithm>
#include <utility>

#include "engine/evals/characters.h"

namespace thresh {

Result<UriDetailTest> UriDetailTest::make(const Rule& rule) {
  static constexpr std::array<std::string_view, keys> names{"raw",  "type",   "cleaned",
                                                            "text", "domain", "host"};
  UriDetailTest test;
  for (const UriDetailCondition& condition : rule.uri_conditions) {
    const auto key = std::ranges::find(names, condition.key);
    if (key == names.end())
      return fail("unknown key '" + condition.key + "' in uri_detail " + rule.name, rule.where.text(),
                  "use raw, type, cleaned, text, domain or host");
    Result<Regex> pattern = Regex::compile(condition.pattern.source, condition.pattern.modifiers);
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    test.conditions_[static_cast<std::size_t>(key - names.begin())].emplace(std::move(*pattern),
                                                                            condition.negated);
  }
  return test;
}

bool UriDetailTest::matches(const UriDetail& uri, Arena& arena, RegexScratch& scratch) const {
  const auto holds = [&](const Condition& condition, std::string_view value) {
    return condition.pattern.matches(value, scratch) != condition.negated;
  };
  // One value of the set is enough, also for !~; an empty set meets no condition.
  const auto any = [&](Key key, const auto& values, auto&& value_of) {
    const std::optional<Condition>& condition = conditions_[key];
    return !condition ||
           std::ranges::any_of(values, [&](const auto& value) { return holds(*condition, value_of(value)); });
  };
  const auto as_is = [](std::string_view value) { return value; };
  if (conditions_[raw] && !holds(*conditions_[raw], uri.uri)) return false;
  return any(type, uri.types, as_is) && any(cleaned, uri.cleaned, as_is) &&
         any(text, uri.anchor_text, [&](std::string_view value) { return narrow(value, arena); }) &&
         any(domain, uri.domains, as_is) && any(host, uri.hosts, [](const auto& pair) { return pair.first; });
}

bool UriDetailTest::matches(const Message& message, RegexScratch& scratch) const {
  return std::ranges::any_of(message.uri_details(),
                             [&](const UriDetail& uri) { return matches(uri, message.arena(), scratch); });
}

}  // namespace thresh
