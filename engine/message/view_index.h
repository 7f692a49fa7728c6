// Which of the strings seen so far is this one? A hash table over views, in the arena of a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory_resource>
#include <string_view>
#include <utility>
#include <vector>

namespace thresh {

// A string and what kind of string it is: equal bytes of another kind are another string.
struct KeyedView {
  std::string_view text;
  bool wide = false;
  friend bool operator==(const KeyedView&, const KeyedView&) = default;
};

class ViewIndex {
 public:
  explicit ViewIndex(std::pmr::memory_resource* memory) : slots_(memory) {}

  static constexpr std::uint32_t none = 0xFFFFFFFF;

  // The number under which `key` was added; `none` if it was not.
  [[nodiscard]] std::uint32_t find(KeyedView key) const {
    if (slots_.empty()) return none;
    return slots_[place(key, hash_of(key))].value;
  }
  // Adds `key` under `value`; false (and nothing changes) when it is there already. The text must live as
  // long as this.
  bool add(KeyedView key, std::uint32_t value) {
    if ((used_ + 1) * 2 > slots_.size()) grow();
    const std::size_t hash = hash_of(key);
    Slot& slot = slots_[place(key, hash)];
    if (slot.value != none) return false;
    slot = {key, hash, value};
    ++used_;
    return true;
  }
  void clear() {
    used_ = 0;
    for (Slot& slot : slots_) slot = {};
  }

 private:
  struct Slot {
    KeyedView key;
    std::size_t hash = 0;
    std::uint32_t value = none;
  };
  static std::size_t hash_of(KeyedView key) {
    return std::hash<std::string_view>{}(key.text) ^ static_cast<std::size_t>(key.wide);
  }
  [[nodiscard]] std::size_t place(KeyedView key, std::size_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].value != none && !(slots_[at].hash == hash && slots_[at].key == key))
      at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::pmr::vector<Slot> old(slots_.get_allocator());
    old.swap(slots_);
    slots_.resize(old.empty() ? 16 : old.size() * 2);
    for (const Slot& slot : old)
      if (slot.value != none) slots_[place(slot.key, slot.hash)] = slot;
  }

  std::pmr::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t used_ = 0;
};

}  // namespace thresh
