#include "thresh/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "thresh/scan_output.h"

namespace thresh::command {

void CommonOptions::add_to(CLI::App& app) {
  app.add_option("--rules", rule_paths,
                 "A .cf file or a directory of them; repeatable; replaces the default rules")
      ->type_name("PATH")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  add_settings_to(app);
}

void CommonOptions::add_settings_to(CLI::App& app) {
  app.add_option("--config", config_file, "Settings file")->type_name("FILE");
  app.add_option("--set", overrides, "A setting, as table.key=value; repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

Result<Settings> CommonOptions::settings() const {
  static const std::string system_file = "/etc/thresh/thresh.toml";
  std::error_code error;
  const std::string file = !config_file.empty()                          ? config_file
                           : std::filesystem::exists(system_file, error) ? system_file
                                                                         : std::string();
  return Settings::load(file, overrides);
}

std::vector<std::string> CommonOptions::paths(const Settings& settings) const {
  return rule_paths.empty() ? settings.list("rules.paths") : rule_paths;
}

Result<RuleSet> load_rules(const CommonOptions& options, const Settings& settings, bool check_patterns,
                           std::vector<LintNote>* notes) {
  LoadOptions load;
  load.lang = settings.text("rules.lang");
  load.check_patterns = check_patterns;
  return RuleSet::load(options.paths(settings), load, notes);
}

std::string cache_directory(const Settings& settings) {
  const std::string& set = settings.text("cache.directory");
  if (set == "off") return {};
  if (!set.empty()) return set;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/')
    return std::string(xdg) + "/thresh";
  if (geteuid() == 0) return "/var/cache/thresh";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.cache/thresh";
  return {};
}

Result<std::unique_ptr<const Scanner>> make_scanner(RuleSet rules, const Settings& settings) {
  return Scanner::make(std::move(rules),
                       {.cache_dir = cache_directory(settings),
                        .required_score = settings.number("scan.required_score"),
                        .reject_score = settings.number("scan.reject_score"),
                        .max_full_size = static_cast<std::size_t>(settings.integer("scan.max_full_size"))});
}

// Nothing that is passed over is passed over in silence. Directives that are understood and not acted on are
// lint's.
void warn_of_rules(std::span<const LintNote> notes) {
  constexpr std::size_t most_shown =
      10;  // a rule set with more needs lint, and the verdicts should stay in sight
  std::size_t warnings = 0;
  for (const LintNote& note : notes)
    if (note.kind != LintNote::Kind::not_acted_on && ++warnings <= most_shown)
      complain({.what = note.what, .where = note.where.text(), .remedy = {}});
  if (warnings > most_shown)
    fmt::print(stderr, "thresh: {} more warnings; `thresh lint` names all\n", warnings - most_shown);
}

// Names of files and bytes of rules may hold anything; a terminal is not driven by them.
void complain(const Error& error) {
  fmt::print(stderr, "thresh: {}\n", printable(error.text()));
}

}  // namespace thresh::command
