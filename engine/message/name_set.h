// A set of domain names (or of single labels) for look-ups in any letter case without a copy: open addressing
// over one pool of bytes. Built once, then read by all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace thresh {

class NameSet {
 public:
  // `name` is kept in lower case (ASCII letters only). False when it was there already.
  bool insert(std::string_view name);
  // ASCII letter case of `name` does not matter.
  [[nodiscard]] bool contains(std::string_view name) const;
  void clear();
  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] bool empty() const { return used_ == 0; }
  // Length of the longest name, 0 when empty.
  [[nodiscard]] std::size_t longest() const { return longest_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;  // 0: free (the empty name is never kept)
  };
  static std::uint32_t hash_of(std::string_view name);
  [[nodiscard]] const Slot* find(std::string_view name, std::uint32_t hash) const;
  void grow();

  std::string pool_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t used_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace thresh
