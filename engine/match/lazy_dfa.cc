#include "engine/match/lazy_dfa.h"

#include <algorithm>

namespace thresh {
namespace {

constexpr std::uint32_t word_bit = 1;  // ByteAutomaton::behind[0]
constexpr std::size_t first_table_size = 64;

std::size_t hash_of(std::span<const std::uint32_t> kernel, std::uint32_t before) {
  std::uint64_t h = before + 1;
  for (const std::uint32_t s : kernel) h = (h ^ s) * 0x9e3779b97f4a7c15ULL;
  return static_cast<std::size_t>(h ^ (h >> 32));
}

}  // namespace

LazyDfa::LazyDfa(const ByteAutomaton& automaton, std::size_t& used) : automaton_(automaton), used_(used) {
  // Bytes are of one class when they are in the same sets.
  std::array<std::uint64_t, 256> signature{};
  std::uint64_t salt = 1;
  const auto divide = [&](const ByteSet& set) {
    salt = salt * 0x9e3779b97f4a7c15ULL + 1;
    for (unsigned b = 0; b < 256; ++b)
      if (set.has(static_cast<unsigned char>(b)))
        signature[b] = (signature[b] ^ salt) * 0xbf58476d1ce4e5b9ULL;
  };
  for (const ByteSet& set : automaton.sets) divide(set);
  for (const ByteSet& set : automaton.behind) divide(set);
  std::vector<std::uint64_t> known;
  for (unsigned b = 0; b < 256; ++b) {
    auto at = std::ranges::find(known, signature[b]);
    if (at == known.end()) at = known.insert(at, signature[b]);
    class_[b] = static_cast<std::uint8_t>(at - known.begin());
    for (std::size_t i = 0; i < automaton.behind.size(); ++i)
      if (automaton.behind[i].has(static_cast<unsigned char>(b))) before_[b] |= 1U << i;
  }
  classes_ = known.size();
  columns_ = 2 * classes_ + 1;
  mark_.assign(automaton.states.size(), 0);
  clear();
}

void LazyDfa::clear() {
  // `= {}` would keep the memory.
  states_ = std::vector<State>();
  kernels_ = std::vector<std::uint32_t>();
  rows_ = std::vector<Id>();
  table_ = std::vector<Id>();
  starts_.clear();
  bytes_seen_ = 0;
  hopeless_ = false;
  used_ -= bytes_;
  bytes_ = 0;
}

void LazyDfa::count_bytes() {
  const std::size_t now = states_.capacity() * sizeof(State) + kernels_.capacity() * sizeof(std::uint32_t) +
                          (rows_.capacity() + table_.capacity()) * sizeof(Id);
  used_ += now - bytes_;
  bytes_ = now;
}

LazyDfa::Id LazyDfa::state_of(std::uint32_t before) {
  const auto kernel_of = [&](Id id) {
    const State& state = states_[id - first_state];
    return std::span(kernels_).subspan(state.first, state.size);
  };
  if (2 * states_.size() >= table_.size()) {
    std::vector<Id> larger(std::max(first_table_size, table_.size() * 4), not_made);
    for (Id id = first_state; id < first_state + states_.size(); ++id) {
      std::size_t at = hash_of(kernel_of(id), states_[id - first_state].before);
      while (larger[at % larger.size()] != not_made) ++at;
      larger[at % larger.size()] = id;
    }
    table_ = std::move(larger);
  }
  std::size_t at = hash_of(kernel_, before) % table_.size();
  for (; table_[at] != not_made; at = (at + 1) % table_.size())
    if (states_[table_[at] - first_state].before == before &&
        std::ranges::equal(kernel_of(table_[at]), kernel_))
      return table_[at];
  const Id id = first_state + static_cast<Id>(states_.size());
  table_[at] = id;
  states_.push_back(
      {static_cast<std::uint32_t>(kernels_.size()), static_cast<std::uint32_t>(kernel_.size()), before});
  kernels_.insert(kernels_.end(), kernel_.begin(), kernel_.end());
  rows_.resize(rows_.size() + columns_, not_made);
  count_bytes();
  return id;
}

LazyDfa::Id LazyDfa::start_state(std::uint32_t before) {
  for (const auto& [known, id] : starts_)
    if (known == before) return id;
  kernel_.assign(1, automaton_.start);
  return starts_.emplace_back(before, state_of(before)).second;
}

bool LazyDfa::close(const State& state, unsigned char byte, bool at_end) {
  ++turn_;
  reached_.clear();
  stack_.assign(kernels_.begin() + state.first, kernels_.begin() + state.first + state.size);
  const bool word_before = (state.before & word_bit) != 0;
  const bool word_ahead = !at_end && bytes::word.has(byte);
  while (!stack_.empty()) {
    const std::uint32_t s = stack_.back();
    stack_.pop_back();
    if (mark_[s] == turn_) continue;
    mark_[s] = turn_;
    const ByteAutomaton::State& at = automaton_.states[s];
    bool go = false;
    switch (at.kind) {
      case ByteAutomaton::Kind::accept:
        return true;
      case ByteAutomaton::Kind::bytes:
        reached_.push_back(s);
        break;
      case ByteAutomaton::Kind::split:
        stack_.push_back(at.other);
        go = true;
        break;
      case ByteAutomaton::Kind::behind:
        go = (state.before >> at.set & 1) != 0;
        break;
      case ByteAutomaton::Kind::not_behind:
        go = (state.before >> at.set & 1) == 0;
        break;
      case ByteAutomaton::Kind::ahead:
        go = !at_end && automaton_.sets[at.set].has(byte);
        break;
      case ByteAutomaton::Kind::not_ahead:
        go = at_end || !automaton_.sets[at.set].has(byte);
        break;
      case ByteAutomaton::Kind::word_edge:
        go = word_before != word_ahead;
        break;
      case ByteAutomaton::Kind::not_word_edge:
        go = word_before == word_ahead;
        break;
      case ByteAutomaton::Kind::text_start:
        go = (state.before & at_start) != 0;
        break;
      case ByteAutomaton::Kind::text_end:
        go = at_end;
        break;
    }
    if (go) stack_.push_back(at.next);
  }
  return false;
}

LazyDfa::Id LazyDfa::step(Id from, unsigned char byte, bool at_end, bool searching) {
  if (close(states_[from - first_state], byte, at_end)) return accept;
  if (at_end) return dead;
  kernel_.clear();
  for (const std::uint32_t s : reached_)
    if (automaton_.sets[automaton_.states[s].set].has(byte)) kernel_.push_back(automaton_.states[s].next);
  if (searching) kernel_.push_back(automaton_.start);
  if (kernel_.empty()) return dead;
  std::ranges::sort(kernel_);
  kernel_.erase(std::unique(kernel_.begin(), kernel_.end()), kernel_.end());
  return state_of(before_byte(byte));
}

LazyDfa::Answer LazyDfa::run(std::string_view text, std::size_t from, std::size_t last_start) {
  // A text that needs a new state for every few bytes is better left to a matcher that backtracks.
  constexpr std::uint64_t bytes_a_state = 4;
  if (hopeless_) return Answer::unknown;
  if (automaton_.anchored) {
    if (from > 0) return Answer::no;
    last_start = 0;
  }
  if (from > text.size()) return Answer::no;
  const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
  Id id = start_state(from == 0 ? at_start : before_byte(data[from - 1]));
  std::size_t i = from;
  const auto leaves = [&](std::size_t offset, bool searching) {
    for (const std::size_t end = searching ? std::min(text.size(), last_start) : text.size(); i < end; ++i) {
      Id next = entry(id, class_[data[i]] + offset);
      if (next < first_state) {
        if (next == not_made) {
          if (is_full() && bytes_seen_ + (i - from) < bytes_a_state * states_.size()) hopeless_ = true;
          if (hopeless_) return true;
          if (is_full()) {
            // Begins again from here.
            const State old = states_[id - first_state];
            kernel_.assign(kernels_.begin() + old.first, kernels_.begin() + old.first + old.size);
            clear();
            id = state_of(old.before);
          }
          next = step(id, data[i], false, searching);
          entry(id, class_[data[i]] + offset) = next;
        }
        if (next < first_state) {
          id = next;
          return true;
        }
      }
      id = next;
    }
    return false;
  };
  const bool left = leaves(0, true) || leaves(classes_, false);
  bytes_seen_ += i - from;
  if (hopeless_) return Answer::unknown;
  if (!left) {
    Id& end = entry(id, 2 * classes_);
    if (end == not_made) {
      const Id made = step(id, 0, true, false);
      entry(id, 2 * classes_) = made;
      id = made;
    } else {
      id = end;
    }
  }
  return id == accept ? Answer::yes : Answer::no;
}

}  // namespace thresh
