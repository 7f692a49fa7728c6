// Matcher on PCRE2 alone: every pattern over every text.
#include "engine/match/matcher.h"

#include <algorithm>

namespace thresh {

struct Matcher::State {
  std::vector<PatternGroup> groups;
  std::vector<std::vector<Regex>> regexes;
  MatchStatistics statistics;
};

struct MatchScratch::State {
  RegexScratch regex;
  std::vector<Capture> captures;
  std::vector<std::string> limited;
  std::vector<Span> spans;

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

Result<Matcher> Matcher::compile(std::vector<PatternGroup> groups, const MatchOptions&) {
  auto state = std::make_unique<State>();
  for (const PatternGroup& group : groups) {
    auto& regexes = state->regexes.emplace_back();
    for (const PatternSpec& spec : group.patterns) {
      auto regex = Regex::compile(spec.pattern.source, spec.pattern.modifiers);
      if (!regex) return fail(regex.error().what, spec.name, regex.error().remedy);
      regexes.push_back(std::move(*regex));
      ++state->statistics.patterns;
      ++state->statistics.pcre_only;
    }
  }
  state->groups = std::move(groups);
  return Matcher(std::move(state));
}

void Matcher::scan(GroupId id, std::span<const std::string_view> texts, MatchScratch& scratch,
                   std::vector<PatternHit>& hits) const {
  const PatternGroup& group = state_->groups[id];
  MatchScratch::State& s = *scratch.state_;
  for (std::uint32_t i = 0; i < group.patterns.size(); ++i) {
    const PatternSpec& spec = group.patterns[i];
    const Regex& regex = state_->regexes[id][i];
    std::uint32_t count = 0;
    bool done = false;
    for (std::size_t t = spec.skip_first_text ? 1 : 0; t < texts.size() && !done; ++t) {
      std::size_t at = 0;
      const MatchStatus status = regex.each(texts[t], s.regex, [&](Span found) {
        ++count;
        if (spec.want_captures) {
          Span again;
          if (regex.match(texts[t], at, s.regex, again, &s.spans) == MatchStatus::match)
            s.capture(spec.name, regex, texts[t]);
          at = found.end;
        }
        done = !spec.multiple || (spec.maxhits > 0 && count >= spec.maxhits);
        return !done;
      });
      if (status == MatchStatus::limit) s.limit(spec.name);
    }
    if (count > 0) hits.push_back({i, count});
  }
}

std::optional<PatternPlace> Matcher::locate(GroupId id, std::uint32_t pattern,
                                            std::span<const std::string_view> texts,
                                            MatchScratch& scratch) const {
  const PatternSpec& spec = state_->groups[id].patterns[pattern];
  for (std::size_t t = spec.skip_first_text ? 1 : 0; t < texts.size(); ++t) {
    PatternPlace place{static_cast<std::uint32_t>(t), {}};
    if (state_->regexes[id][pattern].match(texts[t], 0, scratch.state_->regex, place.span) ==
        MatchStatus::match)
      return place;
  }
  return std::nullopt;
}

const PatternGroup& Matcher::group(GroupId id) const {
  return state_->groups[id];
}
const MatchStatistics& Matcher::statistics() const {
  return state_->statistics;
}

}  // namespace thresh
