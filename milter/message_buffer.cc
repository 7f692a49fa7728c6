#include "milter/message_buffer.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>

#include "milter/limits.h"

namespace thresh::milter {

void MessageBuffer::Free::operator()(char* p) const {
  std::free(p);
}

MessageBuffer::MessageBuffer(MemoryBudget& budget, std::size_t most, std::size_t announced)
    : budget_(budget), most_(most > 0 ? most + 1 : static_cast<std::size_t>(-1)) {
  // An announcement is a stranger's: it saves growing step by step, and takes no more than is kept anyway.
  const std::size_t first = announced > 0 ? announced + announced / 16 + limits::first_buffer / 4 : 0;
  static_cast<void>(grow(std::clamp(first, limits::first_buffer, std::min(most_, limits::always_kept))));
}

MessageBuffer::~MessageBuffer() {
  budget_.give_back(capacity_);
}

// Room for `wanted` bytes in all. realloc() moves large blocks by their pages, so nothing is copied then.
bool MessageBuffer::grow(std::size_t wanted) {
  if (wanted <= capacity_) return true;
  const std::size_t more = wanted - capacity_;
  if (wanted <= limits::always_kept)
    budget_.take(more);
  else if (!budget_.try_take(more))
    return false;
  auto* const grown = static_cast<char*>(std::realloc(data_.get(), limits::trace_room + wanted));
  if (grown == nullptr) {
    budget_.give_back(more);
    throw std::bad_alloc();
  }
  static_cast<void>(data_.release());
  data_.reset(grown);
  capacity_ = wanted;
  return true;
}

void MessageBuffer::append(std::string_view bytes) {
  size_ += bytes.size();
  if (cut_ != Cut::no) return;
  if (used_ + bytes.size() > most_) {
    bytes = bytes.substr(0, most_ - used_);
    cut_ = Cut::size;
  }
  if (const std::size_t needed = used_ + bytes.size(); needed > capacity_) {
    const std::size_t doubled = std::min(std::max(needed, 2 * capacity_), std::max(needed, most_));
    if (!grow(doubled) && !grow(needed)) {
      // What always fits still does.
      bytes = bytes.substr(0, std::max(capacity_, std::min(limits::always_kept, needed)) - used_);
      if (!grow(used_ + bytes.size())) bytes = {};
      cut_ = Cut::memory;
    }
  }
  if (bytes.empty()) return;
  std::memcpy(data_.get() + limits::trace_room + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void MessageBuffer::add_header(std::string_view name, std::string_view value) {
  append(name);
  append(":");
  while (!value.empty()) {
    const std::size_t newline = value.find('\n');
    if (newline == std::string_view::npos) break;
    std::string_view line = value.substr(0, newline);
    if (line.ends_with('\r')) line.remove_suffix(1);
    append(line);
    append("\r\n");
    value.remove_prefix(newline + 1);
  }
  append(value);
  append("\r\n");
}

void MessageBuffer::end_header() {
  append("\r\n");
}

void MessageBuffer::add_body(std::string_view chunk) {
  append(chunk);
}

std::string_view MessageBuffer::with_trace(std::string_view trace) {
  assert(trace.size() <= limits::trace_room);
  char* const begin = data_.get() + limits::trace_room - trace.size();
  std::memcpy(begin, trace.data(), trace.size());
  return {begin, trace.size() + used_};
}

}  // namespace thresh::milter
