// What one scan at a time writes to: arena, scratch and per-rule values. Slots are lent to scans and reused;
// there are as many as threads that scanned at the same time.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/match/matcher.h"
#include "engine/scan/meta_order.h"

namespace thresh {

// Where a pattern rule first hit, so that the text can be found again when somebody asks.
struct FirstHit {
  std::uint32_t rule = 0;
  GroupId group = 0;
  PatternHit hit;
};

class Slot {
 public:
  Slot(const Matcher& matcher, std::size_t rules)
      : scratch(matcher), values(rules + 1, 0.0), counts(rules, 0) {}

  Arena arena;
  MatchScratch scratch;
  std::vector<double> values;          // by rule; what metas see. One more, which stays 0
  std::vector<std::uint32_t> counts;   // by rule
  std::vector<std::uint32_t> touched;  // rules with a hit, each once
  std::vector<FirstHit> first_hits;
  std::vector<PatternHit> found;  // of the group being scanned
  MetaOrder::Workspace metas;

  void begin_message() {
    for (std::uint32_t rule : touched) counts[rule] = 0;
    std::fill(values.begin(), values.end(), 0.0);
    touched.clear();
    first_hits.clear();
    scratch.begin_message();
    arena.reset();
  }
};

// Free slots. Safe from several threads.
class SlotPool {
 public:
  SlotPool(const Matcher& matcher, std::size_t rules) : matcher_(matcher), rules_(rules) {}

  // A slot that goes back to the pool with the loan.
  class Loan {
   public:
    Loan(SlotPool& pool, std::unique_ptr<Slot> slot) : pool_(pool), slot_(std::move(slot)) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() { pool_.give_back(std::move(slot_)); }
    Slot& operator*() { return *slot_; }

   private:
    SlotPool& pool_;
    std::unique_ptr<Slot> slot_;
  };

  [[nodiscard]] Loan borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        auto slot = std::move(free_.back());
        free_.pop_back();
        return {*this, std::move(slot)};
      }
    }
    return {*this, std::make_unique<Slot>(matcher_, rules_)};
  }

 private:
  void give_back(std::unique_ptr<Slot> slot) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(slot));
  }

  const Matcher& matcher_;
  std::size_t rules_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> free_;
};

}  // namespace thresh
