// Options that every subcommand takes, and what they lead to: settings, rules, a scanner.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/settings.h"
#include "engine/scan/scanner.h"

namespace thresh::command {

// Exit statuses (docs: interfaces).
inline constexpr int done = 0;
inline constexpr int input_trouble =
    1;                                 // something in the input could not be handled; named on standard error
inline constexpr int wrong_usage = 2;  // wrong usage or configuration
inline constexpr int found_spam = 5;   // scan --exit-code

struct CommonOptions {
  std::vector<std::string> rule_paths;
  std::string config_file;
  std::vector<std::string> overrides;

  void add_to(CLI::App& app);
  // --config and --set alone, for what needs no rules.
  void add_settings_to(CLI::App& app);
  [[nodiscard]] Result<Settings> settings() const;
  // Paths given by --rules, else the setting rules.paths.
  [[nodiscard]] std::vector<std::string> paths(const Settings& settings) const;
};

// `check_patterns`: try every pattern, used or not; a Scanner tries those that are used. `notes` receives
// what there is to say when loading fails.
[[nodiscard]] Result<RuleSet> load_rules(const CommonOptions& options, const Settings& settings,
                                         bool check_patterns, std::vector<LintNote>* notes = nullptr);
[[nodiscard]] Result<std::unique_ptr<const Scanner>> make_scanner(RuleSet rules, const Settings& settings);
// Where compiled databases are kept; empty for nowhere.
[[nodiscard]] std::string cache_directory(const Settings& settings);
// What there is to say about rules that load all the same, on standard error; the first few, then how many
// more.
void warn_of_rules(std::span<const LintNote> notes);
// "thresh: where: what (remedy)" on standard error.
void complain(const Error& error);

}  // namespace thresh::command
