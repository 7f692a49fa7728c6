#include "engine/match/plan.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <unordered_map>

#include "engine/match/existence.h"
#include "engine/match/filter.h"
#include "engine/match/hyperscan.h"
#include "engine/match/limits.h"
#include "engine/regex/syntax.h"

namespace thresh {
namespace {

// A requirement that costs more than this is met by nearly every text: PCRE2 looks at once.
constexpr double too_dear = 6e-3;
// Of a pattern for which a false alarm costs more.
constexpr double dear = 4;

// How one pattern will be looked for, before its sets have numbers.
struct Draft {
  struct Part {
    Window window;
    std::uint8_t gram = PlannedWindow::no_gram;
  };
  Requirement requirement;
  std::vector<Part> parts;
  std::optional<Run> run;
};

// Masks look at the first four places at once and at the others only where those fit: where a later place is
// rarer, the window begins there instead. Gives how many places were left out.
std::uint32_t trim(Window& window, TextKind kind) {
  constexpr std::size_t at_once = 4;
  const auto price = [&](std::size_t from) {
    const auto begin = window.begin() + static_cast<std::ptrdiff_t>(from);
    constexpr double of_a_hit = 4;
    return frequency(Window(begin, begin + at_once), kind) +
           of_a_hit * frequency(looked_for(Window(begin, window.end())), kind);
  };
  std::size_t best = 0;
  for (std::size_t from = 1; from + at_once <= std::min(window.size(), max_window); ++from)
    if (price(from) < price(best)) best = from;
  window.erase(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(best));
  return static_cast<std::uint32_t>(best);
}

Draft draft_for(Requirement requirement, TextKind kind) {
  Draft draft;
  std::vector<Window> high;
  std::vector<Window> rest;
  for (Window& window : requirement.any_of) {
    const std::size_t at = Filter::gram_at(window);
    if (at != Window::size_type(-1))
      draft.parts.push_back({std::move(window), static_cast<std::uint8_t>(at)});
    else
      (Filter::needs_high(window) ? high : rest).push_back(std::move(window));
  }
  std::uint32_t trimmed = 0;
  for (auto* windows : {&high, &rest}) {
    const std::size_t most = requirement.price > dear ? limits::dear_masks
                             : windows == &high       ? limits::high_masks
                                                      : limits::masks;
    for (Window& window : united(std::move(*windows), most, kind)) {
      if (windows == &rest) trimmed = std::max(trimmed, trim(window, kind));
      draft.parts.push_back({std::move(window), PlannedWindow::no_gram});
    }
  }
  if (requirement.most_before != syntax::unlimited) requirement.most_before += trimmed;
  draft.requirement = std::move(requirement);
  return draft;
}

Result<std::optional<Draft>> draft_for(const PatternSpec& spec, TextKind kind) {
  auto tree = syntax::parse(spec.pattern.source, spec.pattern.modifiers);
  if (!tree) return fail(tree.error().what, spec.name, tree.error().remedy);
  auto whole = Regex::compile(*tree);
  if (!whole) return fail(whole.error().what, spec.name, whole.error().remedy);
  // Captures are reported in the order of the texts.
  if (spec.want_captures) return std::nullopt;
  const syntax::Pattern form = existence_form(*tree);
  auto trimmed = Regex::compile(form);
  if (!trimmed) return fail(trimmed.error().what, spec.name, trimmed.error().remedy);
  auto requirement = find_requirement(form, kind);
  const double cost = requirement ? requirement->cost() : 1;
  if (auto run = find_run(form); run && run->cost(confirmation_price(form)) < std::min(cost, too_dear)) {
    Draft draft;
    draft.run = run;
    return draft;
  }
  if (cost > too_dear) return std::nullopt;
  return draft_for(std::move(*requirement), kind);
}

// Gives equal sets one number.
class SetNumbers {
 public:
  explicit SetNumbers(std::vector<ByteSet>& sets) : sets_(sets) {}
  // Nothing when there are too many.
  std::optional<std::uint16_t> of(const ByteSet& set) {
    const auto [entry, fresh] = numbers_.try_emplace(set, sets_.size());
    if (fresh) sets_.push_back(set);
    if (entry->second >= limits::byte_sets) return std::nullopt;
    return static_cast<std::uint16_t>(entry->second);
  }

 private:
  std::vector<ByteSet>& sets_;
  std::unordered_map<ByteSet, std::size_t, ByteSetHash> numbers_;
};

PatternPlan numbered(const Draft& draft, SetNumbers& numbers) {
  FilterPlan plan;
  plan.least_before = draft.requirement.least_before;
  plan.most_before = draft.requirement.most_before;
  plan.times = draft.requirement.times;
  if (draft.run) {
    const auto number = numbers.of(draft.run->set);
    if (!number) return std::nullopt;
    plan.run_set = *number;
    plan.run_length = draft.run->length;
  }
  for (const Draft::Part& part : draft.parts) {
    PlannedWindow& window = plan.windows.emplace_back();
    window.size = static_cast<std::uint8_t>(part.window.size());
    window.gram = part.gram;
    for (std::size_t i = 0; i < part.window.size(); ++i) {
      const auto number = numbers.of(part.window[i]);
      if (!number) return std::nullopt;
      window.sets[i] = *number;
    }
  }
  return plan;
}

std::string database_for(const std::vector<PatternPlan>& patterns, const std::vector<ByteSet>& sets) {
  std::vector<std::string> expressions;
  for (const PatternPlan& pattern : patterns) {
    if (!pattern) continue;
    for (const PlannedWindow& window : pattern->windows) {
      Window looked_for;
      for (std::size_t i = 0; i < std::min<std::size_t>(window.size, max_window); ++i)
        looked_for.push_back(sets[window.sets[i]]);
      expressions.push_back(hyperscan_expression(looked_for));
    }
  }
  if (expressions.empty() || expressions.size() > limits::hyperscan_windows ||
      !HyperscanDatabase::runs_here())
    return {};
  const auto database = HyperscanDatabase::compile(expressions);
  return database ? database->serialize() : std::string();
}

}  // namespace

Result<MatchPlan> make_plan(std::span<const PatternGroup> groups, unsigned threads) {
  struct Job {
    const PatternSpec* spec;
    TextKind kind;
    std::optional<Draft> draft;
    std::optional<Error> error;
  };
  std::vector<Job> jobs;
  for (const PatternGroup& group : groups)
    for (const PatternSpec& spec : group.patterns)
      jobs.push_back({&spec, group.kind, std::nullopt, std::nullopt});
  // The long ones first, so that no thread is left with one at the end.
  std::vector<Job*> order;
  for (Job& job : jobs) order.push_back(&job);
  std::ranges::sort(order, std::greater(), [](const Job* job) { return job->spec->pattern.source.size(); });
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < order.size(); i = next++) {
      auto made = draft_for(*order[i]->spec, order[i]->kind);
      if (made)
        order[i]->draft = std::move(*made);
      else
        order[i]->error = std::move(made.error());
    }
  };
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> helpers;
    for (std::size_t t = 1; t < std::min<std::size_t>(threads, jobs.size()); ++t) helpers.emplace_back(work);
    work();
  }
  MatchPlan plan;
  SetNumbers numbers(plan.sets);
  auto job = jobs.begin();
  for (const PatternGroup& group : groups) {
    auto& patterns = plan.groups.emplace_back();
    for (std::size_t i = 0; i < group.patterns.size(); ++i, ++job) {
      if (job->error) return std::unexpected(std::move(*job->error));
      patterns.push_back(job->draft ? numbered(*job->draft, numbers) : std::nullopt);
    }
    plan.databases.push_back(group.kind == TextKind::full ? database_for(patterns, plan.sets)
                                                          : std::string());
  }
  return plan;
}

}  // namespace thresh
