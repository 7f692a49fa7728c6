// How often each rule hit, over reloads of the rules.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/rule_set.h"

namespace thresh::milter {

// Counters for the rules of one set; bounded by it. Counting is safe from any number of threads; the rest is
// not, and not beside counting.
class RuleHits {
 public:
  RuleHits() = default;
  // Rules of `before` that are in `rules` keep their counts; the others are dropped.
  RuleHits(const RuleSet& rules, const RuleHits& before);

  // A rule that is not in the set (it was, before the last reload) is not counted.
  void count(std::string_view rule);

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::size_t i) const { return names_[i]; }  // in order
  [[nodiscard]] std::uint64_t hits(std::size_t i) const { return hits_[i].load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] std::size_t find(std::string_view rule) const;  // size(): none

  std::vector<std::string> names_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> hits_;
};

}  // namespace thresh::milter
