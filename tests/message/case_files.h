// Test cases that lie beside the tests as text or JSON lines (tests/message/cases), and those of the suites
// that others wrote, below the folder that THRESH_SHARED_DIR names.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace thresh {

inline std::vector<std::string> case_lines(const std::string& file) {
  std::vector<std::string> lines;
  std::ifstream in(std::string(THRESH_SOURCE_DIR "/tests/message/cases/") + file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::vector<nlohmann::json> json_cases(const std::string& file) {
  std::vector<nlohmann::json> cases;
  for (const std::string& line : case_lines(file)) cases.push_back(nlohmann::json::parse(line));
  return cases;
}

// Empty when the folder is not given or has no such file.
inline std::vector<nlohmann::json> header_suite(const std::string& file) {
  std::vector<nlohmann::json> cases;
  const char* shared = std::getenv("THRESH_SHARED_DIR");
  if (shared == nullptr) return cases;
  std::ifstream in(std::string(shared) + "/suites/headers-spamassassin/" + file);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) cases.push_back(nlohmann::json::parse(line));
  return cases;
}

}  // namespace thresh
