#include "engine/match/window_search.h"

#include <algorithm>

namespace thresh {
namespace {

constexpr double window_price = 2e-7;  // so that few windows win over many

// Bits of the empty moves on the way to a state.
constexpr std::uint8_t over_edge = 1;
constexpr std::uint8_t over_start = 2;
constexpr std::uint8_t over_end = 4;
constexpr std::uint8_t seen = 8;

}  // namespace

const WindowSearch::Reached& WindowSearch::reach(const std::vector<std::uint32_t>& from) {
  const auto [entry, fresh] = known_.try_emplace(from);
  Reached& out = entry->second;
  if (!fresh) return out;
  mark_.resize(machine_.states.size());
  std::vector<std::uint32_t> touched;
  stack_.clear();
  for (auto s : from) stack_.emplace_back(s, 0);
  while (!stack_.empty()) {
    const auto [s, flags] = stack_.back();
    stack_.pop_back();
    // A state reached without \b stays so: the weaker claim holds.
    if (mark_[s] != 0 && (mark_[s] & flags) == (mark_[s] & 7)) continue;
    const auto merged = static_cast<std::uint8_t>(mark_[s] == 0 ? flags : (mark_[s] & flags & 7));
    if (mark_[s] == 0) touched.push_back(s);
    mark_[s] = merged | seen;
    const Automaton::State& state = machine_.states[s];
    const auto go = [&](std::uint32_t to, std::uint8_t bit) {
      stack_.emplace_back(to, static_cast<std::uint8_t>(merged | bit));
    };
    switch (state.kind) {
      case Automaton::Kind::split:
        go(state.next, 0);
        go(state.other, 0);
        break;
      case Automaton::Kind::word_edge:
        go(state.next, over_edge);
        break;
      case Automaton::Kind::start:
        go(state.next, over_start);
        break;
      case Automaton::Kind::end:
        go(state.next, over_end);
        break;
      default:
        break;
    }
  }
  for (auto s : touched) {
    const std::uint8_t flags = mark_[s];
    mark_[s] = 0;
    const Automaton::State& state = machine_.states[s];
    if (state.kind == Automaton::Kind::unknown) {
      out.unknown = true;
      out.only_over_edge = out.only_over_edge && (flags & over_edge) != 0;
      out.only_over_end = out.only_over_end && (flags & over_end) != 0;
    } else if (state.kind == Automaton::Kind::bytes && !state.set.empty()) {
      const bool edge = (flags & over_edge) != 0;
      out.over_start = out.over_start && (flags & over_start) != 0;
      auto at = std::ranges::find_if(
          out.choices, [&](const Choice& c) { return c.set == state.set && c.over_edge == edge; });
      if (at == out.choices.end()) at = out.choices.insert(at, Choice{state.set, edge, {}});
      at->next.push_back(state.next);
    }
  }
  work_ += touched.size();
  return out;
}

// One more byte for every path. Paths multiply by the different sets that may follow; where that would be too
// many, what follows one path is taken together, first what is not ASCII, then all.
void WindowSearch::grow(std::vector<Path>& paths, bool first, std::size_t most) {
  std::vector<Path> grown;
  // What is frequent gets the most room.
  std::vector<double> weights;
  double sum = 0;
  for (const Path& path : paths) sum += weights.emplace_back(path.open ? rough_frequency(path.window) : 0);
  for (std::size_t p = 0; p < paths.size(); ++p) {
    Path& path = paths[p];
    const std::size_t room = std::max<std::size_t>(
        1, static_cast<std::size_t>(static_cast<double>(most) * (sum > 0 ? weights[p] / sum : 1)));
    if (!path.open || path.window.size() >= max_window) {
      grown.push_back(std::move(path));
      continue;
    }
    const Reached& reached = reach(path.states);
    const bool word_before = !path.window.empty() && bytes::word.contains(path.window.back());
    const bool other_before = !path.window.empty() && (path.window.back() & bytes::word).empty();
    if (reached.unknown || reached.choices.empty()) {
      // The end of the match. Where it stands at \b after a word, or at the end of the text, one more byte is
      // known.
      if (reached.unknown && reached.choices.empty() && !path.window.empty()) {
        if (reached.only_over_end)
          path.window.push_back(bytes::newline);
        else if (reached.only_over_edge && word_before)
          path.window.push_back(~bytes::word);
      }
      path.open = false;
      grown.push_back(std::move(path));
      continue;
    }
    std::vector<Choice> choices = reached.choices;
    bool all_word_over_edge = true;
    for (Choice& c : choices) {
      if (c.over_edge && word_before) c.set &= ~bytes::word;
      if (c.over_edge && other_before) c.set &= bytes::word;
      all_word_over_edge = all_word_over_edge && c.over_edge && bytes::word.contains(c.set);
    }
    std::erase_if(choices, [](const Choice& c) { return c.set.empty(); });
    work_ += choices.size();
    const auto unite = [&](auto&& chosen) {
      Choice together;
      std::erase_if(choices, [&](const Choice& c) {
        if (!chosen(c)) return false;
        together.set |= c.set;
        together.next.insert(together.next.end(), c.next.begin(), c.next.end());
        return true;
      });
      if (!together.next.empty()) choices.push_back(std::move(together));
    };
    constexpr ByteSet high = ByteSet::range(128, 255);
    if (choices.size() > room) unite([&](const Choice& c) { return high.contains(c.set); });
    if (choices.size() > room) unite([](const Choice&) { return true; });
    for (Choice& choice : choices) {
      Path& longer = grown.emplace_back();
      longer.window = path.window;
      longer.begins_before = path.begins_before;
      if (first) {
        longer.begins_before = reached.over_start || all_word_over_edge;
        if (longer.begins_before) longer.window.push_back(reached.over_start ? bytes::newline : ~bytes::word);
      }
      longer.window.push_back(choice.set);
      std::ranges::sort(choice.next);
      choice.next.erase(std::unique(choice.next.begin(), choice.next.end()), choice.next.end());
      longer.states = std::move(choice.next);
    }
  }
  paths = std::move(grown);
}

std::optional<Candidate> WindowSearch::windows_from(std::uint32_t at, syntax::Width before, std::size_t most,
                                                    double price) {
  std::vector<Path> paths(1);
  paths[0].states = {at};
  for (std::size_t step = 0; step < max_window; ++step) {
    if (std::ranges::all_of(paths, [](const Path& p) { return !p.open || p.window.size() >= max_window; }))
      break;
    grow(paths, step == 0, most);
    if (paths.size() > 4 * most) return std::nullopt;
  }
  Candidate found;
  found.frequency = 0;
  found.price = price;
  for (Path& path : paths) {
    if (path.window.empty()) return std::nullopt;
    found.frequency += thresh::frequency(looked_for(path.window), kind_) + window_price;
    (path.begins_before ? found.begins_before : found.begins_at) = true;
    found.any_of.push_back(std::move(path.window));
    found.ends.push_back(path.open ? std::move(path.states) : std::vector<std::uint32_t>());
  }
  if (paths.empty()) return std::nullopt;
  found.least_before = before.min;
  found.most_before = before.max;
  return found;
}

void WindowSearch::lengthen(Candidate& candidate) {
  for (std::size_t i = 0; i < candidate.any_of.size(); ++i) {
    Window& window = candidate.any_of[i];
    std::vector<std::uint32_t> states = std::move(candidate.ends[i]);
    while (!states.empty() && window.size() < max_checked) {
      const Reached& reached = reach(states);
      if (reached.unknown || reached.choices.empty()) break;
      ByteSet set;
      std::vector<std::uint32_t> next;
      for (const Choice& choice : reached.choices) {
        set |= choice.set;
        next.insert(next.end(), choice.next.begin(), choice.next.end());
      }
      std::ranges::sort(next);
      next.erase(std::unique(next.begin(), next.end()), next.end());
      window.push_back(set);
      states = std::move(next);
    }
    while (window.size() > max_window && window.back() == ByteSet::all()) window.pop_back();
  }
}

}  // namespace thresh
