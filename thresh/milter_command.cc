// thresh milter: answers Postfix, until it is told to stop.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "milter/server.h"
#include "thresh/commands.h"
#include "thresh/options.h"

namespace thresh::command {
namespace {

Result<std::shared_ptr<const milter::Generation>> load(const CommonOptions& options) {
  auto settings = options.settings();
  if (!settings) return std::unexpected(settings.error());
  std::vector<LintNote> notes;
  auto rules = load_rules(options, *settings, false, &notes);
  if (!rules) return std::unexpected(rules.error());
  warn_of_rules(rules->notes());
  auto scanner = make_scanner(std::move(*rules), *settings);
  if (!scanner) return std::unexpected(scanner.error());
  return milter::Generation::make(std::move(*settings), std::move(*scanner));
}

int run(const CommonOptions& options) {
  const auto settings = options.settings();
  if (!settings) {
    complain(settings.error());
    return wrong_usage;
  }
  if (const auto status = milter::serve(*settings, [&options] { return load(options); }); !status) {
    complain(status.error());
    // libmilter's threads are in the middle of something; what they hold is not taken down under them.
    std::_Exit(wrong_usage);
  }
  std::_Exit(done);
}

}  // namespace

void add_milter(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("milter", "Answer Postfix as a milter");
  auto options = std::make_shared<CommonOptions>();
  options->add_to(*command);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace thresh::command
