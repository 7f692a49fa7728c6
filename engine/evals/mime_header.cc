#include "engine/evals/mime_header.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <memory_resource>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/match/limits.h"
#include "engine/message/limits.h"

namespace thresh {
namespace {

// Matches in one part's field that `tflags multiple` counts where maxhits says nothing
// (Plugin/MIMEHeader.pm).
constexpr std::uint32_t usual_maxhits = 1000;

// "range=2-5", "range=3-", "range=-4", "range=2".
bool parse_part_range(std::string_view word, std::uint32_t& first, std::uint32_t& last) {
  constexpr std::string_view key = "range=";
  if (!word.starts_with(key)) return false;
  word.remove_prefix(key.size());
  const std::size_t dash = word.find('-');
  const auto number = [](std::string_view text, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  if (dash == std::string_view::npos) {
    if (!number(word, from)) return false;
    first = last = from;
    return true;
  }
  const std::string_view head = word.substr(0, dash);
  const std::string_view tail = word.substr(dash + 1);
  if ((!head.empty() && !number(head, from)) || (!tail.empty() && !number(tail, to))) return false;
  if (!head.empty()) first = from;
  if (!tail.empty()) last = to;
  return true;
}

// A raw value with its folds opened, as get_header(NAME, raw) gives it: s/\015?\012\s+/ /gs.
void append_unfolded(std::pmr::string& out, std::string_view raw) {
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t newline = raw.find('\n', at);
    if (newline == std::string_view::npos || newline + 1 >= raw.size() ||
        !ascii::is_space(raw[newline + 1])) {
      const std::size_t end = newline == std::string_view::npos ? raw.size() : newline + 1;
      out.append(raw.substr(at, end - at));
      at = end;
      continue;
    }
    std::size_t end = newline;
    if (end > at && raw[end - 1] == '\r') --end;
    out.append(raw.substr(at, end - at));
    out += ' ';
    at = newline + 1;
    while (at < raw.size() && ascii::is_space(raw[at])) ++at;
  }
}

void append_field(std::pmr::string& out, const HeaderField& field, bool raw) {
  out.append(field.name).append(": ");
  if (raw) {
    append_unfolded(out, field.raw);
  } else {
    out.append(field.decoded);
    out += '\n';
  }
}

// Node::get_all_headers: all fields in order. Where they are longer than MAX_HEADER_LENGTH together, fields
// are taken name by name in the order of first appearance until one does not fit.
std::string_view all_headers(const Part& part, bool raw, Arena& arena) {
  const std::span<const HeaderField> fields = part.headers();
  std::pmr::string all(&arena);
  for (const HeaderField& field : fields) append_field(all, field, raw);
  if (all.size() > limits::all_headers_length) {
    std::map<std::string, std::vector<std::size_t>, std::less<>> by_name;
    std::vector<const std::vector<std::size_t>*> order;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto [at, added] = by_name.try_emplace(ascii::lower(fields[i].name));
      at->second.push_back(i);
      if (added) order.push_back(&at->second);
    }
    std::vector<bool> taken(fields.size());
    std::size_t size = 0;
    bool fits = true;
    std::pmr::string one(&arena);
    for (const std::vector<std::size_t>* same : order) {
      for (const std::size_t i : *same) {
        one.clear();
        append_field(one, fields[i], raw);
        size += one.size();
        fits = size <= limits::all_headers_length;
        if (!fits) break;
        taken[i] = true;
      }
      if (!fits) break;
    }
    all.clear();
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (taken[i]) append_field(all, fields[i], raw);
  }
  return arena.copy(all);
}

}  // namespace

Result<MimeHeaderTest> MimeHeaderTest::make(const Rule& rule) {
  Result<Regex> pattern = Regex::compile(rule.pattern.source, rule.pattern.modifiers);
  if (!pattern) return std::unexpected(std::move(pattern.error()));
  MimeHeaderTest test(std::move(*pattern));
  test.name_ = rule.header;
  constexpr std::string_view raw_modifier = ":raw";
  if (test.name_.ends_with(raw_modifier)) {
    test.raw_ = true;
    test.name_.erase(test.name_.size() - raw_modifier.size());
  }
  test.negated_ = rule.negated;
  test.if_unset_ = rule.if_unset.value_or("");
  test.multiple_ = rule.tflags.multiple;
  test.max_hits_ = rule.tflags.maxhits != 0 ? rule.tflags.maxhits : test.multiple_ ? usual_maxhits : 1;
  for (const std::string& word : rule.tflags.all)
    if (parse_part_range(word, test.first_part_, test.last_part_)) break;
  for (const std::string& word : rule.tflags.all)
    if (word == "concat") test.concat_ = true;
  return test;
}

std::string_view MimeHeaderTest::field(const Part& part, Arena& arena) const {
  if (name_ == "ALL") return all_headers(part, raw_, arena);
  const HeaderField* const field = part.find_header(name_);
  // raw_header() gives an empty string where get_header() gives none.
  if (raw_) return field == nullptr ? std::string_view() : field->raw;
  if (field == nullptr) return if_unset_;
  char* const line = arena.bytes(field->decoded.size() + 1);
  std::ranges::copy(field->decoded, line);
  line[field->decoded.size()] = '\n';
  return {line, field->decoded.size() + 1};
}

std::uint32_t MimeHeaderTest::count(std::string_view text, RegexScratch& scratch,
                                    std::vector<Capture>* captures) const {
  std::uint32_t hits = 0;
  std::vector<Span> groups;
  static_cast<void>(pattern_.each(text, scratch, [&](Span found) {
    if (captures != nullptr && !pattern_.names().empty()) {
      Span again;
      if (pattern_.match(text, found.begin, scratch, again, &groups) == MatchStatus::match) {
        for (const auto& [name, group] : pattern_.names()) {
          if (group >= groups.size() || groups[group].begin >= groups[group].end) continue;
          auto at = std::ranges::find(*captures, name, &Capture::name);
          if (at == captures->end()) at = captures->insert(captures->end(), Capture{name, {}, false});
          std::string value(groups[group].in(text));
          if (std::ranges::find(at->values, value) != at->values.end()) continue;
          if (at->values.size() < limits::captured_values)
            at->values.push_back(std::move(value));
          else
            at->cut = true;
        }
      }
    }
    return ++hits < max_hits_;
  }));
  return multiple_ ? hits : std::min(hits, 1U);
}

std::uint32_t MimeHeaderTest::value(const Message& message, RegexScratch& scratch,
                                    std::vector<Capture>* captures) const {
  // SpamAssassin 4.0.1 forgets that a negated pattern matched: the rule always hits.
  if (negated_) return 1;
  Arena& arena = message.arena();
  std::pmr::string all(&arena);
  std::uint32_t index = 0;
  for (const Part* part : message.all_parts()) {
    ++index;
    if (index > last_part_) break;
    if (index < first_part_) continue;
    const std::string_view text = field(*part, arena);
    if (concat_) {
      all.append(text);
      if (!text.ends_with('\n')) all += '\n';
      continue;
    }
    if (const std::uint32_t hits = count(text, scratch, captures); hits != 0) return hits;
  }
  return concat_ ? count(all, scratch, captures) : 0;
}

}  // namespace thresh
