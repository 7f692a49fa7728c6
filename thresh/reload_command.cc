// thresh reload: the running server reads its rules and settings again, or says why it stays with the old
// ones.
#include <fmt/format.h>

#include <memory>

#include "milter/control_socket.h"
#include "thresh/commands.h"
#include "thresh/options.h"
#include "thresh/scan_output.h"

namespace thresh::command {
namespace {

int run(const CommonOptions& options) {
  const auto settings = options.settings();
  if (!settings) {
    complain(settings.error());
    return wrong_usage;
  }
  const auto answer = milter::control_request(settings->text("control.socket"), "reload");
  if (!answer) {
    complain(answer.error());
    return input_trouble;
  }
  fmt::print("{}\n", printable(*answer));
  return done;
}

}  // namespace

void add_reload(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("reload", "Let the running server read its rules and settings again");
  auto options = std::make_shared<CommonOptions>();
  options->add_settings_to(*command);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace thresh::command
