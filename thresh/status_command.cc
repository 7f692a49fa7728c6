// thresh status: what the running server says about itself.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "milter/control_socket.h"
#include "thresh/commands.h"
#include "thresh/options.h"
#include "thresh/scan_output.h"

namespace thresh::command {
namespace {

constexpr std::chrono::milliseconds patience{30'000};

// A running server says it in JSON; for people, one `name: value` a line, names of objects in objects with
// dots.
void print(const nlohmann::ordered_json& value, const std::string& name) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) print(inner, name.empty() ? key : name + "." + key);
  } else if (value.is_array()) {
    std::string items;
    for (const auto& item : value)
      items += (items.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
    fmt::print("{}: {}\n", printable(name), printable(items));
  } else {
    fmt::print("{}: {}\n", printable(name),
               printable(value.is_string() ? value.get<std::string>() : value.dump()));
  }
}

int run(const CommonOptions& options, bool json) {
  const auto settings = options.settings();
  if (!settings) {
    complain(settings.error());
    return wrong_usage;
  }
  const auto answer = milter::control_request(settings->text("control.socket"), "status", {}, patience);
  if (!answer) {
    complain(answer.error());
    return input_trouble;
  }
  const auto status = nlohmann::ordered_json::parse(*answer, nullptr, false);
  if (!status.is_object()) {
    complain({"the status is no JSON object", settings->text("control.socket"), {}});
    return input_trouble;
  }
  if (json)
    fmt::print("{}\n", status.dump());
  else
    print(status, "");
  return done;
}

}  // namespace

void add_status(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("status", "Ask the running server how it is");
  auto options = std::make_shared<CommonOptions>();
  auto json = std::make_shared<bool>(false);
  options->add_settings_to(*command);
  command->add_flag("--json", *json, "One JSON object");
  command->callback([options, json, &status] { status = run(*options, *json); });
}

}  // namespace thresh::command
