#include "engine/base/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace thresh {
namespace {

using List = std::vector<std::string>;

// Bytes of a settings file. One with every setting and its help takes two thousand; a file named by mistake
// must not fill the memory.
constexpr std::size_t max_file = std::size_t{1} << 20;

const SettingSpec* spec_of(std::string_view name) {
  for (const SettingSpec& spec : setting_specs())
    if (spec.name == name) return &spec;
  return nullptr;
}

std::string_view type_name(const SettingValue& value) {
  constexpr std::array<std::string_view, 5> names{"true or false", "a whole number", "a number", "a string",
                                                  "a list of strings"};
  return names[value.index()];
}

Result<SettingValue> from_toml(const toml::node& node, const SettingSpec& spec) {
  if (std::holds_alternative<bool>(spec.fallback) && node.is_boolean()) return node.as_boolean()->get();
  if (std::holds_alternative<std::int64_t>(spec.fallback) && node.is_integer())
    return node.as_integer()->get();
  if (std::holds_alternative<double>(spec.fallback)) {
    if (node.is_floating_point()) return node.as_floating_point()->get();
    if (node.is_integer()) return static_cast<double>(node.as_integer()->get());
  }
  if (std::holds_alternative<std::string>(spec.fallback) && node.is_string()) return node.as_string()->get();
  if (std::holds_alternative<List>(spec.fallback) && node.is_array()) {
    List list;
    for (const toml::node& item : *node.as_array()) {
      if (!item.is_string()) return fail("every item must be a string");
      list.push_back(item.as_string()->get());
    }
    return list;
  }
  return fail(fmt::format("must be {}", type_name(spec.fallback)));
}

}  // namespace

Result<void> Settings::set(std::string_view name, SettingValue value, const std::string& where) {
  const SettingSpec* spec = spec_of(name);
  if (spec == nullptr)
    return fail(fmt::format("unknown setting {}", name), where, "`thresh config` lists all");
  const double number = std::holds_alternative<std::int64_t>(value)
                            ? static_cast<double>(std::get<std::int64_t>(value))
                        : std::holds_alternative<double>(value) ? std::get<double>(value)
                                                                : spec->least;
  if (std::isnan(number) || number < spec->least || number > std::max(spec->most, spec->least))
    return fail(fmt::format("{} is {}, allowed is {} to {}", name, number, spec->least, spec->most), where);
  entries_[std::string(name)] = {std::move(value), where};
  return {};
}

Result<Settings> Settings::load(const std::string& file, std::span<const std::string> overrides) {
  if (file.empty()) return parse({}, {}, overrides);
  std::error_code error;
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file, error))
    return fail(fmt::format("cannot be read: {}", std::strerror(in ? EISDIR : errno)), file);
  std::string text(max_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_file)
    return fail(fmt::format("is larger than {} bytes", max_file), file, "is it a settings file?");
  return parse(text, file, overrides);
}

Result<Settings> Settings::parse(std::string_view text, const std::string& file,
                                 std::span<const std::string> overrides) {
  Settings settings;
  for (const SettingSpec& spec : setting_specs())
    settings.entries_[std::string(spec.name)].value = spec.fallback;

  const auto read = [&](const toml::table& root, auto&& where_of) -> Result<void> {
    for (const auto& [section, node] : root) {
      const std::string where = where_of(node);
      if (!node.is_table())
        return fail(fmt::format("unknown setting {}", section.str()), where,
                    "settings stand in tables: [scan]");
      for (const auto& [key, value] : *node.as_table()) {
        const std::string name = fmt::format("{}.{}", section.str(), key.str());
        const std::string at = where_of(value);
        const SettingSpec* spec = spec_of(name);
        if (spec == nullptr)
          return fail(fmt::format("unknown setting {}", name), at, "`thresh config` lists all");
        auto parsed = from_toml(value, *spec);
        if (!parsed) return fail(fmt::format("{} {}", name, parsed.error().what), at);
        if (auto status = settings.set(name, std::move(*parsed), at); !status) return status;
      }
    }
    return {};
  };

  std::string shown_override;  // the one that is being read
  try {
    if (!text.empty()) {
      const toml::table root = toml::parse(text, file);
      auto status = read(
          root, [&](const toml::node& node) { return fmt::format("{}:{}", file, node.source().begin.line); });
      if (!status) return std::unexpected(status.error());
    }
    for (const std::string& line : overrides) {
      const std::size_t equals = line.find('=');
      const std::size_t dot = line.find('.');
      if (equals == std::string::npos || dot == std::string::npos || dot > equals)
        return fail(fmt::format("--set {}: wants table.key=value", line));
      shown_override = fmt::format("--set {}", line);
      const SettingSpec* spec = spec_of(line.substr(0, equals));
      if (spec == nullptr)
        return fail(fmt::format("unknown setting {}", line.substr(0, equals)), shown_override,
                    "`thresh config` lists all");
      std::string value = line.substr(equals + 1);
      // A bare word is taken as a string where a string is wanted.
      if (std::holds_alternative<std::string>(spec->fallback) && !value.starts_with('"'))
        value = fmt::format("\"{}\"", value);
      const toml::table root = toml::parse(
          fmt::format("[{}]\n{} = {}\n", line.substr(0, dot), line.substr(dot + 1, equals - dot - 1), value));
      auto status = read(root, [](const toml::node&) { return std::string("--set"); });
      if (!status) {
        status.error().where = shown_override;
        return std::unexpected(status.error());
      }
    }
  } catch (const toml::parse_error& error) {
    if (!shown_override.empty())
      return fail(std::string(error.description()), shown_override, "values are written as in TOML");
    // A file that cannot be opened has no line.
    const auto line = error.source().begin.line;
    return fail(std::string(error.description()), line > 0 ? fmt::format("{}:{}", file, line) : file);
  }
  return settings;
}

const Settings::Entry& Settings::entry(std::string_view name) const {
  return entries_.find(name)->second;
}
bool Settings::flag(std::string_view name) const {
  return std::get<bool>(entry(name).value);
}
std::int64_t Settings::integer(std::string_view name) const {
  return std::get<std::int64_t>(entry(name).value);
}
double Settings::number(std::string_view name) const {
  return std::get<double>(entry(name).value);
}
const std::string& Settings::text(std::string_view name) const {
  return std::get<std::string>(entry(name).value);
}
const std::vector<std::string>& Settings::list(std::string_view name) const {
  return std::get<List>(entry(name).value);
}
const std::string& Settings::origin(std::string_view name) const {
  return entry(name).origin;
}

std::string Settings::shown(std::string_view name) const {
  const auto quoted = [](const std::string& s) {
    std::string out = "\"";
    for (char c : s) {
      if (c == '"' || c == '\\') out += '\\';
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f)
        out += fmt::format("\\u{:04x}", byte);
      else
        out += c;
    }
    return out + "\"";
  };
  const SettingValue& value = entry(name).value;
  if (const auto* b = std::get_if<bool>(&value)) return *b ? "true" : "false";
  if (const auto* i = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *i);
  if (const auto* d = std::get_if<double>(&value)) return fmt::format("{}", *d);
  if (const auto* s = std::get_if<std::string>(&value)) return quoted(*s);
  std::string out = "[";
  for (const std::string& item : std::get<List>(value)) out += (out.size() > 1 ? ", " : "") + quoted(item);
  return out + "]";
}

}  // namespace thresh
