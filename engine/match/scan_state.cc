#include "engine/match/scan_state.h"

#include <algorithm>
#include <cstring>

#include "engine/match/limits.h"

namespace thresh {

void MatchScratch::State::begin_message() {
  captures.clear();
  limited.clear();
  cut_captures.clear();
  // A scratch that has seen a larger message gives the memory back with the next one (`= {}` would keep it).
  if (joined.capacity() > limits::kept_bytes) std::string().swap(joined);
  if (windows.capacity() * sizeof(Filter::Hit) > limits::kept_bytes) std::vector<Filter::Hit>().swap(windows);
}

void MatchScratch::State::join(std::span<const std::string_view> texts) {
  starts.clear();
  std::size_t size = 1;
  for (std::string_view text : texts) size += text.size() + 1;
  size += Filter::padding;
  joined.resize_and_overwrite(size, [&](char* data, std::size_t) {
    char* at = data;
    *at++ = '\n';
    for (std::string_view text : texts) {
      starts.push_back(static_cast<std::uint32_t>(at - data));
      if (!text.empty()) std::memcpy(at, text.data(), text.size());
      at += text.size();
      *at++ = '\n';
    }
    starts.push_back(static_cast<std::uint32_t>(at - data));
    std::memset(at, '\n', Filter::padding);
    return size;
  });
}

void MatchScratch::State::note_limit(const std::string& rule, Progress& at) {
  ++at.exhausted;
  if (std::ranges::find(limited, rule) == limited.end()) limited.push_back(rule);
}

LazyDfa::Answer MatchScratch::State::ask_automaton(std::uint32_t number, const LazyAutomaton& automaton,
                                                   std::string_view text, std::size_t from) {
  if (number >= automata.size()) automata.resize(number + 1);
  std::unique_ptr<LazyDfa>& dfa = automata[number];
  if (!dfa) {
    const auto& made = automaton.get();
    if (!made) return LazyDfa::Answer::unknown;
    dfa = std::make_unique<LazyDfa>(*made, automata_bytes);
  }
  if (automata_bytes > limits::automata_bytes)
    for (auto& each : automata)
      if (each) each->clear();
  const LazyDfa::Answer answer = dfa->run(text, from, text.size());
  return answer == LazyDfa::Answer::yes && !automaton.get()->exact ? LazyDfa::Answer::unknown : answer;
}

bool MatchScratch::State::look(const PatternSpec& spec, const Regex& re, std::string_view text,
                               std::size_t from, std::size_t last_start, Progress& at) {
  ++work.confirmations;
  at.confirmed = true;
  Span found;
  const MatchStatus status = last_start >= text.size()
                                 ? re.match(text, from, regex, found)
                                 : re.match_starting(text, from, last_start, regex, found);
  if (status == MatchStatus::limit) note_limit(spec.name, at);
  return status == MatchStatus::match;
}

void MatchScratch::State::count(const PatternSpec& spec, const LazyRegex::Compiled& compiled,
                                std::string_view text, Progress& at) {
  if (compiled.counter && spec.multiple && !spec.want_captures) {
    constexpr std::uint32_t all = 0xffffffff;
    at.count += compiled.counter->count(text, spec.maxhits == 0 ? all : spec.maxhits - at.count);
    return;
  }
  const Regex& re = compiled.regex;
  ++work.confirmations;
  at.confirmed = true;
  const MatchStatus status = re.each(text, regex, [&](Span found) {
    ++at.count;
    if (spec.want_captures) {
      Span again;
      if (re.match(text, found.begin, regex, again, &spans) == MatchStatus::match)
        keep_captures(spec.name, re, text);
    }
    return spec.multiple && (spec.maxhits == 0 || at.count < spec.maxhits);
  });
  if (status == MatchStatus::limit) note_limit(spec.name, at);
}

void MatchScratch::State::keep_captures(const std::string& rule, const Regex& re, std::string_view text) {
  for (const auto& [name, number] : re.names()) {
    if (number >= spans.size() || spans[number].begin == std::string_view::npos) continue;
    const std::string_view value = spans[number].in(text);
    if (value.empty()) continue;
    auto kept =
        std::ranges::find_if(captures, [&](const Capture& c) { return c.rule == rule && c.name == name; });
    if (kept == captures.end()) kept = captures.insert(kept, Capture{name, rule, {}});
    if (std::ranges::find(kept->values, value) != kept->values.end()) continue;
    if (kept->values.size() < limits::captured_values)
      kept->values.emplace_back(value);
    else if (std::ranges::find(cut_captures, name) == cut_captures.end())
      cut_captures.push_back(name);
  }
}

MatchScratch::MatchScratch(const Matcher&) : state_(std::make_unique<State>()) {}
MatchScratch::MatchScratch(MatchScratch&&) noexcept = default;
MatchScratch::~MatchScratch() = default;
void MatchScratch::begin_message() {
  state_->begin_message();
}
std::span<const MatchScratch::Capture> MatchScratch::captures() const {
  return state_->captures;
}
std::span<const std::string> MatchScratch::limited() const {
  return state_->limited;
}
std::span<const std::string> MatchScratch::cut_captures() const {
  return state_->cut_captures;
}
MatchMemory MatchScratch::memory() const {
  return {.texts = state_->joined.capacity(),
          .windows = state_->windows.capacity() * sizeof(Filter::Hit),
          .automata = state_->automata_bytes};
}
const MatchWork& MatchScratch::work() const {
  return state_->work;
}
RegexScratch& MatchScratch::regex() {
  return state_->regex;
}

}  // namespace thresh
