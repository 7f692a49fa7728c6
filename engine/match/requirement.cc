// Finding requirements. The tree is turned into an automaton from its end to its start, so that at every
// point of a concatenation, which every match passes, the bytes that can follow are known; the windows from
// there are enumerated and the rarest set of them is kept. Alternatives each give one of their own.
#include "engine/match/requirement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <unordered_map>

#include "engine/match/automaton.h"

namespace thresh {
namespace {

using syntax::Kind;
using syntax::Node;
using syntax::unlimited;
using syntax::Width;

constexpr std::size_t max_paths = 48;        // windows from one point
constexpr std::size_t few_paths = 4;         // the same for a first look
constexpr std::size_t max_windows = 256;     // of one requirement
constexpr std::size_t max_states = 400'000;  // beyond this nothing more is looked for
constexpr std::uint32_t max_copies = 4;      // of what a quantifier repeats
constexpr std::size_t max_points = 40;       // tried in one concatenation
constexpr std::size_t max_looks = 4000;      // points of one pattern
constexpr std::size_t max_work = 1'500'000;  // steps of the search before only first looks are taken
constexpr double window_price = 2e-7;        // so that few windows win over many

std::uint32_t add(std::uint32_t a, std::uint32_t b) {
  if (a == unlimited || b == unlimited || b > unlimited - 1 - a) return unlimited;
  return a + b;
}

void take_better(std::optional<Requirement>& best, std::optional<Requirement> other) {
  if (other && (!best || other->cost() < best->cost())) best = std::move(other);
}

class Finder {
 public:
  struct Part {
    std::uint32_t entry = 0;
    std::optional<Requirement> best;
  };

  std::optional<Requirement> find(const syntax::Pattern& pattern) {
    if (depends_on_search(pattern.root)) return std::nullopt;
    price_ = confirmation_price(pattern);
    const std::uint32_t end = machine_.add(Automaton::Kind::unknown);
    Part whole = build(pattern.root, end, {0, 0}, true);
    consider(whole.best, std::array{Point{whole.entry, {0, 0}}});
    return std::move(whole.best);
  }

 private:
  // Every match comes through this state.
  struct Point {
    std::uint32_t state = 0;
    Width before;
  };
  struct Path {
    Window window;
    std::vector<std::uint32_t> states;  // after the window, before any empty moves
    bool open = true;                   // can still grow
    bool begins_before = false;
  };
  // What may come next, over empty moves, from a path's states.
  struct Choice {
    ByteSet set;
    bool over_edge = false;  // \b stands before it on every way
    std::vector<std::uint32_t> next;
  };
  struct Reached {
    std::vector<Choice> choices;
    bool unknown = false;
    bool only_over_edge = true;  // every way to `unknown` goes over \b, and there is one
    bool only_over_end = true;   // the same for the end of the text
    bool over_start = true;      // every way to a byte goes over the start of the text
    bool any_edge = false;
  };
  struct StatesHash {
    std::size_t operator()(const std::vector<std::uint32_t>& states) const {
      std::size_t h = states.size();
      for (auto s : states) h = (h ^ s) * 0x9e3779b97f4a7c15ULL;
      return h ^ (h >> 29);
    }
  };

  // Whether a match depends on where the search began or on attempts before it, or may end before its pattern
  // does.
  static bool depends_on_search(const Node& node) {
    if (node.kind == Kind::search_start || (node.kind == Kind::verb && node.text != "FAIL")) return true;
    return std::ranges::any_of(node.children, depends_on_search);
  }

  Part build(const Node& node, std::uint32_t next, Width before, bool wanted);
  Part build_concat(const Node& node, std::uint32_t next, Width before, bool wanted);
  Part build_alternate(const Node& node, std::uint32_t next, Width before, bool wanted);
  Part build_repeat(const Node& node, std::uint32_t next, Width before, bool wanted);
  std::optional<Requirement> repeated(const Node& copy, std::uint32_t next, Width before,
                                      std::uint32_t times);

  const Reached& reach(const std::vector<std::uint32_t>& from);
  void grow(std::vector<Path>& paths, bool first, std::size_t most);
  std::optional<Requirement> windows_from(std::uint32_t at, Width before, std::size_t most);
  void consider(std::optional<Requirement>& best, std::span<const Point> points);

  Automaton machine_;
  // The automaton only grows at its front, so what is reached from a state stays true.
  std::unordered_map<std::vector<std::uint32_t>, Reached, StatesHash> known_;
  std::size_t work_ = 0;
  std::size_t looks_ = 0;
  double price_ = 1;
  std::vector<std::uint8_t> mark_;
  std::vector<std::pair<std::uint32_t, std::uint8_t>> stack_;
};

// Bits of the empty moves on the way to a state.
constexpr std::uint8_t over_edge = 1;
constexpr std::uint8_t over_start = 2;
constexpr std::uint8_t over_end = 4;
constexpr std::uint8_t seen = 8;

const Finder::Reached& Finder::reach(const std::vector<std::uint32_t>& from) {
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
      out.any_edge = out.any_edge || edge;
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
void Finder::grow(std::vector<Path>& paths, bool first, std::size_t most) {
  std::vector<Path> grown;
  const auto open_paths = static_cast<std::size_t>(std::ranges::count_if(paths, &Path::open));
  const std::size_t room = std::max<std::size_t>(most / std::max<std::size_t>(open_paths, 1), 1);
  for (Path& path : paths) {
    if (!path.open || path.window.size() >= max_window) {
      path.open = false;
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
        if (reached.over_start)
          longer.window.push_back(bytes::newline);
        else if (all_word_over_edge)
          longer.window.push_back(~bytes::word);
      }
      longer.window.push_back(choice.set);
      std::ranges::sort(choice.next);
      choice.next.erase(std::unique(choice.next.begin(), choice.next.end()), choice.next.end());
      longer.states = std::move(choice.next);
    }
  }
  paths = std::move(grown);
}

std::optional<Requirement> Finder::windows_from(std::uint32_t at, Width before, std::size_t most) {
  std::vector<Path> paths(1);
  paths[0].states = {at};
  for (std::size_t step = 0; step < max_window; ++step) {
    if (std::ranges::none_of(paths, &Path::open)) break;
    grow(paths, step == 0, most);
    if (paths.size() > 4 * most) return std::nullopt;
  }
  Requirement found;
  found.frequency = 0;
  found.price = price_;
  for (Path& path : paths) {
    if (path.window.empty()) return std::nullopt;
    if (path.window.size() > max_window) path.window.resize(max_window);
    found.frequency += thresh::frequency(path.window) + window_price;
    found.begins_before = found.begins_before || path.begins_before;
    found.any_of.push_back(std::move(path.window));
  }
  if (paths.empty()) return std::nullopt;
  found.least_before = before.min;
  found.most_before = before.max;
  return found;
}

// A first look at every point, a closer one at the best of them.
void Finder::consider(std::optional<Requirement>& best, std::span<const Point> points) {
  constexpr std::size_t closer = 2;
  constexpr double hope = 20;
  std::vector<std::pair<double, const Point*>> order;
  for (const Point& point : points) {
    if (machine_.states.size() > max_states || ++looks_ > max_looks) break;
    std::optional<Requirement> rough = windows_from(point.state, point.before, few_paths);
    if (!rough) continue;
    order.emplace_back(rough->cost(), &point);
    take_better(best, std::move(rough));
  }
  std::ranges::sort(order);
  if (order.size() > closer) order.resize(closer);
  for (const auto& [cost, point] : order) {
    if (work_ > max_work || (best && cost > hope * best->cost())) break;
    take_better(best, windows_from(point->state, point->before, max_paths));
  }
}

Finder::Part Finder::build_concat(const Node& node, std::uint32_t next, Width before, bool wanted) {
  const std::size_t n = node.children.size();
  std::vector<Width> starts(n);
  Width at = before;
  for (std::size_t i = 0; i < n; ++i) {
    starts[i] = at;
    const Width w = width(node.children[i]);
    at = {add(at.min, w.min), add(at.max, w.max)};
  }
  Part part{next, std::nullopt};
  std::vector<Point> points;
  for (std::size_t i = n; i-- > 0;) {
    const Node& part_node = node.children[i];
    if (wanted && part_node.copies > 1)
      take_better(part.best, repeated(part_node, part.entry, starts[i], part_node.copies));
    Part child = build(part_node, part.entry, starts[i], wanted);
    part.entry = child.entry;
    take_better(part.best, std::move(child.best));
    if (wanted && points.size() < max_points) points.push_back({part.entry, starts[i]});
  }
  consider(part.best, points);
  return part;
}

Finder::Part Finder::build_alternate(const Node& node, std::uint32_t next, Width before, bool wanted) {
  Part part;
  Requirement all;
  all.frequency = 0;
  all.price = price_;
  all.least_before = unlimited;
  all.times = unlimited;
  // A letter in all its spellings, or a few letters: what stands around them says more.
  constexpr std::size_t many = 6;
  constexpr std::uint32_t letter = 8;
  constexpr std::uint32_t short_word = 3;
  const std::uint32_t longest = width(node).max;
  if (longest <= short_word || (longest <= letter && node.children.size() > many)) wanted = false;
  bool every = wanted;
  for (std::size_t i = node.children.size(); i-- > 0;) {
    Part child = build(node.children[i], next, before, wanted);
    part.entry = i + 1 == node.children.size()
                     ? child.entry
                     : machine_.add(Automaton::Kind::split, child.entry, part.entry);
    if (every) consider(child.best, std::array{Point{child.entry, before}});
    if (!child.best) every = false;
    if (!every) continue;
    all.frequency += child.best->frequency;
    all.times = std::min(all.times, child.best->times);
    all.begins_before = all.begins_before || child.best->begins_before;
    all.least_before = std::min(all.least_before, child.best->least_before);
    all.most_before = std::max(all.most_before, child.best->most_before);
    std::ranges::move(child.best->any_of, std::back_inserter(all.any_of));
    if (all.any_of.size() > max_windows) every = false;
  }
  if (every) part.best = std::move(all);
  return part;
}

// What every one of `times` copies must have, whatever follows it, stands there as often; `before` is that of
// the first copy, whose window is the first of them.
std::optional<Requirement> Finder::repeated(const Node& copy, std::uint32_t next, Width before,
                                            std::uint32_t times) {
  const std::uint32_t more =
      machine_.add(Automaton::Kind::split, machine_.add(Automaton::Kind::unknown), next);
  Part any = build(copy, more, before, true);
  const Point point{any.entry, before};
  consider(any.best, {&point, 1});
  if (!any.best) return std::nullopt;
  // Two copies may share a window where one begins before its copy; and what is counted within a copy is not
  // counted twice.
  const bool shared = any.best->times > 1 || any.best->begins_before;
  any.best->times = std::min(shared ? (times + 1) / 2 : times, max_times);
  return std::move(any.best);
}

Finder::Part Finder::build_repeat(const Node& node, std::uint32_t next, Width before, bool wanted) {
  const Node& child = node.children[0];
  if (node.max == 0) return {next, std::nullopt};
  Part part{next, std::nullopt};
  const std::uint32_t copies = std::min(node.min, max_copies);
  if (node.max > copies) {
    if (node.max - copies <= max_copies && node.max != unlimited && node.min == copies) {
      for (std::uint32_t i = copies; i < node.max; ++i) {
        const std::uint32_t inner = build(child, part.entry, before, false).entry;
        part.entry = machine_.add(Automaton::Kind::split, inner, next);
      }
    } else {
      const std::uint32_t loop = machine_.add(Automaton::Kind::split, 0, next);
      const std::uint32_t inner = build(child, loop, before, false).entry;
      machine_.states[loop].next = inner;
      part.entry = loop;
    }
  }
  for (std::uint32_t i = 0; i < copies; ++i) {
    // What the first copy must have is what counts; it is the last one built.
    Part copy = build(child, part.entry, before, wanted && i + 1 == copies);
    part.entry = copy.entry;
    part.best = std::move(copy.best);
  }
  if (wanted && node.min > 1) take_better(part.best, repeated(child, next, before, node.min));
  return part;
}

Finder::Part Finder::build(const Node& node, std::uint32_t next, Width before, bool wanted) {
  const auto edge = [&](Automaton::Kind kind) { return Part{machine_.add(kind, next), std::nullopt}; };
  if (machine_.states.size() > max_states) return {machine_.add(Automaton::Kind::unknown), std::nullopt};
  switch (node.kind) {
    case Kind::bytes: {
      const std::uint32_t s = machine_.add(Automaton::Kind::bytes, next);
      machine_.states[s].set = node.set;
      return {s, std::nullopt};
    }
    case Kind::concat:
      return build_concat(node, next, before, wanted);
    case Kind::alternate:
      return build_alternate(node, next, before, wanted);
    case Kind::repeat:
      return build_repeat(node, next, before, wanted);
    case Kind::capture:
    case Kind::group:
    case Kind::branch_reset:
    case Kind::atomic:
      return build(node.children[0], next, before, wanted);
    case Kind::word_boundary:
      return edge(Automaton::Kind::word_edge);
    case Kind::text_start:
    case Kind::line_start:
      return edge(Automaton::Kind::start);
    case Kind::text_end:
    case Kind::text_end_line:
    case Kind::line_end:
      return edge(Automaton::Kind::end);
    case Kind::line_break: {
      const std::uint32_t line_feed = machine_.add(Automaton::Kind::bytes, next);
      machine_.states[line_feed].set = bytes::newline;
      const std::uint32_t carriage = machine_.add(Automaton::Kind::bytes, line_feed);
      machine_.states[carriage].set = ByteSet::of('\r');
      const std::uint32_t one = machine_.add(Automaton::Kind::bytes, next);
      machine_.states[one].set = bytes::vertical;
      return {machine_.add(Automaton::Kind::split, carriage, one), std::nullopt};
    }
    case Kind::conditional: {
      if (node.text == "DEFINE") return {next, std::nullopt};
      const Part yes = build(node.children[1], next, before, false);
      const Part no = build(node.children[2], next, before, false);
      return {machine_.add(Automaton::Kind::split, yes.entry, no.entry), std::nullopt};
    }
    case Kind::backreference:
    case Kind::recurse:
    case Kind::grapheme:
      return {machine_.add(Automaton::Kind::unknown), std::nullopt};
    default:
      return {next, std::nullopt};
  }
}

}  // namespace

std::vector<Window> united(std::vector<Window> windows, std::size_t most) {
  const auto unite = [](const Window& a, const Window& b) {
    Window both(std::min(a.size(), b.size()));
    for (std::size_t i = 0; i < both.size(); ++i) both[i] = a[i] | b[i];
    return both;
  };
  std::vector<double> each;  // frequency of each window
  std::vector<double> gain;  // what uniting it with the next one adds
  for (const Window& w : windows) each.push_back(frequency(w));
  const auto price = [&](std::size_t i) {
    return frequency(unite(windows[i], windows[i + 1])) - each[i] - each[i + 1];
  };
  for (std::size_t i = 0; i + 1 < windows.size(); ++i) gain.push_back(price(i));
  while (windows.size() > most) {
    const auto i = static_cast<std::size_t>(std::ranges::min_element(gain) - gain.begin());
    const auto at = static_cast<std::ptrdiff_t>(i);
    windows[i] = unite(windows[i], windows[i + 1]);
    each[i] = frequency(windows[i]);
    windows.erase(windows.begin() + at + 1);
    each.erase(each.begin() + at + 1);
    gain.erase(gain.begin() + at);
    if (i < gain.size()) gain[i] = price(i);
    if (i > 0) gain[i - 1] = price(i - 1);
  }
  return windows;
}

double Requirement::cost() const {
  constexpr double text_size = 300;
  constexpr double hit = 0.02;
  double confirmations = frequency;
  if (times > 1) {
    // What is in a text once is likely to be there again: a geometric law, not Poisson's.
    const double expected = text_size * frequency;
    confirmations = std::pow(expected / (1 + expected), times) / text_size;
  }
  const double confirmation = most_before < near_window ? 0.06 + 0.02 * price : 0.5 * price;
  return hit * frequency + confirmation * confirmations;
}

double confirmation_price(const syntax::Pattern& pattern) {
  const auto size_of = [](const auto& self, const Node& node) -> double {
    double n = 1;
    for (const Node& child : node.children) n += self(self, child);
    return n;
  };
  constexpr double simple = 300;
  constexpr double most = 30;
  return std::clamp(size_of(size_of, pattern.root) / simple, 1.0, most);
}

std::optional<Requirement> find_requirement(const syntax::Pattern& pattern) {
  return Finder().find(pattern);
}

}  // namespace thresh
