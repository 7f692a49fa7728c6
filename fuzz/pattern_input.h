// The input of targets that match: a pattern up to the first newline, then texts, each up to a byte 0xff.
// A target that includes this keeps most patterns as they are when libFuzzer mutates an input: what a pattern
// costs to compile is then spent on many texts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

// libFuzzer's own mutations; in a plain program replay.cc has one that does nothing.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace thresh::fuzz {

struct PatternInput {
  std::string_view pattern;
  std::vector<std::string_view> texts;

  // Nothing where the input has no pattern or is too long.
  static std::optional<PatternInput> read(const std::uint8_t* data, std::size_t size,
                                          std::size_t longest_pattern, std::size_t longest_input) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || end > longest_pattern || size > longest_input) return std::nullopt;
    PatternInput input{rest.substr(0, end), {}};
    rest.remove_prefix(end + 1);
    while (!rest.empty()) {
      const std::size_t at = std::min(rest.find('\xff'), rest.size());
      input.texts.push_back(rest.substr(0, at));
      rest.remove_prefix(std::min(at + 1, rest.size()));
    }
    return input;
  }
};

}  // namespace thresh::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  constexpr unsigned patterns_kept = 15;  // of so many and one
  const void* const newline = size == 0 ? nullptr : std::memchr(data, '\n', size);
  if (newline == nullptr || seed % (patterns_kept + 1) == 0) return LLVMFuzzerMutate(data, size, max_size);
  const auto texts_at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(newline) - data) + 1;
  if (texts_at >= max_size) return LLVMFuzzerMutate(data, size, max_size);
  return texts_at + LLVMFuzzerMutate(data + texts_at, size - texts_at, max_size - texts_at);
}
