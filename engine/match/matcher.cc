// Compiling and scanning. A scan joins the texts of a group (with newlines between them, which is what their
// edges look like to a requirement), finds the windows, and asks PCRE2 about the text around each: where a
// match begins near its window only there, otherwise in the whole text, once.
#include "engine/match/matcher.h"

#include <algorithm>

#include "engine/match/filter.h"
#include "engine/match/lazy_regex.h"
#include "engine/match/limits.h"
#include "engine/match/plan.h"
#include "engine/match/plan_cache.h"
#include "engine/match/scan_state.h"

namespace thresh {
namespace {

struct CompiledPattern {
  CompiledPattern(const PatternSpec& spec, std::uint32_t n)
      : number(n), form(spec.pattern, true), whole(spec.pattern, false), automaton(spec.pattern) {}
  std::uint32_t number;  // in the matcher
  LazyRegex form;        // whether there is a match
  LazyRegex whole;       // every match
  LazyAutomaton automaton;
  std::uint32_t least_before = 0;
  std::uint32_t most_before = syntax::unlimited;
  std::uint32_t times = 1;
};

struct CompiledGroup {
  PatternGroup group;
  std::vector<std::unique_ptr<CompiledPattern>> patterns;
  std::vector<std::uint32_t> always;  // patterns without a requirement
  struct Run {
    std::uint32_t pattern;
    std::uint32_t length;
    ByteSet set;
  };
  std::vector<Run> runs;  // patterns that require bytes in a row
  Filter filter;
};

}  // namespace

struct Matcher::State {
  std::vector<ByteSet> sets;
  std::vector<std::unique_ptr<CompiledGroup>> groups;
  MatchStatistics statistics;
};

Matcher::Matcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

Result<Matcher> Matcher::compile(std::vector<PatternGroup> groups, const MatchOptions& options) {
  auto state = std::make_unique<State>();
  MatchStatistics& statistics = state->statistics;
  std::optional<MatchPlan> plan;
  PlanKey key{};
  if (!options.cache_dir.empty()) {
    key = plan_key(groups);
    plan = read_plan(options.cache_dir, key, groups);
    statistics.from_cache = plan.has_value();
  }
  if (!plan) {
    auto made = make_plan(groups, options.compile_threads);
    if (!made) return std::unexpected(std::move(made.error()));
    plan = std::move(*made);
    if (!options.cache_dir.empty())
      if (auto written = write_plan(options.cache_dir, key, *plan); !written)
        statistics.cache_fault = written.error().text();
  }
  state->sets = std::move(plan->sets);
  std::uint32_t number = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    CompiledGroup& group = *state->groups.emplace_back(std::make_unique<CompiledGroup>());
    group.group = std::move(groups[g]);
    for (std::uint32_t i = 0; i < group.group.patterns.size(); ++i) {
      CompiledPattern& pattern =
          *group.patterns.emplace_back(std::make_unique<CompiledPattern>(group.group.patterns[i], number++));
      const PatternPlan& requirement = plan->groups[g][i];
      ++statistics.patterns;
      ++(requirement ? statistics.filtered : statistics.always);
      if (!requirement) {
        group.always.push_back(i);
        continue;
      }
      if (requirement->run_length > 0) {
        group.runs.push_back({i, requirement->run_length, state->sets[requirement->run_set]});
        continue;
      }
      pattern.least_before = requirement->least_before;
      pattern.most_before = requirement->most_before;
      pattern.times = requirement->times;
      group.filter.add(i, *requirement, state->sets);
    }
    std::optional<HyperscanDatabase> database;
    if (!plan->databases[g].empty()) database = HyperscanDatabase::deserialize(plan->databases[g]);
    if (database) statistics.hyperscan_bytes += database->bytes();
    group.filter.finish(std::move(database));
    statistics.windows += group.filter.windows();
    statistics.table_bytes += group.filter.bytes();
  }
  return Matcher(std::move(state));
}

void Matcher::scan(GroupId id, std::span<const std::string_view> texts, MatchScratch& scratch,
                   std::vector<PatternHit>& hits) const {
  const CompiledGroup& group = *state_->groups[id];
  MatchScratch::State& s = *scratch.state_;
  const auto& specs = group.group.patterns;
  s.work.answers += specs.size();
  if (texts.empty()) return;
  if (s.progress.size() < specs.size()) s.progress.resize(specs.size());
  s.join(texts);

  std::uint32_t current = 0;  // the text that the window is in
  const auto confirm = [&](Filter::Hit hit) {
    const PatternSpec& spec = specs[hit.pattern];
    if (MatchScratch::State::is_done(spec, s.progress[hit.pattern])) return;
    // The newline before a text belongs to it.
    while (current < texts.size() && hit.offset + 1 >= s.starts[current + 1]) ++current;
    if (current == texts.size() || (spec.skip_first_text && current == 0)) return;
    MatchScratch::State::Progress& progress = s.touch(hit.pattern);
    if (current < progress.next_text) return;
    const CompiledPattern& pattern = *group.patterns[hit.pattern];
    std::int64_t window = static_cast<std::int64_t>(hit.offset) - s.starts[current];
    if (pattern.times > 1) {
      // Enough of them: the first of the last so many may be the one that a match begins with.
      if (current < progress.seen_in) return;  // no window within one text
      if (current > progress.seen_in) progress.seen = 0;
      progress.seen_in = current;
      const std::uint32_t turn = progress.seen++ % pattern.times;
      progress.places[turn] = static_cast<std::int32_t>(window);
      if (progress.seen < pattern.times) return;
      window = progress.places[(turn + 1) % pattern.times];
    }
    const std::string_view text = texts[current];
    std::size_t from = 0;
    std::size_t last_start = text.size();
    if (pattern.most_before != syntax::unlimited)
      from = static_cast<std::size_t>(std::max<std::int64_t>(0, window - pattern.most_before));
    if (pattern.most_before < near_window) {
      const std::int64_t last = window + 1 - pattern.least_before;
      if (last < 0) return;
      last_start = static_cast<std::size_t>(last);
    } else {
      progress.next_text = current + 1;
    }
    if (progress.looked_in != current) progress.looks = 0;
    progress.looked_in = current;
    LazyDfa::Answer answer = LazyDfa::Answer::unknown;
    if (++progress.looks == limits::looks)
      answer = s.ask_automaton(pattern.number, pattern.automaton, text, from);
    if (answer == LazyDfa::Answer::no) {
      progress.next_text = current + 1;
      return;
    }
    if (answer != LazyDfa::Answer::yes &&
        !s.look(spec, pattern.form.get().regex, text, from, last_start, progress))
      return;
    progress.note(current);
    progress.next_text = current + 1;
    if (spec.multiple)
      s.count(spec, pattern.whole.get(), text, progress);
    else
      progress.count = 1;
  };
  const std::string_view joined = s.joined_text();
  for (std::size_t from = 0; from < joined.size(); from += group.filter.step()) {
    group.filter.scan(joined, from, std::min(from + group.filter.step(), joined.size()), s.hyperscan,
                      s.windows);
    s.work.windows += s.windows.size();
    for (const Filter::Hit hit : s.windows) confirm(hit);
  }

  for (const CompiledGroup::Run& run : group.runs) {
    const PatternSpec& spec = specs[run.pattern];
    for (std::size_t t = spec.skip_first_text ? 1 : 0; t < texts.size(); ++t) {
      if (texts[t].size() < run.length || !has_run(texts[t], run.set, run.length)) continue;
      MatchScratch::State::Progress& progress = s.touch(run.pattern);
      if (spec.multiple)
        s.count(spec, group.patterns[run.pattern]->whole.get(), texts[t], progress);
      else if (s.look(spec, group.patterns[run.pattern]->form.get().regex, texts[t], 0, texts[t].size(),
                      progress))
        progress.count = 1;
      if (progress.count > 0) progress.note(static_cast<std::uint32_t>(t));
      if (MatchScratch::State::is_done(spec, progress)) break;
    }
  }

  for (const std::uint32_t i : group.always) {
    const PatternSpec& spec = specs[i];
    const bool asks_only = !spec.multiple && !spec.want_captures;
    const LazyRegex::Compiled& compiled =
        asks_only ? group.patterns[i]->form.get() : group.patterns[i]->whole.get();
    MatchScratch::State::Progress& progress = s.touch(i);
    for (std::size_t t = spec.skip_first_text ? 1 : 0; t < texts.size(); ++t) {
      if (MatchScratch::State::is_done(spec, progress)) break;
      if (!asks_only)
        s.count(spec, compiled, texts[t], progress);
      else if (s.look(spec, compiled.regex, texts[t], 0, texts[t].size(), progress))
        progress.count = 1;
      if (progress.count > 0) progress.note(static_cast<std::uint32_t>(t));
    }
  }

  for (const std::uint32_t i : s.touched) {
    if (s.progress[i].count > 0) hits.push_back({i, s.progress[i].count, s.progress[i].found_in});
    if (s.progress[i].confirmed) ++s.work.confirmed;
    s.progress[i] = {};
  }
  s.touched.clear();
}

std::optional<PatternPlace> Matcher::locate(GroupId id, const PatternHit& hit,
                                            std::span<const std::string_view> texts,
                                            MatchScratch& scratch) const {
  if (hit.text >= texts.size()) return std::nullopt;
  const Regex& regex = state_->groups[id]->patterns[hit.pattern]->whole.get().regex;
  PatternPlace place{hit.text, {}};
  if (regex.match(texts[hit.text], 0, scratch.state_->regex, place.span) != MatchStatus::match)
    return std::nullopt;
  return place;
}

const PatternGroup& Matcher::group(GroupId id) const {
  return state_->groups[id]->group;
}
const MatchStatistics& Matcher::statistics() const {
  return state_->statistics;
}

}  // namespace thresh
