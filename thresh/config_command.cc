// thresh config: the effective settings and where each comes from, as TOML that could be read again.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "thresh/commands.h"
#include "thresh/options.h"

namespace thresh::command {
namespace {

int run(const CommonOptions& options) {
  const auto settings = options.settings();
  if (!settings) {
    complain(settings.error());
    return wrong_usage;
  }
  std::string_view section;
  for (const SettingSpec& spec : setting_specs()) {
    const std::size_t dot = spec.name.find('.');
    if (spec.name.substr(0, dot) != section) {
      if (!section.empty()) fmt::print("\n");
      section = spec.name.substr(0, dot);
      fmt::print("[{}]\n", section);
    }
    fmt::print("# {}\n{} = {}  # {}\n", spec.help, spec.name.substr(dot + 1), settings->shown(spec.name),
               settings->origin(spec.name));
  }
  return done;
}

}  // namespace

void add_config(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("config", "Show the effective settings and where each comes from");
  auto options = std::make_shared<CommonOptions>();
  options->add_to(*command);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace thresh::command
