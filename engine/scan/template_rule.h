// A rule with %{NAME} in its pattern: NAME stands for what another rule's (?<NAME>...) captured, each value
// quoted (Plugin/Check.pm capture_rules_replace). The pattern is made per message; as that costs more than
// all the rest of a scan, cheap questions come first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/header_query.h"
#include "engine/regex/regex.h"
#include "rules/language/rule.h"

namespace thresh {

// Immutable; safe from several threads. `rule` must outlive it.
class TemplateRule {
 public:
  TemplateRule(std::uint32_t index, const Rule& rule);

  using Values = std::span<const std::string>;

  // The rule's index in its RuleSet.
  [[nodiscard]] std::uint32_t index() const { return index_; }
  // What the rule's header names, where it is a header rule.
  [[nodiscard]] const HeaderQuery& query() const { return query_; }

  // False when no values of the named captures can make the pattern match one of `texts`: asked before
  // pattern().
  [[nodiscard]] bool may_match(std::span<const std::string_view> texts, RegexScratch& scratch) const;
  // Whether a match must show one of the values of the rule's capture `name`, in either case of ASCII
  // letters.
  [[nodiscard]] bool needs(std::string_view name) const;

  // The pattern with values[i] in the place of the rule's capture i, in the order of Rule::templates. Errors:
  // the values are too long for a pattern.
  [[nodiscard]] Result<Regex> pattern(std::span<const Values> values) const;

 private:
  std::uint32_t index_;
  const Rule* rule_;
  HeaderQuery query_;
  std::vector<std::string> needed_;  // captures
  std::optional<Regex> loose_;       // the pattern with any text in the place of the values
};

}  // namespace thresh
