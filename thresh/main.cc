// thresh: the command. One small file a subcommand; this one names them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "engine/base/version.h"
#include "thresh/commands.h"
#include "thresh/options.h"

int main(int argc, char** argv) {
  CLI::App app{"Thresh: a spam filter that runs SpamAssassin's rules"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(thresh::version()));
  int status = thresh::command::done;
  try {
    thresh::command::add_scan(app, status);
    thresh::command::add_lint(app, status);
    thresh::command::add_config(app, status);
    thresh::command::add_milter(app, status);
    thresh::command::add_status(app, status);
    thresh::command::add_reload(app, status);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? thresh::command::done : thresh::command::wrong_usage;
  } catch (const std::exception& error) {
    // Out of memory and the like: nothing was promised about this input, so say so.
    fmt::print(stderr, "thresh: {}\n", error.what());
    return thresh::command::input_trouble;
  }
  return status;
}
