// One message as it arrives from the mail server: header fields and body chunks into one contiguous buffer,
// as they were on the wire, CRLF at the end of each line. Belongs to one connection.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "milter/memory_budget.h"

namespace thresh::milter {

class MessageBuffer {
 public:
  // Why not all of the message is here.
  enum class Cut { no, size, memory };

  // Of a message with more than `most` bytes no more than these are kept. `announced`: its size as the client
  // said (RFC 1870), 0 when it did not; only a hint.
  MessageBuffer(MemoryBudget& budget, std::size_t most, std::size_t announced);
  ~MessageBuffer();
  MessageBuffer(const MessageBuffer&) = delete;
  MessageBuffer& operator=(const MessageBuffer&) = delete;

  // `value` with its leading white space and LF in folds (SMFIP_HDR_LEADSPC). CRLF in folds is taken too.
  void add_header(std::string_view name, std::string_view value);
  void end_header();
  void add_body(std::string_view chunk);

  [[nodiscard]] std::size_t size() const { return size_; }  // of the whole message
  [[nodiscard]] Cut cut() const { return cut_; }

  // The message with `trace` (header fields with CRLF, at most limits::trace_room bytes) before it. Valid
  // until the buffer changes.
  [[nodiscard]] std::string_view with_trace(std::string_view trace);

 private:
  void append(std::string_view bytes);
  [[nodiscard]] bool grow(std::size_t wanted);

  struct Free {
    void operator()(char* p) const;
  };
  MemoryBudget& budget_;
  const std::size_t most_;
  std::unique_ptr<char, Free> data_;  // trace room first
  std::size_t capacity_ = 0;          // without the trace room
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  Cut cut_ = Cut::no;
};

}  // namespace thresh::milter
