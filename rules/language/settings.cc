// Settings that other rooms interpret: kept line by line, with lines that take something back applied to
// them.
#include <algorithm>

#include "engine/base/ascii.h"
#include "rules/language/perl_text.h"
#include "rules/language/rule_loader.h"

namespace thresh {
namespace {

using Words = std::vector<std::string_view>;

bool contains_word(const Words& words, std::string_view word) {
  return std::ranges::any_of(words, [word](std::string_view other) { return ascii::iequals(other, word); });
}

// `value` without its words that are among `gone`; the text between the others stays as written.
std::string without_words(std::string_view value, const Words& gone) {
  std::string kept;
  for (const std::string_view word : split_space(value)) {
    if (contains_word(gone, word)) continue;
    if (!kept.empty()) kept += ' ';
    kept += word;
  }
  return kept;
}

// "(LIST) item ..." → LIST and the items; no list: an empty name and all words.
std::pair<std::string_view, std::string_view> list_and_items(std::string_view value) {
  if (!value.starts_with('(')) return {{}, value};
  for (std::size_t close = value.find(')', 2); close != std::string_view::npos;
       close = value.find(')', close + 1))
    if (close + 2 < value.size() && ascii::is_space(value[close + 1]))
      return {value.substr(1, close - 1), ascii::trim_left(value.substr(close + 1))};
  return {{}, value};
}

std::string_view without_bang(std::string_view word) {
  if (word.starts_with('!')) word.remove_prefix(1);
  return word;
}

// Lists by their own directive: blocklist_uri_host x is enlist_uri_host (BLOCK) x.
std::string_view list_of_line(const Directive& line) {
  if (line.name == "blocklist_uri_host") return "BLOCK";
  if (line.name == "welcomelist_uri_host") return "WELCOME";
  return list_and_items(line.value).first;
}

}  // namespace

std::string_view RuleLoader::current(std::string_view name) const {
  return set_.setting(name);
}

void RuleLoader::keep(std::string_view name, std::string_view value) {
  set_.directives_[std::string(name)].push_back(
      {.name = std::string(name), .value = std::string(value), .where = here(), .sequence = sequence_++});
}

void RuleLoader::setting(const DirectiveInfo& info, std::string_view value) {
  if (const DirectiveRemoval* removal = find_removal(info.name)) {
    remove(*removal, value);
    return;
  }
  if (info.plugin == "ReplaceTags") {
    replace_tags_setting(info.name, value);
  } else if (info.plugin == "URILocalBL") {
    uri_block(info.name, value);
  }
  if (info.name == "freemail_domains" || info.name == "freemail_welcomelist") {
    for (const std::string_view word : split_space(value)) {
      const bool domain =
          word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.*?-") ==
          std::string_view::npos;
      if (info.name == "freemail_domains" && !domain)
        warn("'" + std::string(word) + "' is no domain and is ignored");
    }
  }
  keep(info.name, value);
}

void RuleLoader::replace_tags_setting(std::string_view name, std::string_view value) {
  if (name == "replace_start" || name == "replace_end") {
    const auto bracket = plain_bracket(value);
    if (!bracket) error("'" + std::string(name) + "' is a pattern", "use plain characters, such as < or [[");
    if (bracket) (name == "replace_start" ? replace_tags_.start : replace_tags_.end) = *bracket;
    return;
  }
  auto& values = name == "replace_tag"     ? replace_tags_.tags
                 : name == "replace_pre"   ? replace_tags_.pre
                 : name == "replace_inter" ? replace_tags_.inter
                                           : replace_tags_.post;
  const auto [tag, text] = first_word(value);
  values.insert_or_assign(std::string(tag), std::string(text));
}

void RuleLoader::remove(const DirectiveRemoval& removal, std::string_view value) {
  const Words gone = split_space(value);
  const auto [list, items] = list_and_items(value);
  Words hosts;
  for (const std::string_view word : split_space(items)) hosts.push_back(without_bang(word));

  // Rewrites the value of one line; empty: the line goes.
  const auto rewrite = [&](const Directive& line) -> std::string {
    const auto [first, rest] = first_word(line.value);
    switch (removal.how) {
      case Removal::all:
        return {};
      case Removal::all_or_words:
        return gone.empty() ? std::string() : without_words(line.value, gone);
      case Removal::words:
        return without_words(line.value, gone);
      case Removal::first_words:
        return contains_word(gone, first) ? std::string() : line.value;
      case Removal::first_and_second: {
        const std::string_view second = gone.size() > 1 ? gone[1] : std::string_view();
        const bool same = !gone.empty() && ascii::iequals(first, gone[0]) && ascii::iequals(rest, second);
        return same ? std::string() : line.value;
      }
      case Removal::list_items: {
        const std::string_view own = list_of_line(line);
        const bool no_case = removal.name == "fns_remove_addrlist";
        if (!list.empty() && !(no_case ? ascii::iequals(list, own) : list == own)) return line.value;
        std::string kept;
        const auto [prefix, own_items] = list_and_items(line.value);
        for (const std::string_view word : split_space(own_items)) {
          if (contains_word(hosts, without_bang(word))) continue;
          if (!kept.empty()) kept += ' ';
          kept += word;
        }
        if (kept.empty() || prefix.empty()) return kept;
        return "(" + std::string(prefix) + ") " + kept;
      }
    }
    return line.value;
  };

  for (const std::string_view target : removal.targets) {
    const auto found = set_.directives_.find(target);
    if (target.empty() || found == set_.directives_.end()) continue;
    std::vector<Directive> kept;
    for (Directive& line : found->second) {
      line.value = rewrite(line);
      if (!line.value.empty()) kept.push_back(std::move(line));
    }
    found->second = std::move(kept);
  }
}

}  // namespace thresh
