// The automata that stand in for PCRE2: what ByteAutomaton rejects PCRE2 does not find, an exact one accepts
// nothing else, the trimmed form matches where the pattern does, counts are PCRE2's. Input: see
// pattern_input.h.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "engine/match/existence.h"
#include "engine/match/lazy_automaton.h"
#include "engine/match/lazy_dfa.h"
#include "engine/match/lazy_regex.h"
#include "engine/regex/syntax.h"
#include "fuzz/pattern_input.h"

namespace {

using namespace thresh;

void check(bool right) {
  if (!right) std::abort();
}

// \K moves what PCRE2 counts as the beginning of a match.
bool moves_the_start(const syntax::Node& node) {
  return node.kind == syntax::Kind::keep || std::ranges::any_of(node.children, moves_the_start);
}

// An automaton as one thread keeps it: its states stay from text to text.
class Kept {
 public:
  explicit Kept(const ByteAutomaton& automaton) : exact_(automaton.exact), dfa_(automaton, used_) {}

  // Against what PCRE2 says of the same places.
  void compare(const Regex& regex, RegexScratch& scratch, std::string_view text, std::size_t from,
               std::size_t last_start) {
    Span found;
    const MatchStatus status = regex.match_starting(text, from, last_start, scratch, found);
    const LazyDfa::Answer answer = dfa_.run(text, from, last_start);
    if (status == MatchStatus::match) check(answer != LazyDfa::Answer::no);
    if (status == MatchStatus::no_match && exact_) check(answer != LazyDfa::Answer::yes);
  }
  // Where nothing is left, nothing is used; the answers stay the same.
  void forget() {
    dfa_.clear();
    check(used_ == 0);
  }

 private:
  std::size_t used_ = 0;
  bool exact_;
  LazyDfa dfa_;
};

void compare_automaton(const syntax::Pattern& pattern, const Regex& regex, const ByteAutomaton& automaton,
                       RegexScratch& scratch, std::span<const std::string_view> texts) {
  Kept kept(automaton);
  for (const bool again : {false, true}) {
    for (const std::string_view text : texts) {
      kept.compare(regex, scratch, text, 0, text.size());
      if (again || moves_the_start(pattern.root)) continue;
      const std::size_t third = text.size() / 3;
      kept.compare(regex, scratch, text, third, text.size());
      kept.compare(regex, scratch, text, third, text.size() - third);
      kept.compare(regex, scratch, text, text.size() - third, text.size() - third);
    }
    kept.forget();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest_pattern = 100;
  constexpr std::size_t longest_input = 1000;
  constexpr std::uint32_t most = 50;
  const auto input = fuzz::PatternInput::read(data, size, longest_pattern, longest_input);
  if (!input) return 0;
  const PerlPattern source{std::string(input->pattern), {}};
  const auto tree = syntax::parse(source.source, source.modifiers);
  if (!tree) return 0;
  const auto whole = Regex::compile(*tree);
  if (!whole) return 0;
  static RegexScratch scratch;

  const auto automaton = ByteAutomaton::make(*tree);
  if (automaton) compare_automaton(*tree, *whole, *automaton, scratch, input->texts);

  const syntax::Pattern trimmed = existence_form(*tree);
  const auto form = Regex::compile(trimmed);
  check(form.has_value());
  const LazyAutomaton of_form(source);
  check(of_form.get().has_value() || !automaton.has_value());
  if (of_form.get()) compare_automaton(trimmed, *form, *of_form.get(), scratch, input->texts);

  const LazyRegex asks(source, true);
  const LazyRegex counts(source, false);
  for (const std::string_view text : input->texts) {
    Span found;
    const MatchStatus expected = whole->match(text, 0, scratch, found);
    const MatchStatus answer = asks.get().regex.match(text, 0, scratch, found);
    if (expected != MatchStatus::limit && answer != MatchStatus::limit) check(answer == expected);
    if (!counts.get().counter) continue;
    std::uint32_t n = 0;
    const MatchStatus status = whole->each(text, scratch, [&](Span) { return ++n < most; });
    if (status != MatchStatus::limit) check(counts.get().counter->count(text, most) == n);
  }
  return 0;
}
