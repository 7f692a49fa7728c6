// The subcommands. Each adds itself to the application and sets `status` when it has run.
#pragma once

#include <CLI/CLI.hpp>

namespace thresh::command {

void add_scan(CLI::App& app, int& status);
void add_lint(CLI::App& app, int& status);
void add_config(CLI::App& app, int& status);
void add_milter(CLI::App& app, int& status);
void add_status(CLI::App& app, int& status);
void add_reload(CLI::App& app, int& status);

}  // namespace thresh::command
