// Puts what a rule wants to see into a draft: texts of its pattern where the rule looks, or for native tests
// what evals.h knows to build. Deterministic for one state of the random numbers.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "rules/language/rule_set.h"
#include "tests/generate/draft.h"
#include "tests/generate/wishes.h"

namespace thresh::generate {

class Placement {
 public:
  explicit Placement(const RuleSet& rules) : rules_(rules) {}

  // Everything the wishes ask for. False where some pattern has no text.
  bool place(const Wishes& wishes, Random& random, Draft& draft);
  // A near miss of the rule's pattern where the rule looks. False where there is none, or no pattern.
  bool place_near_miss(const Rule& rule, Random& random, Draft& draft);

 private:
  bool place_hit(const Rule& rule, unsigned times, Random& random, Draft& draft);
  void place_miss(const Rule& rule, Random& random, Draft& draft);
  void place_text(const Rule& rule, const std::string& text, Random& random, Draft& draft);
  bool place_uri_detail(const Rule& rule, Random& random, Draft& draft);
  PatternText* maker(const std::string& key, const PerlPattern& pattern);

  const RuleSet& rules_;
  std::unordered_map<std::string, std::optional<PatternText>> makers_;
};

// Text of a header rule into the place that `request` names ("From:addr", "X-Spam-Relays-External", "ALL").
void place_header(std::string_view request, const std::string& text, Random& random, Draft& draft);

}  // namespace thresh::generate
