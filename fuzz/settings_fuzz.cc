// Any text as settings: the first line as --set, the rest as the file. What is taken is shown as text that
// gives the same settings again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using thresh::Settings;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), size);
  std::vector<std::string> overrides;
  if (end > 0) overrides.emplace_back(text.substr(0, end));
  const auto settings = Settings::parse(text.substr(std::min(end + 1, size)), "thresh.toml", overrides);
  if (!settings) {
    if (settings.error().what.empty()) std::abort();
    return 0;
  }
  std::string shown;
  for (const thresh::SettingSpec& spec : thresh::setting_specs())
    shown += std::string(spec.name) + " = " + settings->shown(spec.name) + "\n";
  const auto again = Settings::parse(shown, "shown.toml", {});
  if (!again) std::abort();
  for (const thresh::SettingSpec& spec : thresh::setting_specs())
    if (again->shown(spec.name) != settings->shown(spec.name)) std::abort();
  return 0;
}
