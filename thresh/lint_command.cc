// thresh lint: reads rules as a scan would and says everything a rule author should know: errors, warnings,
// and each directive that is understood but not acted on, with file:line and the reason.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/scan/rule_tests.h"
#include "thresh/commands.h"
#include "thresh/options.h"

namespace thresh::command {
namespace {

struct LintOptions {
  CommonOptions common;
  bool json = false;
};

std::string_view word(LintNote::Kind kind) {
  switch (kind) {
    case LintNote::Kind::not_acted_on:
      return "not acted on";
    case LintNote::Kind::warning:
      return "warning";
    case LintNote::Kind::error:
      return "error";
  }
  return "";
}

void print_json(std::string_view kind, std::string_view where, std::string_view what) {
  const nlohmann::ordered_json line{{"kind", kind}, {"where", where}, {"what", what}};
  fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

int run(const LintOptions& options) {
  const auto settings = options.common.settings();
  if (!settings) {
    complain(settings.error());
    return wrong_usage;
  }
  std::vector<LintNote> notes;
  auto rules = load_rules(options.common, *settings, true, &notes);
  if (rules) notes.assign(rules->notes().begin(), rules->notes().end());
  for (const LintNote& note : notes) {
    if (options.json)
      print_json(word(note.kind), note.where.text(), note.what);
    else
      fmt::print("{}: {}: {}\n", note.where.text(), word(note.kind), note.what);
  }
  if (!rules) {
    complain(rules.error());
    return wrong_usage;
  }
  const std::size_t files = rules->files().size();
  std::size_t active = 0;
  for (const Rule& rule : rules->rules()) active += rules->is_active(rule) && rule.type != RuleType::empty;
  auto scanner = make_scanner(std::move(*rules), *settings);
  if (!scanner) {
    if (options.json) print_json("error", scanner.error().where, scanner.error().what);
    complain(scanner.error());
    return wrong_usage;
  }
  const MatchStatistics& match = (*scanner)->statistics();
  int status = done;
  for (const RuleTestOutcome& outcome : run_rule_tests(**scanner)) {
    if (outcome.passed || !outcome.ran) continue;
    status = input_trouble;
    const std::string what =
        fmt::format("test of {} fails: it {} on \"{}\"", outcome.rule->name,
                    outcome.test->should_match ? "does not hit" : "hits", outcome.test->text);
    if (options.json)
      print_json("failed test", outcome.test->where.text(), what);
    else
      fmt::print("{}: {}\n", outcome.test->where.text(), what);
  }
  if (!options.json) {
    for (const IdleRule& idle : (*scanner)->idle_rules())
      if (idle.reason.find("score is 0") == std::string::npos)
        fmt::print("{}: does not run: {}\n", idle.rule, idle.reason);
    fmt::print(
        "{} files, {} rules ({} active), {} patterns: {} tried where what they require stands, {} tried on "
        "every text; {} notes\n",
        files, (*scanner)->rules().rules().size(), active, match.patterns, match.filtered, match.always,
        notes.size());
    if (!match.cache_fault.empty()) fmt::print("compiled patterns are not kept: {}\n", match.cache_fault);
  }
  return status;
}

}  // namespace

void add_lint(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("lint", "Read rules and say what is wrong, odd or not acted on");
  auto options = std::make_shared<LintOptions>();
  options->common.add_to(*command);
  command->add_flag("--json", options->json, "One JSON object a line");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace thresh::command
