// Settings for the URI tests: a few TLDs and redirector patterns of our own, or the stock lists where they
// are installed.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "engine/message/settings.h"

namespace thresh {

inline MessageSettings small_settings() {
  MessageSettings settings;
  for (const char* tld :
       {"com", "org", "net", "de", "uk", "us", "no", "it", "info", "fr", "im", "cn", "Xn--P1ai"})
    settings.registry.add_tld(tld);
  settings.registry.add_2tld("co.uk");
  settings.registry.add_2tld("Com.Cn");
  settings.registry.add_3tld("Lkd.Co.Im");
  for (const char* pattern : {R"(m'^http://go\.example\.com/\?to=(.*?)(?:$|&)'i)",
                              R"(/^https?:\/\/(?:\w+\.)?jump\.example\.org\/(.*)/)"}) {
    auto parsed = parse_delimited(pattern);
    auto regex = Regex::compile(parsed.value().source, parsed.value().modifiers);
    settings.redirector_patterns.push_back(std::move(regex.value()));
  }
  return settings;
}

inline constexpr const char* stock_rules = "/usr/share/spamassassin";

inline bool has_stock_rules() {
  return std::filesystem::exists(std::string(stock_rules) + "/20_aux_tlds.cf");
}

// The TLD lists and redirector patterns of the stock rules.
inline MessageSettings stock_settings() {
  MessageSettings settings;
  for (const char* file : {"20_aux_tlds.cf", "20_uri_tests.cf", "72_active.cf"}) {
    std::ifstream in(std::string(stock_rules) + "/" + file);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string key;
      std::string value;
      words >> key;
      if (key == "util_rb_tld") {
        while (words >> value) settings.registry.add_tld(value);
      } else if (key == "util_rb_2tld") {
        while (words >> value) settings.registry.add_2tld(value);
      } else if (key == "util_rb_3tld") {
        while (words >> value) settings.registry.add_3tld(value);
      } else if (key == "redirector_pattern") {
        std::getline(words, value);
        auto pattern = parse_delimited(ascii::trim(value));
        auto regex = Regex::compile(pattern.value().source, pattern.value().modifiers);
        settings.redirector_patterns.push_back(std::move(regex.value()));
      }
    }
  }
  return settings;
}

// The lines of a suite's file, below the folder that THRESH_SHARED_DIR names.
inline std::vector<nlohmann::json> suite_cases(const std::string& file) {
  std::vector<nlohmann::json> cases;
  const char* shared = std::getenv("THRESH_SHARED_DIR");
  if (shared == nullptr) return cases;
  std::ifstream in(std::string(shared) + "/suites/" + file);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) cases.push_back(nlohmann::json::parse(line));
  return cases;
}

}  // namespace thresh
