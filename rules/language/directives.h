// Every directive Thresh knows, in one table: which plugin brings it, what its value must look like, whether
// Thresh acts on it and, where not, why. From Conf.pm, Conf/Parser.pm and the plugins of SpamAssassin 4.0.1.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace thresh {

// What a value must look like; value.h checks it. `rule` lines are read by the loader.
enum class ValueKind : std::uint8_t {
  rule,
  anything,
  text,
  flag,
  number,
  duration,
  whole_number,
  range,
  whole_range,
  key_and_value,
  addresses,
  template_line,
  nothing,
  words,
  networks,
  two_words,
  one_or_two_words,
  two_or_more,
  three_or_more,
  three_words,
  three_words_and_rest,
  list_and_items,
  rule_and_items,
  digit_to_1,
  digit_to_2,
  pattern,
  bare_pattern,
  tlds,
  tlds_2,
  tlds_3,
  rewrite_header,
  add_header,
  remove_header,
  dns_available,
  dns_server,
  ports,
  dns_options,
  dns_query_restriction,
  dns_block_rule,
  token_sources,
  lock_method,
  rbl_timeout,
  file_mode,
  module,
  geodb_module,
  country_db_type,
  geodb_options,
  asn_lookup,
  authres_networks,
  adsp_override,
  option_text,
  extracttext_timeout,
  domain_aliases,
  languages,
  mail_address,
  host_and_port,
  block_countries,
  block_continents,
  freemail_domains,
  freemail_welcomelist,
};

enum class DirectiveUse : std::uint8_t {
  rules,  // read while the rules are loaded
  scan,   // kept in the RuleSet for what scans messages
  none,   // understood, kept, and not acted on: `why` says why
};

struct DirectiveInfo {
  std::string_view name;    // canonical; a trailing _ stands for a family (bayes_stopword_en)
  std::string_view plugin;  // who brings it; empty: Mail::SpamAssassin::Conf itself
  ValueKind kind = ValueKind::anything;
  DirectiveUse use = DirectiveUse::none;
  std::string_view why = {};  // for DirectiveUse::none
  double low = 0, high = 0;   // of range and whole_range
};

// What a line removes from lines before it.
enum class Removal : std::uint8_t {
  all,               // clear_…: every line of the targets
  all_or_words,      // all of them, or only the words given
  words,             // the words given
  first_words,       // lines whose first word is among the words given
  first_and_second,  // lines with this first and second word (second: "" when absent)
  list_items,        // "(LIST) word ...": the words from that list, or from every list when none is named
};
struct DirectiveRemoval {
  std::string_view name;
  Removal how;
  std::string_view targets[3] = {};
};

// The tables, each sorted by name; a name may occur once a plugin.
[[nodiscard]] std::span<const DirectiveInfo> core_directives();
[[nodiscard]] std::span<const DirectiveInfo> plugin_directives();

// whitelist_from → welcomelist_from; any other name stays as it is.
[[nodiscard]] std::string_view canonical_directive(std::string_view name);
// The entry for a canonical name whose plugin `loaded` accepts; `owner` is then left alone. Null otherwise,
// with `owner` set to an entry of a plugin that is not loaded, or to null when nobody knows the name.
template <typename Loaded>
[[nodiscard]] const DirectiveInfo* find_directive(std::string_view name, const Loaded& loaded,
                                                  const DirectiveInfo*& owner);
// Null for directives that remove nothing.
[[nodiscard]] const DirectiveRemoval* find_removal(std::string_view name);

namespace detail {
[[nodiscard]] std::span<const DirectiveInfo> directives_named(std::span<const DirectiveInfo> table,
                                                              std::string_view name);
}  // namespace detail

template <typename Loaded>
const DirectiveInfo* find_directive(std::string_view name, const Loaded& loaded,
                                    const DirectiveInfo*& owner) {
  owner = nullptr;
  const auto ours = detail::directives_named(plugin_directives(), name);
  for (const DirectiveInfo& info : ours)
    if (loaded(info.plugin)) return &info;
  const auto core = detail::directives_named(core_directives(), name);
  if (!core.empty()) return &core.front();
  if (!ours.empty()) owner = &ours.front();
  return nullptr;
}

}  // namespace thresh
