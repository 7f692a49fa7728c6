// The settings of Thresh: one table says every name, type, default, range and help; the parser of
// thresh.toml, `thresh config` and the manual page come from it. An unknown name or a value out of range is
// an error with file:line.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

using SettingValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct SettingSpec {
  std::string_view name;  // "scan.required_score": table and key
  SettingValue fallback;  // its type is the setting's type
  double least = 0;       // numbers only
  double most = 0;
  std::string_view help;
};

// The table, in the order it is shown.
[[nodiscard]] std::span<const SettingSpec> setting_specs();

// Effective settings with their origins. Immutable once loaded.
class Settings {
 public:
  // Defaults, then `file` (TOML; empty: none), then `overrides` ("scan.threads=2").
  [[nodiscard]] static Result<Settings> load(const std::string& file, std::span<const std::string> overrides);

  // The same from the text of a file; `name` stands for the file in errors and origins.
  [[nodiscard]] static Result<Settings> parse(std::string_view text, const std::string& name,
                                              std::span<const std::string> overrides);

  // The name must stand in the table with that type.
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& list(std::string_view name) const;

  // "default", "thresh.toml:3" or "--set".
  [[nodiscard]] const std::string& origin(std::string_view name) const;
  // The value as TOML writes it.
  [[nodiscard]] std::string shown(std::string_view name) const;

 private:
  struct Entry {
    SettingValue value;
    std::string origin = "default";
  };
  [[nodiscard]] const Entry& entry(std::string_view name) const;
  Result<void> set(std::string_view name, SettingValue value, const std::string& where);

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace thresh
