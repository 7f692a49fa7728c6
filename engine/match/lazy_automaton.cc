#include "engine/match/lazy_automaton.h"

#include "engine/match/existence.h"

namespace thresh {

const std::optional<ByteAutomaton>& LazyAutomaton::get() const {
  std::call_once(once_, [&] {
    if (const auto tree = syntax::parse(pattern_->source, pattern_->modifiers))
      automaton_ = ByteAutomaton::make(existence_form(*tree));
  });
  return automaton_;
}

}  // namespace thresh
