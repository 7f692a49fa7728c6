// Rule lines that plugins bring: MIMEHeader, URIDetail, AskDNS, Reuse, Shortcircuit, URILocalBL, ReplaceTags.
#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "rules/language/perl_text.h"
#include "rules/language/plugins.h"
#include "rules/language/rule_loader.h"

namespace thresh {
namespace {

// The order in which URIDetail::check_uri_detail looks at them.
constexpr std::array<std::string_view, 6> kUriDetailKeys = {"raw",  "type",   "cleaned",
                                                            "text", "domain", "host"};

struct UriDetailMatch {
  std::size_t end = 0;
  std::string_view key, pattern;
  bool negated = false;
};

// \b(\w+)\b\s*([\=\!]\~)\s*((?:/.*?/|m(\W).*?\4)[imsx]*)(?=\s|$) with its word beginning at `at`.
std::optional<UriDetailMatch> uri_detail_at(std::string_view text, std::size_t at) {
  std::size_t i = at;
  while (i < text.size() && ascii::is_word(text[i])) ++i;
  UriDetailMatch found;
  found.key = text.substr(at, i - at);
  const auto skip_space = [&] {
    while (i < text.size() && ascii::is_space(text[i])) ++i;
  };
  skip_space();
  if (i + 1 >= text.size() || (text[i] != '=' && text[i] != '!') || text[i + 1] != '~') return {};
  found.negated = text[i] == '!';
  i += 2;
  skip_space();
  const std::size_t begin = i;
  if (i < text.size() && text[i] == 'm') ++i;
  if (i >= text.size()) return {};
  const char delimiter = text[i];
  if (i == begin ? delimiter != '/' : ascii::is_word(delimiter)) return {};
  for (std::size_t close = text.find(delimiter, i + 1); close != std::string_view::npos;
       close = text.find(delimiter, close + 1)) {
    std::size_t end = close + 1;
    while (end < text.size() && std::string_view("imsx").contains(text[end])) ++end;
    if (end < text.size() && !ascii::is_space(text[end])) continue;
    found.pattern = text.substr(begin, end - begin);
    found.end = end;
    return found;
  }
  return {};
}

}  // namespace

void RuleLoader::mimeheader(std::string_view value) {
  std::string_view name, text;
  if (!split_rule_line("mimeheader", value, name, text)) return;
  if (!is_rule_name(name)) {
    error("'" + std::string(name) + "' is no rule name",
          "use letters, digits and _, not beginning with a digit");
    return;
  }
  // ^([^:\s]+(?:\:(?:raw)?)?)\s*([=!]~)\s*(.+)$, the name as long as possible.
  std::size_t longest = 0;
  while (longest < text.size() && text[longest] != ':' && !ascii::is_space(text[longest])) ++longest;
  std::size_t header_end = 0, operator_at = std::string_view::npos;
  const auto operator_after = [&](std::size_t from) {
    while (from < text.size() && ascii::is_space(text[from])) ++from;
    const bool here =
        from + 2 < text.size() && (text[from] == '=' || text[from] == '!') && text[from + 1] == '~';
    return here ? from : std::string_view::npos;
  };
  for (std::size_t end = longest; end > 0 && operator_at == std::string_view::npos; --end) {
    header_end = end;
    if (text.substr(end).starts_with(":raw") && operator_after(end + 4) != std::string_view::npos) {
      header_end = end + 4;
      operator_at = operator_after(end + 4);
    } else if (text.substr(end).starts_with(':') && operator_after(end + 1) != std::string_view::npos) {
      operator_at = operator_after(end + 1);
    } else {
      operator_at = operator_after(end);
    }
  }
  if (operator_at == std::string_view::npos) {
    error("'" + std::string(text) + "' is no mimeheader rule",
          "write Header =~ /PATTERN/ or Header !~ /PATTERN/");
    return;
  }
  RuleState::MimeHeader line;
  line.header = text.substr(0, header_end);
  line.negated = text[operator_at] == '!';
  std::string_view pattern_text = ascii::trim_left(text.substr(operator_at + 2));
  if (auto unset = take_if_unset(pattern_text)) line.if_unset = std::move(*unset);
  auto pattern = compile(name, pattern_text, true);
  if (!pattern) return;
  RuleState& rule = state(name);
  line.pattern = std::move(*pattern);
  rule.mimeheader = std::move(line);
  // A second line changes the test, but not what kind of rule the name has become since.
  if (rule.mimeheader_hook) {
    if (rule.rule.type == RuleType::mimeheader) rule.rule.where = here();
    return;
  }
  rule.mimeheader_hook = true;
  if (!good_rule_name(name)) return;
  define(rule, RuleType::mimeheader);
  note_captures(rule, rule.mimeheader.pattern.source);
}

void RuleLoader::uri_detail(std::string_view value) {
  std::string_view name, text;
  if (!split_rule_line("uri_detail", value, name, text) || !good_rule_name(name)) return;
  RuleState& rule = state(name);
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const bool word_begins = ascii::is_word(text[at]) && (at == 0 || !ascii::is_word(text[at - 1]));
    const auto found = word_begins ? uri_detail_at(text, at) : std::nullopt;
    if (!found) {
      ++at;
      continue;
    }
    at = found->end;
    if (std::ranges::find(kUriDetailKeys, found->key) == kUriDetailKeys.end()) {
      error("'" + std::string(found->key) + "' is nothing that uri_detail tests",
            "use raw, type, cleaned, text, domain or host");
      return;
    }
    auto pattern = compile(name, found->pattern, true);
    if (!pattern) return;
    // Lines add to each other; the last condition on a key counts.
    std::erase_if(rule.uri_conditions, [&](const UriDetailCondition& old) { return old.key == found->key; });
    rule.uri_conditions.push_back(
        {.key = std::string(found->key), .negated = found->negated, .pattern = std::move(*pattern)});
    any = true;
  }
  if (!any) {
    error("'" + std::string(text) + "' has no condition that uri_detail understands",
          "write text =~ /PATTERN/ and the like");
    return;
  }
  std::ranges::sort(rule.uri_conditions, {}, [](const UriDetailCondition& condition) {
    return std::ranges::find(kUriDetailKeys, condition.key) - kUriDetailKeys.begin();
  });
  define(rule, RuleType::uri_detail);
}

void RuleLoader::askdns(std::string_view value) {
  static constexpr std::string_view kTypes[] = {
      "ANY",   "A",     "AAAA",       "MX",    "TXT",   "PTR",  "NAPTR", "NS",       "SOA",  "CERT",
      "CNAME", "DNAME", "DHCID",      "HINFO", "MINFO", "RP",   "HIP",   "IPSECKEY", "KX",   "LOC",
      "GPOS",  "SRV",   "OPENPGPKEY", "SSHFP", "SPF",   "TLSA", "URI",   "CAA",      "CSYNC"};
  const auto words = split_space(value);
  if (words.size() < 2) {
    error("'askdns' needs a rule name and a query", "write askdns NAME QUERY [TYPE [TEST]]");
    return;
  }
  if (words.size() > 2) {
    std::string types = ascii::upper(words[2]);
    std::ranges::replace(types, ',', ' ');
    for (const std::string_view type : split_space(types)) {
      if (std::ranges::find(kTypes, type) != std::end(kTypes)) continue;
      error("'" + std::string(type) + "' is no DNS type that askdns knows");
      return;
    }
  }
  keep("askdns", value);
  empty_rule(words[0]);
}

void RuleLoader::reuse(std::string_view value) {
  const auto words = split_space(value);
  if (set_.plugins_.contains("Reuse")) {
    if (words.empty() || !std::ranges::all_of(words, is_rule_name)) {
      error("'reuse' needs rule names");
      return;
    }
    for (const std::string_view word : words) reuse_[std::string(words[0])].emplace_back(word);
    return;
  }
  // /\s*(\w+)(?:\s+(?:\w+(?:\s+\w+)*))?\s*$/ takes the name from the last words that are nothing but \w.
  std::string_view name;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    std::size_t tail = word->size();
    while (tail > 0 && ascii::is_word((*word)[tail - 1])) --tail;
    if (tail == word->size()) break;
    name = word->substr(tail);
    if (tail > 0) break;
  }
  if (name.empty()) {
    error("'reuse' needs rule names");
    return;
  }
  if (defined_state(name) == nullptr) empty_rule(name);
}

void RuleLoader::shortcircuit(std::string_view value) {
  const auto words = split_space(value);
  const auto all_word = [](std::string_view word) { return std::ranges::all_of(word, ascii::is_word); };
  const bool form = words.size() == 2 && all_word(words[0]);
  if (!form || (words[1] != "ham" && words[1] != "spam" && words[1] != "on" && words[1] != "off")) {
    error("'shortcircuit' needs a rule name and ham, spam, on or off");
    return;
  }
  keep("shortcircuit", value);
  if (words[1] != "ham" && words[1] != "spam") return;
  RuleState& rule = state(words[0]);
  if (rule.priority.value_or(0) == 0) rule.priority = -200;
  if (!rule.tflags.empty()) rule.tflags += ' ';
  rule.tflags += words[1] == "ham" ? "nice noautolearn" : "noautolearn";
}

// uri_block_cc and its like each make the name a rule of check_uri_local_bl().
void RuleLoader::uri_block(std::string_view key, std::string_view value) {
  if (!key.starts_with("uri_block_")) return;
  const std::string_view name = first_word(value).first;
  eval_rule(name, "check_uri_local_bl()", RuleType::body_eval);
  if (RuleState* rule = defined_state(name)) rule->priority = -100;
}

void RuleLoader::replace_rules(std::string_view value) {
  if (value.empty()) {
    error("'replace_rules' needs rule names");
    return;
  }
  for (const std::string_view name : split_space(value)) replace_rules_.emplace(name);
}

}  // namespace thresh
