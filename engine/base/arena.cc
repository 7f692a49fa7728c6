#include "engine/base/arena.h"

#include <algorithm>

namespace thresh {

void Arena::reset() {
  if (chunks_.size() > 1) chunks_.resize(1);
  footprint_ = chunks_.empty() ? 0 : chunks_[0].size;
  next_ = chunks_.empty() ? nullptr : chunks_[0].data.get();
  end_ = chunks_.empty() ? nullptr : next_ + chunks_[0].size;
}

void* Arena::take_new_chunk(std::size_t size, std::size_t align) {
  // A large request must not end the current chunk's use, nor become the chunk that reset() keeps.
  const bool own = size + align > chunk_size_ / 4 && next_ != nullptr;
  const std::size_t bytes = own ? size + align : std::max(chunk_size_, size + align);
  chunks_.push_back({std::make_unique_for_overwrite<char[]>(bytes), bytes});
  footprint_ += bytes;
  char* begin = chunks_.back().data.get();
  const auto at =
      (reinterpret_cast<std::uintptr_t>(begin) + align - 1) & ~(static_cast<std::uintptr_t>(align) - 1);
  if (!own) {
    next_ = reinterpret_cast<char*>(at + size);
    end_ = begin + bytes;
  }
  return reinterpret_cast<void*>(at);
}

}  // namespace thresh
