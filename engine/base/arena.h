// Bump allocation for everything that lives as long as one message: decoded text, views, small containers.
// Works as a std::pmr::memory_resource, so std::pmr containers can live in it. Nothing is freed before
// reset(). Not safe from several threads: one arena a scan slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <memory_resource>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace thresh {

class Arena final : public std::pmr::memory_resource {
 public:
  // `chunk_size`: bytes taken from the heap at a time; larger requests get a chunk of their own.
  explicit Arena(std::size_t chunk_size = 256 * 1024) : chunk_size_(chunk_size) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `size` uninitialised bytes.
  [[nodiscard]] char* bytes(std::size_t size) { return static_cast<char*>(take(size, 1)); }

  // A copy of `text` that lives until reset().
  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = bytes(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  // A T that lives until reset(). Its destructor never runs, so T must not own anything outside the arena.
  template <typename T, typename... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return ::new (take(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  // Gives back the unused end of the latest bytes(size) at `from`: `used` of them are kept.
  void shrink_last(char* from, std::size_t size, std::size_t used) {
    if (from + size == next_) next_ = from + used;
  }

  // Forgets everything; keeps the first chunk for the next message and returns the others to the heap.
  void reset();

  // Bytes taken from the heap at this moment.
  [[nodiscard]] std::size_t footprint() const { return footprint_; }

 private:
  void* take(std::size_t size, std::size_t align) {
    auto at =
        (reinterpret_cast<std::uintptr_t>(next_) + align - 1) & ~(static_cast<std::uintptr_t>(align) - 1);
    if (next_ == nullptr || at + size > reinterpret_cast<std::uintptr_t>(end_))
      return take_new_chunk(size, align);
    next_ = reinterpret_cast<char*>(at + size);
    return reinterpret_cast<void*>(at);
  }
  void* take_new_chunk(std::size_t size, std::size_t align);

  void* do_allocate(std::size_t size, std::size_t align) override { return take(size, align); }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  struct Chunk {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };
  std::size_t chunk_size_;
  std::vector<Chunk> chunks_;
  std::size_t footprint_ = 0;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace thresh
