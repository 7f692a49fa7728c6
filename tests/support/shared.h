// Where tests find the suites and the real mail: folders named by THRESH_SHARED_DIR and THRESH_CORPORA_DIR.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace thresh::testing {

inline std::optional<std::string> folder(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}
inline std::optional<std::string> shared_dir() {
  return folder("THRESH_SHARED_DIR");
}
inline std::optional<std::string> corpora_dir() {
  return folder("THRESH_CORPORA_DIR");
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<nlohmann::json> read_jsonl(const std::string& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace thresh::testing

// In a test body: the folder, or a visible skip.
#define THRESH_NEED(folder_variable, getter, name)                          \
  const auto folder_variable##_found = ::thresh::testing::getter();         \
  if (!folder_variable##_found) GTEST_SKIP() << "set " name " to run this"; \
  const std::string& folder_variable = *folder_variable##_found
#define THRESH_NEED_SHARED(variable) THRESH_NEED(variable, shared_dir, "THRESH_SHARED_DIR")
#define THRESH_NEED_CORPORA(variable) THRESH_NEED(variable, corpora_dir, "THRESH_CORPORA_DIR")
