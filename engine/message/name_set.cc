// The hash set of names; see name_set.h.
#include "engine/message/name_set.h"

#include <algorithm>
#include <utility>

#include "engine/base/ascii.h"

namespace thresh {

std::uint32_t NameSet::hash_of(std::string_view name) {
  std::uint64_t h = 0x9E3779B97F4A7C15ULL ^ name.size();
  for (const char c : name) h = (h ^ static_cast<unsigned char>(ascii::to_lower(c))) * 0x100000001B3ULL;
  h ^= h >> 29;
  return static_cast<std::uint32_t>(h ^ (h >> 32));
}

const NameSet::Slot* NameSet::find(std::string_view name, std::uint32_t hash) const {
  if (slots_.empty()) return nullptr;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.length == 0) return &slot;
    if (slot.hash == hash && slot.length == name.size() &&
        ascii::iequals(std::string_view(pool_).substr(slot.offset, slot.length), name))
      return &slot;
  }
}

bool NameSet::insert(std::string_view name) {
  if (name.empty()) return false;
  if ((used_ + 1) * 2 > slots_.size()) grow();
  const std::uint32_t hash = hash_of(name);
  auto* slot = const_cast<Slot*>(find(name, hash));
  if (slot->length != 0) return false;
  *slot = {hash, static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(name.size())};
  pool_ += ascii::lower(name);
  ++used_;
  longest_ = std::max(longest_, name.size());
  return true;
}

bool NameSet::contains(std::string_view name) const {
  if (name.empty() || name.size() > longest_) return false;
  return find(name, hash_of(name))->length != 0;
}

void NameSet::clear() {
  *this = NameSet();
}

void NameSet::grow() {
  std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(64, slots_.size() * 2)));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.length == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].length != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace thresh
