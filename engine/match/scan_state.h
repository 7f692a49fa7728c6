// What a MatchScratch keeps: for one message the captures and the rules that hit a limit, for one scan the
// joined texts and how far each pattern has come.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/match/filter.h"
#include "engine/match/lazy_automaton.h"
#include "engine/match/lazy_dfa.h"
#include "engine/match/lazy_regex.h"
#include "engine/match/limits.h"
#include "engine/match/matcher.h"

namespace thresh {

struct MatchScratch::State {
  struct Progress {
    static constexpr std::uint32_t none = 0xffffffff;
    void note(std::uint32_t text) { found_in = found_in == none ? text : found_in; }
    std::uint32_t count = 0;
    std::uint32_t next_text = 0;  // texts before this one are done with
    std::uint32_t seen = 0;       // windows in text `seen_in`
    std::uint32_t seen_in = 0;
    std::uint32_t found_in = none;  // the first text that had a match
    std::uint32_t looks = 0;        // in text `looked_in`
    std::uint32_t looked_in = none;
    std::uint32_t exhausted = 0;  // looks that ran into PCRE2's match limit
    bool touched = false;
    bool confirmed = false;
    std::array<std::int32_t, max_times> places{};  // of the latest windows in that text
  };

  RegexScratch regex;
  std::vector<Capture> captures;
  std::vector<std::string> limited;
  std::vector<std::string> cut_captures;
  MatchWork work;

  std::string joined;                 // the texts, each between newlines
  std::vector<std::uint32_t> starts;  // of each text in `joined`; one more: the end
  std::vector<Progress> progress;     // by pattern; those that are not touched are as new
  std::vector<std::uint32_t> touched;
  std::vector<Filter::Hit> windows;
  HyperscanScratch hyperscan;
  std::vector<std::unique_ptr<LazyDfa>> automata;  // by number of the pattern
  std::size_t automata_bytes = 0;
  std::vector<Span> spans;

  void begin_message();
  void join(std::span<const std::string_view> texts);
  [[nodiscard]] std::string_view joined_text() const {
    return {joined.data(), joined.size() - Filter::padding};
  }

  Progress& touch(std::uint32_t pattern) {
    Progress& at = progress[pattern];
    if (!at.touched) {
      at.touched = true;
      touched.push_back(pattern);
    }
    return at;
  }
  [[nodiscard]] static bool is_done(const PatternSpec& spec, const Progress& at) {
    if (at.exhausted >= limits::exhausted_looks) return true;
    return spec.multiple ? spec.maxhits > 0 && at.count >= spec.maxhits : at.count > 0;
  }
  // What the pattern's automaton says of `text` from `from` on. `number`: of the pattern, in its matcher.
  LazyDfa::Answer ask_automaton(std::uint32_t number, const LazyAutomaton& automaton, std::string_view text,
                                std::size_t from);
  // Whether the pattern matches in `text` at or after `from`, and not after `last_start`.
  bool look(const PatternSpec& spec, const Regex& re, std::string_view text, std::size_t from,
            std::size_t last_start, Progress& at);
  // Counts all matches in `text`, as far as the spec asks, and keeps what they capture.
  void count(const PatternSpec& spec, const LazyRegex::Compiled& compiled, std::string_view text,
             Progress& at);

 private:
  void note_limit(const std::string& rule, Progress& at);
  void keep_captures(const std::string& rule, const Regex& re, std::string_view text);
};

}  // namespace thresh
