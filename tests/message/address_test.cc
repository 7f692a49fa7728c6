// Addresses of header fields: cases/addresses.jsonl has what SpamAssassin's own parser finds, as phrase,
// address, user, host and comment, null where it finds none.
#include "engine/message/address.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/message/case_files.h"

namespace thresh {
namespace {

nlohmann::json to_json(std::string_view value) {
  return value.data() == nullptr ? nlohmann::json() : nlohmann::json(std::string(value));
}

TEST(Addresses, AreWhatSpamAssassinFinds) {
  const auto cases = json_cases("addresses.jsonl");
  for (const auto& c : cases) {
    Arena arena;
    const auto value = c.at("value").get<std::string>();
    auto got = nlohmann::json::array();
    for (const MailAddress& a : parse_header_addresses(value, arena))
      got.push_back(
          {to_json(a.phrase), to_json(a.address), to_json(a.user), to_json(a.host), to_json(a.comment)});
    EXPECT_EQ(got, c.at("addresses")) << value;
  }
  EXPECT_GT(cases.size(), 80U);
}

TEST(Addresses, AnEmptyPhraseIsNotAMissingOne) {
  Arena arena;
  const auto empty = parse_header_addresses("a@example.org ()", arena);
  ASSERT_EQ(empty.size(), 1U);
  EXPECT_TRUE(empty[0].has_phrase());
  EXPECT_TRUE(empty[0].phrase.empty());
  const auto none = parse_header_addresses("a@example.org", arena);
  ASSERT_EQ(none.size(), 1U);
  EXPECT_FALSE(none[0].has_phrase());
}

TEST(Addresses, HostileValuesTakeLinearTime) {
  for (const char* part :
       {"<a>", "<\"a> ",           "<a@b> ",  "a@b <c>, ",  "\"\" (", "\"\\",   "(",
        "<",   "a@b (\" ) , \" <", "@",       "\"a\" <b@c", ">",      "<a@b>>", "< \"x\" y> ",
        ", ",  "a <b@c> (",        "<\"@<\"", "\\\\\\",     ":;",     "x:"}) {
    std::string value = "x ";
    while (value.size() < 1 << 17) value += part;
    for (const char* tail : {"", " x", ">", "\""}) {
      Arena arena;
      const auto begin = std::chrono::steady_clock::now();
      static_cast<void>(parse_header_addresses(value + tail, arena));
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      EXPECT_LT(took.count(), 1.0) << part << tail;
    }
  }
}

}  // namespace
}  // namespace thresh
