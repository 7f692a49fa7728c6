// A message on its own arena, for tests; and the shape of its tree in a line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/message.h"

namespace thresh {

class TestMessage {
 public:
  explicit TestMessage(std::string raw, MessageSettings settings = {}, const Envelope& envelope = {})
      : raw_(std::move(raw)), settings_(std::move(settings)), message_(raw_, settings_, arena_, envelope) {}
  const Message* operator->() const { return &message_; }
  const Message& operator*() const { return message_; }

 private:
  std::string raw_;
  MessageSettings settings_;
  Arena arena_;
  Message message_;
};

// "multipart/mixed(text/plain,message/rfc822(text/html))"
inline std::string shape(const Part& part) {
  std::string text(part.type());
  if (part.is_leaf()) return text;
  text += '(';
  for (const Part* const child : part.children()) text += (text.back() == '(' ? "" : ",") + shape(*child);
  return text + ')';
}

inline std::vector<std::string> strings(std::span<const std::string_view> views) {
  return {views.begin(), views.end()};
}

}  // namespace thresh
