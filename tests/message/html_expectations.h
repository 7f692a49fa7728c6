// Reading the expectations of the HTML tests: one JSON object a line. Those beside the tests are small inputs
// of our own with what SpamAssassin 4.0.1 and HTML::Parser 3.81 make of them.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace thresh {

inline std::vector<nlohmann::json> read_json_lines(const std::string& path) {
  std::vector<nlohmann::json> lines;
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

inline std::vector<nlohmann::json> html_expectations(const std::string& name) {
  return read_json_lines(std::string(THRESH_SOURCE_DIR) + "/tests/message/" + name);
}

}  // namespace thresh
