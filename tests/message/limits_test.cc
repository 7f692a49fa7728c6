// Bounds of engine/message/limits.h that no other test of this folder reaches.
#include "engine/message/limits.h"

#include <gtest/gtest.h>

#include "engine/message/encoding.h"
#include "engine/message/host_name.h"
#include "engine/message/ip_text.h"
#include "message_support.h"

namespace thresh {
namespace {

// Message::new: 20 blank lines in a row stay, of more the rest goes.
TEST(MessageLimits, RunsOfBlankLinesAreShortened) {
  const auto lines = [](int blank) {
    const TestMessage message("Subject: x\n\na\n" + std::string(static_cast<std::size_t>(blank), '\n') +
                              "b\n");
    std::size_t count = 0;
    for (const char c : message->root().raw()) count += c == '\n';
    return count - 2;
  };
  EXPECT_EQ(lines(limits::blank_lines), static_cast<std::size_t>(limits::blank_lines));
  EXPECT_EQ(lines(limits::blank_lines + 1), static_cast<std::size_t>(limits::blank_lines));
  EXPECT_EQ(lines(100'000), static_cast<std::size_t>(limits::blank_lines));
}

// What stands behind the bytes that the guess looks at does not change it.
TEST(MessageLimits, TheGuessAtACharsetLooksAtItsFirstWordsOnly) {
  const std::string russian = "\xcf\xf0\xe8\xe2\xe5\xf2 \xe2\xf1\xe5\xec \xe4\xf0\xf3\xe7\xfc\xff\xec ";
  std::string text;
  while (text.size() < limits::detected_bytes) text += russian;
  const std::string_view guess = detect_charset(text);
  EXPECT_EQ(guess, "windows-1251");
  std::string other;
  for (int i = 0; i < 1000; ++i) other += "\xa4\xa4\xa4\xce\xa4\xcf ";
  EXPECT_EQ(detect_charset(text + other), guess);
  EXPECT_NE(detect_charset(other), guess);
}

// RFC 1035: 63 bytes a label, 253 a name.
TEST(MessageLimits, NamesOfHosts) {
  const std::string label(63, 'a');
  const std::string name = label + "." + label + "." + label + "." + std::string(57, 'a') + ".com";
  ASSERT_EQ(name.size(), 253U);
  EXPECT_TRUE(is_fqdn_valid(name));
  EXPECT_FALSE(is_fqdn_valid("a" + name));
  EXPECT_TRUE(is_fqdn_valid(label + ".com"));
  EXPECT_FALSE(is_fqdn_valid("a" + label + ".com"));
}

TEST(MessageLimits, GroupsOfAnAddress) {
  EXPECT_TRUE(is_ip_address("1:2:3:4:5:6:7:8"));
  EXPECT_FALSE(is_ip_address("1:2:3:4:5:6:7:8:9"));
  std::string many = "1";
  for (int i = 0; i < 100'000; ++i) many += ":1";
  EXPECT_FALSE(is_ip_address(many));
  const auto found = find_ip_address(many);
  EXPECT_TRUE(!found || found->first(many).size() < many.size());
}

}  // namespace
}  // namespace thresh
