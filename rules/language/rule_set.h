// `.cf` and `.pre` text → RuleSet: every rule and every setting that concerns rules, as
// Mail::SpamAssassin::Conf and the loaded plugins define them. Plain data; immutable once loaded; shared by
// all threads.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "rules/language/rule.h"

namespace thresh {

// A directive that was understood and not acted on, or something a rule author should know. An error is a
// line that SpamAssassin refuses. A line whose plugin is not loaded is passed over with an error note, as
// SpamAssassin does; any other error means that there is no RuleSet.
struct LintNote {
  enum class Kind { not_acted_on, warning, error };
  Kind kind = Kind::warning;
  SourceLocation where;
  std::string what;
};

// A directive with its arguments as written after it, for settings that another room interprets
// (freemail_domains, welcomelist_from, trusted_networks, util_rb_2tld, ...). In the order read.
//
// Lines that take something back are applied, and never appear themselves: clear_* (trusted_networks,
// internal_networks, msa_networks, originating_ip_headers, util_rb, url_shortener, uridnsbl_skip_domain,
// asn_lookups, dns_servers, dns_query_restriction, headers, report templates), unwelcomelist_*,
// unblocklist_from, delist_uri_host, fns_remove_addrlist. The words they name are gone from `value`; a line
// without words left is gone as a whole. Kept in order, for whoever acts on them: remove_header, "!" entries
// of enlist_uri_host, trusted_networks and the like.
struct Directive {
  std::string name;  // canonical, lower case: whitelist_from arrives as welcomelist_from
  std::string value;
  SourceLocation where;
  std::uint32_t sequence = 0;  // place among the directives of all names
};

struct LoadOptions {
  bool network = false;  // score sets 1 and 3
  bool bayes = false;    // score sets 2 and 3
  // As LANGUAGE or LC_ALL would give it: `lang` lines match by their beginning, without case. "C" stands for
  // en_US.
  std::string lang = "en_US";
  // Used where no .pre file is among the paths: the plugins of Debian's default .pre files.
  bool default_plugins = true;
  // Pass over every broken line with an error note and go on, as SpamAssassin does outside --lint.
  bool tolerate_errors = false;
  // Compile every pattern to see whether it can be used. Without it, a pattern that cannot is found when a
  // Scanner is made of the rules: a start with compiled databases at hand need not do it again.
  bool check_patterns = true;
};

// Bounds, each far above what rule sets in use need (the stock rules: 1.7 MB in 63 files).
inline constexpr std::size_t kMaxRuleFileBytes = 64u << 20;
inline constexpr std::size_t kMaxRuleFiles = 10'000;
inline constexpr int kMaxIncludeDepth = 50;
inline constexpr std::size_t kMaxLintNotes = 100'000;

class RuleSet {
 public:
  // `paths`: .cf/.pre files or directories. All *.pre of all paths first, then all *.cf in the order of the
  // paths, by name within one. Errors carry file:line; a set with an error is not returned. A file is read
  // once, however often it is named. `notes`, when given, receives every note, also when the load fails with
  // several errors.
  [[nodiscard]] static Result<RuleSet> load(std::span<const std::string> paths,
                                            const LoadOptions& options = {},
                                            std::vector<LintNote>* notes = nullptr);
  // The same from text, for tests and in-file use; `name` stands for the file in locations.
  [[nodiscard]] static Result<RuleSet> parse(std::string_view text, std::string_view name,
                                             const LoadOptions& options = {},
                                             std::vector<LintNote>* notes = nullptr);

  // All rules that are defined, by name order; those with score 0 in the active set included (they do not
  // run).
  [[nodiscard]] std::span<const Rule> rules() const { return rules_; }
  [[nodiscard]] const Rule* find(std::string_view name) const;
  // Settings with the given name, in order. Names of multi-valued settings keep every line; clear_* already
  // applied.
  [[nodiscard]] std::span<const Directive> directives(std::string_view name) const;
  // The last value of a single-valued setting, or `fallback`.
  [[nodiscard]] std::string_view setting(std::string_view name, std::string_view fallback = {}) const;
  // The same as a number; durations ("5m") in seconds.
  [[nodiscard]] double number(std::string_view name, double fallback) const;
  // The same as yes or no.
  [[nodiscard]] bool flag(std::string_view name, bool fallback) const;
  [[nodiscard]] bool has_plugin(std::string_view name) const;  // "HeaderEval" or with the full package name
  [[nodiscard]] std::span<const LintNote> notes() const { return notes_; }
  [[nodiscard]] int score_set() const { return score_set_; }
  [[nodiscard]] double score(const Rule& rule) const {
    return rule.scores[static_cast<std::size_t>(score_set_)];
  }
  // SpamAssassin runs a rule when its score in the active set is not 0.
  [[nodiscard]] bool is_active(const Rule& rule) const { return score(rule) != 0; }
  [[nodiscard]] double required_score() const { return required_score_; }
  // The files read, in order.
  [[nodiscard]] std::span<const std::string> files() const { return files_; }

 private:
  friend class RuleLoader;
  std::vector<Rule> rules_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::map<std::string, std::vector<Directive>, std::less<>> directives_;
  std::set<std::string, std::less<>> plugins_;
  std::vector<LintNote> notes_;
  std::vector<std::string> files_;
  int score_set_ = 0;
  double required_score_ = 5.0;
};

}  // namespace thresh
