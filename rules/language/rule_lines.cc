// Lines that define or describe rules: header, body, rawbody, full, uri, meta, score, describe, tflags,
// priority, test (Conf.pm's commands and Conf::Parser::add_test).
#include <algorithm>

#include "engine/base/ascii.h"
#include "rules/language/perl_text.h"
#include "rules/language/rule_loader.h"

namespace thresh {
namespace {

constexpr std::size_t kMaxRuleName = 100;  // Conf::Parser refuses longer ones
constexpr int kCapturePriority = -10000;

// /^-?\d+(?:\.\d+)?$/
bool is_score(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  return is_digits(text.substr(0, point)) &&
         (point == std::string_view::npos || is_digits(text.substr(point + 1)));
}

// /^\w+\(.*\)$/
bool is_call(std::string_view text) {
  std::size_t name = 0;
  while (name < text.size() && ascii::is_word(text[name])) ++name;
  return name > 0 && name + 1 < text.size() && text[name] == '(' && text.ends_with(')');
}

// [A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?:\([^\)\}]*\))? from `at`; where it ends, or npos.
std::size_t tag_name_end(std::string_view text, std::size_t at) {
  const auto is_part = [&](std::size_t i) {
    return i < text.size() && (ascii::is_upper(text[i]) || ascii::is_digit(text[i]));
  };
  if (at >= text.size() || !ascii::is_upper(text[at])) return std::string_view::npos;
  while (is_part(at)) ++at;
  while (at < text.size() && text[at] == '_' && is_part(at + 1))
    for (++at; is_part(at);) ++at;
  if (at < text.size() && text[at] == '(') {
    const std::size_t close = text.find_first_of(")}", at);
    if (close != std::string_view::npos && text[close] == ')') at = close + 1;
  }
  return at;
}

// The always matching patterns that SpamAssassin's lint refuses; empty when the pattern is none.
std::string_view always_matches(std::string_view pattern) {
  if (pattern.empty()) return "it is empty";
  for (std::size_t at = pattern.find("||"); at != std::string_view::npos; at = pattern.find("||", at + 1))
    if (at == 0 || pattern[at - 1] != '\\') return "it contains '||'";
  const bool escaped_end = pattern.size() > 1 && pattern[pattern.size() - 2] == '\\';
  if (pattern.starts_with('|') || (pattern.ends_with('|') && !escaped_end))
    return "it begins or ends with '|'";
  return {};
}

bool is_modifier(std::string_view word) {
  static constexpr std::string_view kModifiers[] = {"raw", "addr",  "name",  "host", "domain",
                                                    "ip",  "revip", "first", "last"};
  return std::ranges::any_of(kModifiers,
                             [word](std::string_view known) { return ascii::iequals(word, known); });
}

}  // namespace

void RuleLoader::rule_line(const DirectiveInfo& info, std::string_view value) {
  const std::string_view key = info.name;
  if (key == "header" || key == "body" || key == "rawbody" || key == "full" || key == "uri")
    typed_rule(key, value);
  else if (key == "meta")
    meta_rule(value);
  else if (key == "score")
    score(value);
  else if (key == "describe")
    describe(value);
  else if (key == "tflags")
    tflags(value);
  else if (key == "priority")
    priority(value);
  else if (key == "test")
    test(value);
  else if (key == "mimeheader")
    mimeheader(value);
  else if (key == "uri_detail")
    uri_detail(value);
  else if (key == "askdns")
    askdns(value);
  else if (key == "reuse")
    reuse(value);
  else if (key == "shortcircuit")
    shortcircuit(value);
  else if (key == "replace_rules")
    replace_rules(value);
  else if (key == "loadplugin" || key == "tryplugin")
    load_plugin(value, key == "tryplugin");
  else if (key == "enable_compat") {
    const bool word = !value.empty() && value.size() <= 128 && std::ranges::all_of(value, ascii::is_word);
    if (word)
      compat_flags_.emplace(value);
    else
      error("'enable_compat' needs one word of letters, digits and _");
  }
}

RuleLoader::RuleState& RuleLoader::state(std::string_view name) {
  const auto [entry, added] = rules_.try_emplace(std::string(name));
  if (added) {
    entry->second.rule.name = name;
    entry->second.first_seen = here();
    entry->second.rule.where = here();
  }
  return entry->second;
}

RuleLoader::RuleState* RuleLoader::defined_state(std::string_view name) {
  const auto found = rules_.find(std::string(name));
  return found != rules_.end() && found->second.rule.defined ? &found->second : nullptr;
}

bool RuleLoader::split_rule_line(std::string_view key, std::string_view value, std::string_view& name,
                                 std::string_view& rest) {
  std::tie(name, rest) = first_word(value);
  if (!rest.empty()) return true;
  error("'" + std::string(key) + "' needs a rule name and what the rule is");
  return false;
}

void RuleLoader::typed_rule(std::string_view key, std::string_view value) {
  std::string_view name, text;
  if (!split_rule_line(key, value, name, text)) return;
  const bool header = key == "header";
  std::string_view call;
  if (key != "uri" && text.starts_with("eval:")) call = text.substr(5);
  if (header && text.starts_with("rbleval:")) call = text.substr(8);
  if (call.data() != nullptr) {
    if (!is_call(call)) {
      error("'" + std::string(text) + "' is no call of an eval function",
            "write eval:function('argument', ...)");
      return;
    }
    RuleType type = RuleType::full_eval;
    if (header)
      type = call.starts_with("check_rbl") || call.starts_with("check_dns") ? RuleType::rbl_eval
                                                                            : RuleType::header_eval;
    if (key == "body") type = RuleType::body_eval;
    if (key == "rawbody") type = RuleType::rawbody_eval;
    eval_rule(name, call, type);
  } else if (header) {
    header_rule(name, text);
  } else {
    pattern_rule(name, text,
                 key == "body"      ? RuleType::body
                 : key == "rawbody" ? RuleType::rawbody
                 : key == "full"    ? RuleType::full
                                    : RuleType::uri);
  }
}

bool RuleLoader::good_rule_name(std::string_view name) {
  if (!is_rule_name(name)) {
    error("'" + std::string(name) + "' is no rule name",
          "use letters, digits and _, not beginning with a digit");
    return false;
  }
  if (name.size() > kMaxRuleName) {
    error("the rule name '" + std::string(name) + "' is longer than " + std::to_string(kMaxRuleName) +
          " characters");
    return false;
  }
  return true;
}

// s/\s+\[if-unset:\s+(.+)\]$//
std::optional<std::string> RuleLoader::take_if_unset(std::string_view& pattern) {
  constexpr std::string_view kOpen = "[if-unset:";
  if (!pattern.ends_with(']')) return {};
  for (std::size_t at = pattern.find(kOpen); at != std::string_view::npos; at = pattern.find(kOpen, at + 1)) {
    const std::size_t inside = at + kOpen.size();
    const std::string_view value = pattern.substr(inside, pattern.size() - 1 - inside);
    if (at == 0 || !ascii::is_space(pattern[at - 1]) || value.size() < 2 || !ascii::is_space(value.front()))
      continue;
    std::string_view unset = ascii::trim_left(value);
    if (unset.empty()) unset = value.substr(value.size() - 1);  // \s+ leaves one byte for (.+)
    pattern = ascii::trim_right(pattern.substr(0, at));
    return std::string(unset);
  }
  return {};
}

std::optional<PerlPattern> RuleLoader::compile(std::string_view rule, std::string_view delimited,
                                               bool may_match_all) {
  const auto refuse = [&](const Error& fault) {
    error("the pattern of " + std::string(rule) + " cannot be used: " + fault.what, fault.remedy);
  };
  auto pattern = parse_delimited(delimited);
  if (!pattern) {
    refuse(pattern.error());
    return {};
  }
  if (const auto why = always_matches(pattern->source); !may_match_all && !why.empty()) {
    const std::string what =
        "the pattern of " + std::string(rule) + " matches everything: " + std::string(why);
    const std::string_view strict = current("ignore_always_matching_regexps");
    if (strict == "1" || ascii::iequals(strict, "yes")) {
      error(what);
      return {};
    }
    warn(what);
  }
  if (options_.check_patterns) {
    if (const auto regex = Regex::compile(pattern->source, pattern->modifiers); !regex) {
      refuse(regex.error());
      return {};
    }
  }
  return std::move(*pattern);
}

// %{NAME} becomes %\{NAME\}, and the rule waits for a value of NAME.
std::string RuleLoader::take_templates(RuleState& rule, std::string_view pattern) {
  std::string result, name;
  std::size_t done = 0;
  for (std::size_t at = pattern.find("%{"); at != std::string_view::npos; at = pattern.find("%{", at + 1)) {
    if (at > 0 && pattern[at - 1] == '\\') continue;
    const std::size_t end = tag_name_end(pattern, at + 2);
    if (end == std::string_view::npos || end >= pattern.size() || pattern[end] != '}') continue;
    name = pattern.substr(at + 2, end - at - 2);
    result += std::string(pattern.substr(done, at - done)) + "%\\{" + name + "\\}";
    done = end + 1;
  }
  // Parser::parse_captures notes one name a pattern, the last: others stay as they are and match themselves.
  auto& templates = rule.rule.templates;
  if (!name.empty() && std::ranges::find(templates, name) == templates.end()) templates.push_back(name);
  return result + std::string(pattern.substr(done));
}

// A rule that captures runs before all others.
void RuleLoader::note_captures(RuleState& rule, std::string_view pattern) {
  for (std::size_t at = pattern.find("(?"); at != std::string_view::npos; at = pattern.find("(?", at + 1)) {
    std::string_view group = pattern.substr(at + 2);
    if (group.starts_with('P')) group.remove_prefix(1);
    if (group.size() > 1 && (group[0] == '<' || group[0] == '\'') && ascii::is_upper(group[1])) {
      rule.priority = kCapturePriority;
      return;
    }
  }
}

void RuleLoader::define(RuleState& rule, RuleType type) {
  rule.rule.defined = true;
  rule.rule.type = type;
  rule.rule.where = here();
  if (!rule.priority) rule.priority = 0;
}

void RuleLoader::pattern_rule(std::string_view name, std::string_view text, RuleType type) {
  if (!good_rule_name(name)) return;
  RuleState& rule = state(name);
  const std::string with_templates = take_templates(rule, text);
  note_captures(rule, with_templates);
  auto pattern = compile(name, with_templates);
  if (!pattern) return;
  rule.pattern = std::move(*pattern);
  define(rule, type);
}

void RuleLoader::header_rule(std::string_view name, std::string_view text) {
  if (!good_rule_name(name)) return;
  RuleState& rule = state(name);
  if (rule.rule.defined) {
    rule.rule.exists = rule.rule.negated = false;
    rule.rule.if_unset.reset();
  }
  // /[\w.-]+/ and modifiers: "From:addr", "X-Foo:"
  const auto header_end = [](std::string_view line) {
    std::size_t end = 0;
    while (end < line.size() && (ascii::is_word(line[end]) || line[end] == '.' || line[end] == '-')) ++end;
    return end;
  };
  if (text.starts_with("exists:")) {
    std::string_view header = text.substr(7);
    const std::size_t end = header_end(header);
    if (end == 0 || header.substr(end).size() > 1 || (end < header.size() && header[end] != ':')) {
      error("'" + std::string(header) + "' is no header name", "write exists:Header-Name");
      return;
    }
    rule.rule.header = header.substr(0, end);
    rule.rule.exists = true;
    define(rule, RuleType::header);
    return;
  }

  // ^([\w.-]+(?:\:|(?:\:[a-z]+){1,2})?)\s*([=!]~)\s*(.+)$
  std::size_t end = header_end(text);
  const std::size_t name_end = end;
  std::vector<std::string_view> modifiers;
  while (end < text.size() && text[end] == ':' && modifiers.size() < 2) {
    std::size_t word = end + 1;
    while (word < text.size() && ascii::is_lower(text[word])) ++word;
    if (word == end + 1) break;
    modifiers.push_back(text.substr(end + 1, word - end - 1));
    end = word;
  }
  std::string_view request = text.substr(0, end);
  if (modifiers.empty() && end < text.size() && text[end] == ':') ++end;
  const std::string_view rest = ascii::trim_left(text.substr(end));
  const std::string_view after = rest.size() > 2 ? ascii::trim_left(rest.substr(2)) : std::string_view();
  if (name_end == 0 || !(rest.starts_with("=~") || rest.starts_with("!~")) || after.empty()) {
    error("'" + std::string(text) + "' is no header rule",
          "write Header =~ /PATTERN/, Header !~ /PATTERN/, exists:Header or eval:function()");
    return;
  }
  for (const std::string_view modifier : modifiers) {
    if (is_modifier(modifier)) continue;
    error("':" + std::string(modifier) + "' is no modifier of a header",
          "use raw, addr, name, host, domain, ip, revip, first or last");
    return;
  }

  std::string_view pattern_text = after;
  if (auto unset = take_if_unset(pattern_text)) rule.rule.if_unset = std::move(*unset);
  const std::string with_templates = take_templates(rule, pattern_text);
  note_captures(rule, with_templates);
  auto pattern = compile(name, with_templates);
  if (!pattern) return;
  rule.pattern = std::move(*pattern);
  rule.rule.header = request;
  rule.rule.negated = rest.starts_with('!');
  define(rule, RuleType::header);
}

void RuleLoader::eval_rule(std::string_view name, std::string_view text, RuleType type) {
  if (!good_rule_name(name)) return;
  RuleState& rule = state(name);
  rule.eval_text = text;
  eval_to_rule_[std::string(text.substr(0, text.find('(')))].emplace_back(name);
  define(rule, type);
}

void RuleLoader::empty_rule(std::string_view name) {
  if (good_rule_name(name)) define(state(name), RuleType::empty);
}

void RuleLoader::meta_rule(std::string_view value) {
  std::string_view name, text;
  if (!split_rule_line("meta", value, name, text)) return;
  for (std::size_t star = text.find('*'); star != std::string_view::npos; star = text.find('*', star + 1)) {
    if (ascii::trim_left(text.substr(star + 1)).starts_with('*')) {
      error("the operator ** is not allowed in a meta");
      return;
    }
  }
  if (!good_rule_name(name)) return;
  if (const auto meta = parse_meta(text, {}); !meta) {
    error("the meta " + std::string(name) + " cannot be read: " + meta.error().what, meta.error().remedy);
    return;
  }
  RuleState& rule = state(name);
  rule.rule.meta_source = text;
  define(rule, RuleType::meta);
}

void RuleLoader::score(std::string_view value) {
  const auto words = split_space(value);
  if (words.size() != 2 && words.size() != 5) {
    error("'score' needs a rule name and one or four numbers");
    return;
  }
  bool relative = false;
  std::array<double, 4> numbers{};
  for (std::size_t i = 0; i < 4; ++i) {
    std::string_view number = words[std::min(i + 1, words.size() - 1)];
    if (number.size() > 2 && number.starts_with('(') && number.ends_with(')') &&
        is_score(number.substr(1, number.size() - 2))) {
      relative = true;
      number = number.substr(1, number.size() - 2);
    }
    if (!is_score(number)) {
      error("'" + std::string(number) + "' is no score",
            "write 1.5, -1.5 or, relative to the score so far, (1.5)");
      return;
    }
    numbers[i] = perl_number(number);
  }
  RuleState& rule = state(words[0]);
  if (relative && !rule.rule.score_defined) {
    error("the score of " + std::string(words[0]) + " is relative, but it has none yet",
          "give it a score first");
    return;
  }
  for (std::size_t i = 0; i < 4; ++i)
    rule.rule.scores[i] = (relative ? rule.rule.scores[i] : 0.0) + numbers[i];
  rule.rule.score_defined = true;
}

void RuleLoader::describe(std::string_view value) {
  std::string_view name, text;
  if (!split_rule_line("describe", value, name, text)) return;
  RuleState& rule = state(name);
  rule.rule.describe = text;
  rule.described = true;
}

void RuleLoader::tflags(std::string_view value) {
  std::string_view name, text;
  if (!split_rule_line("tflags", value, name, text)) return;
  state(name).tflags = text;
}

void RuleLoader::priority(std::string_view value) {
  const auto [name, text] = first_word(value);
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (!is_rule_name(name) || !is_digits(digits) || digits.size() > 9) {
    error("'priority' needs a rule name and a whole number");
    return;
  }
  state(name).priority = static_cast<int>(perl_number(text));
}

void RuleLoader::test(std::string_view value) {
  const auto [name, rest] = first_word(value);
  const auto [verdict, text] = first_word(rest);
  if (verdict != "ok" && verdict != "fail") {
    warn("'test' needs a rule name, ok or fail, and a text");
    return;
  }
  state(name).rule.tests.push_back(
      {.should_match = verdict == "ok", .text = std::string(text), .where = here()});
}

}  // namespace thresh
