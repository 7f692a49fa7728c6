// A pattern's automaton, made when it is first asked for. Safe from several threads.
#pragma once

#include <mutex>
#include <optional>

#include "engine/match/byte_automaton.h"
#include "engine/regex/regex.h"

namespace thresh {

class LazyAutomaton {
 public:
  // `pattern` must live as long.
  explicit LazyAutomaton(const PerlPattern& pattern) : pattern_(&pattern) {}

  // Of the pattern's existence form; nothing where it has none.
  [[nodiscard]] const std::optional<ByteAutomaton>& get() const;

 private:
  const PerlPattern* pattern_;
  mutable std::once_flag once_;
  mutable std::optional<ByteAutomaton> automaton_;
};

}  // namespace thresh
