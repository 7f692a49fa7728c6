#include "tests/evals/case_file.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_byte_escape(std::string_view text) {
  return text.size() > 3 && text[1] == 'x' && ascii::is_xdigit(text[2]) && ascii::is_xdigit(text[3]);
}

// The bytes of a message as it is written in a case file.
std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest[0] != '\\') {
      out += rest[0];
    } else if (rest.starts_with("\\\n")) {
      ++at;
    } else if (is_byte_escape(rest)) {
      out += static_cast<char>(ascii::hex_value(rest[2]) * 16 + ascii::hex_value(rest[3]));
      at += 3;
    } else if (rest.starts_with("\\*") && rest.find(':') + 1 < rest.size()) {
      const std::size_t colon = rest.find(':');
      std::size_t count = 0;
      std::from_chars(rest.data() + 2, rest.data() + colon, count);
      out.append(count, rest[colon + 1]);
      at += colon + 1;
    } else {
      out += '\\';
    }
  }
  return out;
}

void fill_in_folder(std::string& rules) {
  constexpr std::string_view name = "@FOLDER@";
  for (std::size_t at = 0; (at = rules.find(name)) != std::string::npos;)
    rules.replace(at, name.size(), case_folder().string());
}

}  // namespace

std::filesystem::path case_folder() {
  if (const char* const other = std::getenv("THRESH_CASE_FOLDER"); other != nullptr) return other;
  return std::filesystem::path(THRESH_SOURCE_DIR) / "tests/evals/cases";
}

std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(case_folder()))
    if (entry.path().extension() == ".cases") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::vector<CaseSection> read_case_file(const std::filesystem::path& path) {
  constexpr std::string_view rules_mark = "## rules", case_mark = "## case ";
  std::istringstream file(read_file(path));
  const std::string plugins = read_file(case_folder() / "plugins.pre");
  std::vector<CaseSection> sections;
  std::string* into = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(rules_mark)) {
      into = &sections.emplace_back().rules;
      *into = plugins;
      if (line.size() > rules_mark.size())
        *into += read_file(case_folder() / line.substr(rules_mark.size() + 1));
    } else if (line.starts_with(case_mark)) {
      Case& one = sections.back().cases.emplace_back();
      one.name = line.substr(case_mark.size());
      std::getline(file, one.hits);
      into = &one.message;
    } else if (into != nullptr) {
      *into += line + "\n";
    }
  }
  for (CaseSection& section : sections) {
    fill_in_folder(section.rules);
    for (Case& one : section.cases) one.message = unescape(one.message);
  }
  return sections;
}

}  // namespace thresh
