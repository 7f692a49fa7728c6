// What strangers write into a line stays inside its field.
#include "engine/base/log_text.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

namespace thresh {
namespace {

using Clock = std::chrono::system_clock;

std::string line(std::initializer_list<LogField> fields, LogFormat format = LogFormat::logfmt,
                 const AddressHash* hash = nullptr) {
  return log_line({LogLevel::info, "message", std::span(fields.begin(), fields.size()), Clock::time_point{}},
                  format, false, hash);
}

// Splits a line as logfmt readers do: bare or quoted values, space between fields. Fails the test on anything
// else.
std::vector<std::pair<std::string, std::string>> read_logfmt(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> fields;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string::npos) break;
    const std::string key = text.substr(at, equals - at);
    std::size_t end = equals + 1;
    std::string value;
    if (end < text.size() && text[end] == '"') {
      std::size_t close = end + 1;
      while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
      value = nlohmann::json::parse(text.substr(end, close + 1 - end)).get<std::string>();
      end = close + 1;
    } else {
      while (end < text.size() && text[end] != ' ') ++end;
      value = text.substr(equals + 1, end - equals - 1);
    }
    fields.emplace_back(key, value);
    EXPECT_TRUE(end == text.size() || text[end] == ' ') << text;
    at = end + 1;
  }
  return fields;
}

const std::vector<std::string> hostile{
    "",
    "plain.example",
    "a b",
    "x spam=no",
    "x\" spam=\"no",
    "x\\\" spam=no",
    "x\\",
    "line\nevent=message spam=no",
    "line\r\nlevel=error",
    "nul\0byte" + std::string(1, '\0'),
    "tab\there",
    "\x1b]0;title\x07\x1b[31m",
    "\xff\xfe\x80",
    "cut \xe2\x82",
    "overlong \xc0\x8a newline",
    "surrogate \xed\xa0\x80",
    "c1 \xc2\x85 next line",
    "separator \xe2\x80\xa8 here",
    "turned \xe2\x80\xae about",
    "tag \xf3\xa0\x80\xa1",
    "gr\xc3\xbc\xc3\x9f"
    "e@example.org",
    "{\"json\":1}",
    "100%s %n",
};

TEST(LogText, HostileValuesForgeNoFieldAndNoLine) {
  for (const std::string& value : hostile) {
    const std::string text = line({{"helo", value}, {"spam", true}});
    for (const char c : text) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20) << text;
      EXPECT_NE(c, '\x7f') << text;
    }
    const auto fields = read_logfmt(text);
    ASSERT_EQ(fields.size(), 4U) << text;
    EXPECT_EQ(fields[0].second, "info");
    EXPECT_EQ(fields[2].first, "helo");
    EXPECT_EQ(fields[3], (std::pair<std::string, std::string>("spam", "true"))) << text;
  }
}

TEST(LogText, JsonIsOneObjectWithTheSameValues) {
  for (const std::string& value : hostile) {
    const std::string text = line({{"helo", value}, {"size", std::size_t{7}}}, LogFormat::json);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const auto object = nlohmann::json::parse(text);
    EXPECT_EQ(object.size(), 4U) << text;
    EXPECT_EQ(object["size"], 7);
    EXPECT_EQ(object["helo"], read_logfmt(line({{"helo", value}}))[2].second);
  }
}

TEST(LogText, CleanValuesComeThroughAsTheyAre) {
  EXPECT_EQ(
      line({{"a", "mx.example.org"}, {"b", "two words"}, {"c", ""}, {"d", -3}, {"e", 1.5}, {"f", false}}),
      "level=info event=message a=mx.example.org b=\"two words\" c=\"\" d=-3 e=1.5 f=false");
  EXPECT_EQ(line({{"a", "gr\xc3\xbc\xc3\x9f"}}), "level=info event=message a=\"gr\xc3\xbc\xc3\x9f\"");
}

TEST(LogText, WhatIsNotSeenIsSpelt) {
  EXPECT_EQ(line({{"a", "\xe2\x80\xae\xc2\x85\xff\xf3\xa0\x80\xa1"}}),
            "level=info event=message a=\"\\u202e\\u0085\\\\xff\\udb40\\udc21\"");
}

TEST(LogText, InfinityIsNoJsonNumber) {
  const auto object =
      nlohmann::json::parse(line({{"x", std::numeric_limits<double>::infinity()}}, LogFormat::json));
  EXPECT_EQ(object["x"], "inf");
}

TEST(LogText, TimeIsUtcWithMilliseconds) {
  const LogRecord record{
      LogLevel::error, "start", {}, Clock::time_point{} + std::chrono::milliseconds(951782400123)};
  EXPECT_EQ(log_line(record, LogFormat::logfmt, true, nullptr),
            "time=2000-02-29T00:00:00.123Z level=error event=start");
}

TEST(LogText, ValuesAndLinesAreBounded) {
  for (const char filler : {'x', '\x01', '\xff', '"'}) {
    const std::string value(100'000, filler);
    for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
      std::vector<LogField> fields;
      for (int i = 0; i < 40; ++i) fields.emplace_back("f" + std::string(1, 'a'), value);
      const std::string text =
          log_line({LogLevel::info, "message", fields, Clock::time_point{}}, format, true, nullptr);
      EXPECT_LE(text.size(), max_log_line);
      EXPECT_NE(text.find("...\""), std::string::npos);
      EXPECT_NE(text.find(format == LogFormat::json ? "\"cut\":33" : " cut=33"), std::string::npos) << text;
    }
    const std::vector<LogField> many(1000, LogField("f", value));
    EXPECT_LE(
        journal_datagram({LogLevel::info, "message", many, Clock::time_point{}}, LogFormat::json, nullptr)
            .size(),
        4 * max_log_line);
  }
}

TEST(LogText, AddressesAreHashedAlikeInAnyCase) {
  const AddressHash hash("0123456789abcdef");
  const AddressHash other("fedcba9876543210");
  EXPECT_EQ(hash("User@Example.org"), hash("user@example.org"));
  EXPECT_NE(hash("user@example.org"), hash("user@example.com"));
  EXPECT_NE(hash("user@example.org"), other("user@example.org"));
  EXPECT_EQ(hash(""), "");
  // openssl dgst -sha256 -hmac 0123456789abcdef
  EXPECT_EQ(hash("user@example.org"), "h:3d7b55530031d735");
  const std::string text = line({{"from", LogAddress{"user@example.org"}}}, LogFormat::logfmt, &hash);
  EXPECT_EQ(text, "level=info event=message from=" + hash("user@example.org"));
  EXPECT_EQ(line({{"from", LogAddress{"user@example.org"}}}),
            "level=info event=message from=user@example.org");
}

TEST(LogText, JournalFieldsAreLinesThatNobodyForges) {
  for (const std::string& value : hostile) {
    const std::array fields{LogField("helo", value), LogField("score", 7.5)};
    const std::string text = journal_datagram({LogLevel::warning, "message", fields, Clock::time_point{}},
                                              LogFormat::logfmt, nullptr);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      ASSERT_NE(end, std::string::npos);
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    ASSERT_EQ(lines.size(), 7U) << text;
    EXPECT_TRUE(lines[0].starts_with("MESSAGE=level=warning event=message helo="));
    EXPECT_EQ(lines[1], "PRIORITY=4");
    EXPECT_EQ(lines[4], "THRESH_EVENT=message");
    EXPECT_TRUE(lines[5].starts_with("THRESH_HELO="));
    EXPECT_EQ(lines[6], "THRESH_SCORE=7.5");
  }
}

}  // namespace
}  // namespace thresh
