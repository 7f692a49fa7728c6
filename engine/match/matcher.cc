// Matcher: for every pattern of a group the requirement is looked for in all texts at once; where it stands,
// PCRE2 decides.
#include "engine/match/matcher.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include "engine/match/existence.h"
#include "engine/match/filter.h"
#include "engine/match/requirement.h"
#include "engine/regex/syntax.h"

namespace thresh {
namespace {

// A window expected more often than this is in nearly every text: PCRE2 looks at once.
constexpr double too_frequent = 9e-3;
// Windows are looked for in so many bytes at a time.
constexpr std::size_t chunk = 4096;

struct Compiled {
  std::optional<Regex> regex;
  std::optional<Regex> existence;
  std::uint32_t least_before = 0;
  std::uint32_t most_before = syntax::unlimited;
  std::uint32_t times = 1;  // the window must stand in a text so often
  bool filtered = false;
};

struct Group {
  PatternGroup group;
  std::vector<Compiled> patterns;
  std::vector<std::uint32_t> always;  // patterns without a requirement
  Filter filter;
};

}  // namespace

struct Matcher::State {
  std::vector<Group> groups;
  MatchStatistics statistics;
};

struct MatchScratch::State {
  RegexScratch regex;
  std::vector<Capture> captures;
  std::vector<std::string> limited;
  std::vector<Span> spans;
  // One scan:
  std::string joined;                 // the texts, each after a newline
  std::vector<std::uint32_t> starts;  // of each text in `joined`; one more: the end
  struct Progress {
    std::uint32_t count = 0;
    std::uint32_t next_text = 0;  // texts before this one are done with
    bool touched = false;
    std::uint32_t seen = 0;  // windows in text `seen_in`
    std::uint32_t seen_in = 0;
    std::array<std::int32_t, max_times> places{};  // of the latest of them
  };
  std::vector<Progress> progress;
  std::vector<std::uint32_t> touched;
  std::vector<Filter::Hit> windows;
  MatchWork work;

  void limit(const std::string& rule) {
    if (std::ranges::find(limited, rule) == limited.end()) limited.push_back(rule);
  }
  void capture(const std::string& rule, const Regex& re, std::string_view text) {
    for (const auto& [name, number] : re.names()) {
      if (number >= spans.size() || spans[number].begin == std::string_view::npos) continue;
      const std::string_view value = spans[number].in(text);
      if (value.empty()) continue;
      auto at =
          std::ranges::find_if(captures, [&](const Capture& c) { return c.rule == rule && c.name == name; });
      if (at == captures.end()) at = captures.insert(at, Capture{name, rule, {}});
      if (std::ranges::find(at->values, value) == at->values.end()) at->values.emplace_back(value);
    }
  }
  static bool is_done(const PatternSpec& spec, const Progress& at) {
    return spec.multiple ? spec.maxhits > 0 && at.count >= spec.maxhits : at.count > 0;
  }
  void touch(std::uint32_t pattern) {
    if (progress[pattern].touched) return;
    progress[pattern].touched = true;
    touched.push_back(pattern);
  }
  // Counts the matches in one text from `from` on, as far as the spec asks.
  void count_in(const PatternSpec& spec, const Regex& re, std::string_view text, std::size_t from,
                Progress& at) {
    ++work.confirmations;
    if (!spec.multiple && !spec.want_captures) {
      Span found;
      const MatchStatus status = re.match(text, from, regex, found);
      if (status == MatchStatus::match) at.count = 1;
      if (status == MatchStatus::limit) limit(spec.name);
      return;
    }
    std::size_t begin = 0;
    const MatchStatus status = re.each(text, regex, [&](Span found) {
      ++at.count;
      if (spec.want_captures) {
        Span again;
        if (re.match(text, begin, regex, again, &spans) == MatchStatus::match) capture(spec.name, re, text);
        begin = found.end;
      }
      return spec.multiple && (spec.maxhits == 0 || at.count < spec.maxhits);
    });
    if (status == MatchStatus::limit) limit(spec.name);
  }
  void join(std::span<const std::string_view> texts) {
    starts.clear();
    std::size_t size = 1;
    for (std::string_view text : texts) size += text.size() + 1;
    joined.resize(size + Filter::padding);
    char* at = joined.data();
    *at++ = '\n';
    for (std::string_view text : texts) {
      starts.push_back(static_cast<std::uint32_t>(at - joined.data()));
      if (!text.empty()) std::memcpy(at, text.data(), text.size());
      at += text.size();
      *at++ = '\n';
    }
    starts.push_back(static_cast<std::uint32_t>(at - joined.data()));
    std::memset(at, '\n', Filter::padding);
  }
};

Matcher::Matcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

MatchScratch::MatchScratch(const Matcher&) : state_(std::make_unique<State>()) {}
MatchScratch::MatchScratch(MatchScratch&&) noexcept = default;
MatchScratch::~MatchScratch() = default;
void MatchScratch::begin_message() {
  state_->captures.clear();
  state_->limited.clear();
}
std::span<const MatchScratch::Capture> MatchScratch::captures() const {
  return state_->captures;
}
std::span<const std::string> MatchScratch::limited() const {
  return state_->limited;
}
RegexScratch& MatchScratch::regex() {
  return state_->regex;
}
const MatchWork& MatchScratch::work() const {
  return state_->work;
}

Result<Matcher> Matcher::compile(std::vector<PatternGroup> groups, const MatchOptions&) {
  auto state = std::make_unique<State>();
  for (PatternGroup& from : groups) {
    Group& group = state->groups.emplace_back();
    group.group = std::move(from);
    for (std::uint32_t i = 0; i < group.group.patterns.size(); ++i) {
      const PatternSpec& spec = group.group.patterns[i];
      Compiled& compiled = group.patterns.emplace_back();
      auto tree = syntax::parse(spec.pattern.source, spec.pattern.modifiers);
      if (!tree) return fail(tree.error().what, spec.name, tree.error().remedy);
      const bool counts = spec.multiple || spec.want_captures;
      const syntax::Pattern form = counts ? *tree : existence_form(*tree);
      const auto requirement = find_requirement(form, counts);
      auto existence = Regex::compile(form);
      if (!existence) return fail(existence.error().what, spec.name, existence.error().remedy);
      compiled.existence = std::move(*existence);
      auto regex = Regex::compile(spec.pattern.source, spec.pattern.modifiers);
      if (!regex) return fail(regex.error().what, spec.name, regex.error().remedy);
      compiled.regex = std::move(*regex);
      ++state->statistics.patterns;
      if (requirement && requirement->cost() < too_frequent && !spec.want_captures) {
        group.filter.add(i, *requirement);
        compiled.filtered = true;
        compiled.times = requirement->times;
        compiled.least_before = requirement->least_before;
        compiled.most_before = requirement->most_before;
        ++state->statistics.hyperscan_prefilter;
      } else {
        group.always.push_back(i);
        ++state->statistics.pcre_only;
      }
    }
    group.filter.finish();
    state->statistics.database_bytes += group.filter.bytes();
  }
  return Matcher(std::move(state));
}

void Matcher::scan(GroupId id, std::span<const std::string_view> texts, MatchScratch& scratch,
                   std::vector<PatternHit>& hits) const {
  const Group& group = state_->groups[id];
  MatchScratch::State& s = *scratch.state_;
  if (texts.empty()) return;
  const auto& specs = group.group.patterns;
  if (s.progress.size() < specs.size()) s.progress.resize(specs.size());
  s.join(texts);
  std::uint32_t current = 0;
  const std::string_view joined(s.joined.data(), s.joined.size() - Filter::padding);
  const auto confirm = [&](Filter::Hit hit) {
    ++s.work.windows;
    const PatternSpec& spec = specs[hit.pattern];
    auto& progress = s.progress[hit.pattern];
    if (MatchScratch::State::is_done(spec, progress)) return;
    if (current == texts.size() || hit.offset + 1 < s.starts[current]) current = 0;
    while (current < texts.size() && hit.offset + 1 >= s.starts[current + 1]) ++current;
    if (current == texts.size() || current < progress.next_text || (spec.skip_first_text && current == 0))
      return;
    const Compiled& compiled = group.patterns[hit.pattern];
    std::int64_t in_text = static_cast<std::int64_t>(hit.offset) - s.starts[current];
    if (compiled.times > 1) {
      // The window that the first of so many can be.
      if (current > progress.seen_in) progress.seen = 0;
      progress.seen_in = current;
      s.touch(hit.pattern);
      const std::uint32_t turn = progress.seen++ % compiled.times;
      const std::int64_t this_one = in_text;
      if (progress.seen >= compiled.times) in_text = progress.places[(turn + 1) % compiled.times];
      progress.places[turn] = static_cast<std::int32_t>(this_one);
      if (progress.seen < compiled.times) return;
    }
    s.touch(hit.pattern);
    const std::string_view text = texts[current];
    std::size_t from = 0;
    if (compiled.most_before != syntax::unlimited)
      from = static_cast<std::size_t>(std::max<std::int64_t>(0, in_text - compiled.most_before));
    if (!spec.multiple && compiled.most_before < near_window) {
      Span found;
      const std::int64_t last = in_text + 1 - compiled.least_before;
      if (last < 0) return;
      ++s.work.confirmations;
      const MatchStatus status =
          compiled.existence->match_starting(text, from, static_cast<std::size_t>(last), s.regex, found);
      if (status == MatchStatus::match) progress.count = 1;
      if (status == MatchStatus::limit) s.limit(spec.name);
      return;
    }
    progress.next_text = current + 1;
    s.count_in(spec, *compiled.existence, text, from, progress);
  };
  for (std::size_t from = 0; from < joined.size(); from += chunk) {
    group.filter.scan(joined, from, std::min(from + chunk, joined.size()), s.windows);
    for (const Filter::Hit hit : s.windows) confirm(hit);
  }
  for (const std::uint32_t i : group.always) {
    auto& progress = s.progress[i];
    s.touch(i);
    for (std::size_t t = specs[i].skip_first_text ? 1 : 0;
         t < texts.size() && !MatchScratch::State::is_done(specs[i], progress); ++t) {
      s.count_in(specs[i], *group.patterns[i].existence, texts[t], 0, progress);
    }
  }
  for (const std::uint32_t i : s.touched) {
    if (s.progress[i].count > 0) hits.push_back({i, s.progress[i].count});
    s.progress[i] = {};
  }
  s.touched.clear();
}

std::optional<PatternPlace> Matcher::locate(GroupId id, std::uint32_t pattern,
                                            std::span<const std::string_view> texts,
                                            MatchScratch& scratch) const {
  const Group& group = state_->groups[id];
  const PatternSpec& spec = group.group.patterns[pattern];
  for (std::size_t t = spec.skip_first_text ? 1 : 0; t < texts.size(); ++t) {
    PatternPlace place{static_cast<std::uint32_t>(t), {}};
    if (group.patterns[pattern].regex->match(texts[t], 0, scratch.state_->regex, place.span) ==
        MatchStatus::match)
      return place;
  }
  return std::nullopt;
}

const PatternGroup& Matcher::group(GroupId id) const {
  return state_->groups[id].group;
}
const MatchStatistics& Matcher::statistics() const {
  return state_->statistics;
}

}  // namespace thresh
