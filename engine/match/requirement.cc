// Finding requirements. The tree is turned into an automaton from its end to its start, so that at every
// point of a concatenation, which every match passes, the bytes that can follow are known; the windows from
// there are enumerated and the rarest set of them is kept. Alternatives each give one of their own.
#include "engine/match/requirement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "engine/match/automaton.h"
#include "engine/match/window_search.h"

namespace thresh {
namespace {

using syntax::Kind;
using syntax::Node;
using syntax::unlimited;
using syntax::Width;

std::uint32_t add(std::uint32_t a, std::uint32_t b) {
  if (a == unlimited || b == unlimited || b > unlimited - 1 - a) return unlimited;
  return a + b;
}

void take_better(std::optional<Candidate>& best, std::optional<Candidate> other) {
  if (other && (!best || other->cost() < best->cost())) best = std::move(other);
}

class Finder {
 public:
  Finder(TextKind kind, const limits::SearchBounds& bounds) : bounds_(bounds), search_(machine_, kind) {}

  struct Part {
    std::uint32_t entry = 0;
    std::optional<Candidate> best;
  };

  std::optional<Requirement> find(const syntax::Pattern& pattern) {
    if (depends_on_search(pattern.root)) return std::nullopt;
    price_ = confirmation_price(pattern);
    const std::uint32_t end = machine_.add(Automaton::Kind::unknown);
    Part whole = build(pattern.root, end, {0, 0}, true);
    consider(whole.best, std::array{Point{whole.entry, {0, 0}}});
    if (whole.best) search_.lengthen(*whole.best);
    return std::move(whole.best);
  }

  [[nodiscard]] SearchWork work() const { return {machine_.states.size(), looks_, search_.work()}; }

 private:
  // Every match comes through this state.
  struct Point {
    std::uint32_t state = 0;
    Width before;
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
  std::optional<Candidate> repeated(const Node& copy, std::uint32_t next, Width before, std::uint32_t times);

  void consider(std::optional<Candidate>& best, std::span<const Point> points);

  const limits::SearchBounds& bounds_;
  Automaton machine_;
  WindowSearch search_;
  std::size_t looks_ = 0;
  double price_ = 1;
};

// A first look at every point, a closer one at the best of them.
void Finder::consider(std::optional<Candidate>& best, std::span<const Point> points) {
  constexpr std::size_t closer = 2;
  constexpr double hope = 20;
  std::vector<std::pair<double, const Point*>> order;
  for (const Point& point : points) {
    if (machine_.states.size() > bounds_.max_states || ++looks_ > bounds_.max_looks) break;
    std::optional<Candidate> rough =
        search_.windows_from(point.state, point.before, bounds_.few_paths, price_);
    if (!rough) continue;
    order.emplace_back(rough->cost(), &point);
    take_better(best, std::move(rough));
  }
  std::ranges::sort(order);
  if (order.size() > closer) order.resize(closer);
  for (const auto& [cost, point] : order) {
    if (search_.work() > bounds_.max_work || (best && cost > hope * best->cost())) break;
    take_better(best, search_.windows_from(point->state, point->before, bounds_.max_paths, price_));
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
    if (wanted && points.size() < bounds_.max_points) points.push_back({part.entry, starts[i]});
  }
  consider(part.best, points);
  return part;
}

Finder::Part Finder::build_alternate(const Node& node, std::uint32_t next, Width before, bool wanted) {
  Part part;
  Candidate all;
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
    all.begins_at = all.begins_at || child.best->begins_at;
    all.least_before = std::min(all.least_before, child.best->least_before);
    all.most_before = std::max(all.most_before, child.best->most_before);
    std::ranges::move(child.best->any_of, std::back_inserter(all.any_of));
    std::ranges::move(child.best->ends, std::back_inserter(all.ends));
    if (all.any_of.size() > bounds_.max_windows) every = false;
  }
  if (every) part.best = std::move(all);
  return part;
}

// What every one of `times` copies must have, whatever follows it, stands there as often; `before` is that of
// the first copy, whose window is the first of them.
std::optional<Candidate> Finder::repeated(const Node& copy, std::uint32_t next, Width before,
                                          std::uint32_t times) {
  const std::uint32_t more =
      machine_.add(Automaton::Kind::split, machine_.add(Automaton::Kind::unknown), next);
  Part any = build(copy, more, before, true);
  const Point point{any.entry, before};
  consider(any.best, {&point, 1});
  if (!any.best) return std::nullopt;
  // Two copies may share a window where one begins before its copy and one does not; and what is counted
  // within a copy is not counted twice.
  const bool shared = any.best->times > 1 || (any.best->begins_before && any.best->begins_at);
  any.best->times = std::min(shared ? (times + 1) / 2 : times, max_times);
  return std::move(any.best);
}

Finder::Part Finder::build_repeat(const Node& node, std::uint32_t next, Width before, bool wanted) {
  const Node& child = node.children[0];
  if (node.max == 0) return {next, std::nullopt};
  Part part{next, std::nullopt};
  const std::uint32_t most_copies = child.kind == Kind::bytes ? bounds_.max_byte_copies : bounds_.max_copies;
  const std::uint32_t copies = std::min(node.min, most_copies);
  if (node.max > copies) {
    if (node.max - copies <= most_copies && node.max != unlimited && node.min == copies) {
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
  if (machine_.states.size() > bounds_.max_states)
    return {machine_.add(Automaton::Kind::unknown), std::nullopt};
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

std::vector<Window> united(std::vector<Window> windows, std::size_t most, TextKind kind) {
  const auto unite = [](const Window& a, const Window& b) {
    Window both(std::min(a.size(), b.size()));
    for (std::size_t i = 0; i < both.size(); ++i) both[i] = a[i] | b[i];
    return both;
  };
  std::vector<double> each;  // frequency of each window
  std::vector<double> gain;  // what uniting it with the next one adds
  for (const Window& w : windows) each.push_back(frequency(looked_for(w), kind));
  const auto price = [&](std::size_t i) {
    return frequency(looked_for(unite(windows[i], windows[i + 1])), kind) - each[i] - each[i + 1];
  };
  for (std::size_t i = 0; i + 1 < windows.size(); ++i) gain.push_back(price(i));
  while (windows.size() > most) {
    const auto i = static_cast<std::size_t>(std::ranges::min_element(gain) - gain.begin());
    const auto at = static_cast<std::ptrdiff_t>(i);
    windows[i] = unite(windows[i], windows[i + 1]);
    each[i] = frequency(looked_for(windows[i]), kind);
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

std::optional<Requirement> find_requirement(const syntax::Pattern& pattern, TextKind kind,
                                            const limits::SearchBounds& bounds, SearchWork* work) {
  Finder finder(kind, bounds);
  auto found = finder.find(pattern);
  if (work != nullptr) *work = finder.work();
  return found;
}

}  // namespace thresh
