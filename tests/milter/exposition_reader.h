// Reads Prometheus' text exposition format, version 0.0.4, and takes nothing that its description
// (https://prometheus.io/docs/instrumenting/exposition_formats/) does not allow.
#pragma once

#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace thresh::milter::testing {

// Samples by "name{label="value",…}" as written; families by name with their type.
struct Exposed {
  std::map<std::string, double> samples;
  std::map<std::string, std::string> families;
};

// Throws std::runtime_error with the line that is wrong.
inline Exposed read_exposition(const std::string& text) {
  static const std::regex help("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\\]|\\\\\\\\|\\\\n)*)");
  static const std::regex type("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)");
  static const std::regex sample(
      "([a-zA-Z_:][a-zA-Z0-9_:]*)"
      "(\\{[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\""
      "(?:,[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\")*\\})?"
      " ([-+]?(?:[0-9]+(?:\\.[0-9]*)?(?:e[-+]?[0-9]+)?|Inf)|NaN)");
  Exposed read;
  std::set<std::string> helped, left;
  std::string family;
  if (!text.ends_with('\n')) throw std::runtime_error("the last line must end with a line feed");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const auto wrong = [&](const char* what) { throw std::runtime_error(std::string(what) + ": " + line); };
    std::smatch part;
    if (std::regex_match(line, part, help)) {
      if (!helped.insert(part[1]).second) wrong("second HELP");
    } else if (std::regex_match(line, part, type)) {
      if (!left.insert(part[1]).second) wrong("second TYPE, or a family in two places");
      family = part[1];
      read.families[family] = part[2];
      if (part[2] == "counter" && !family.ends_with("_total")) wrong("a counter's name ends in _total");
    } else if (std::regex_match(line, part, sample)) {
      const std::string name = part[1];
      if (family.empty() || !name.starts_with(family)) wrong("a sample outside of its family");
      const std::string rest = name.substr(family.size());
      const bool histogram = read.families[family] == "histogram";
      if (histogram ? rest != "_bucket" && rest != "_sum" && rest != "_count" : !rest.empty())
        wrong("a name that its type does not have");
      if (!read.samples.emplace(name + part[2].str(), std::strtod(part[3].str().c_str(), nullptr)).second)
        wrong("the same sample twice");
    } else {
      wrong("not in the format");
    }
  }
  // Buckets grow, and the last is the count.
  static const std::regex bucket("(.*)_bucket\\{(?:(.*),)?le=\"([^\"]*)\"\\}");
  std::map<std::string, std::map<double, double>> histograms;
  for (const auto& [key, value] : read.samples)
    if (std::smatch part; std::regex_match(key, part, bucket)) {
      const std::string labels = part[2].matched ? "{" + part[2].str() + "}" : "";
      histograms[part[1].str() + "_count" + labels][std::strtod(part[3].str().c_str(), nullptr)] = value;
    }
  for (const auto& [count, buckets] : histograms) {
    double before = 0;
    for (const auto& [le, value] : buckets) {
      if (value < before) throw std::runtime_error("buckets shrink: " + count);
      before = value;
    }
    if (!read.samples.contains(count) || read.samples[count] != before)
      throw std::runtime_error("the last bucket is not the count: " + count);
  }
  return read;
}

}  // namespace thresh::milter::testing
