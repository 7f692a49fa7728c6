#include "milter/message_buffer.h"

#include <gtest/gtest.h>

#include <string>

#include "milter/limits.h"

namespace thresh::milter {
namespace {

class Buffer : public testing::Test {
 protected:
  Gauges gauges_;
  MemoryBudget budget_{std::size_t{1} << 20, gauges_};
};

TEST_F(Buffer, JoinsFieldsAsTheyWereOnTheWire) {
  MessageBuffer buffer(budget_, 0, 0);
  buffer.add_header("Subject", " folded\n\tonce\n  twice");
  buffer.add_header("X-Tight", "no space");
  buffer.add_header("X-Empty", "");
  buffer.add_header("X-Crlf", " a\r\n b");
  buffer.end_header();
  buffer.add_body("one\r\ntw");
  buffer.add_body("o\r\n");
  const std::string expected =
      "Subject: folded\r\n\tonce\r\n  twice\r\nX-Tight:no space\r\nX-Empty:\r\nX-Crlf: a\r\n b\r\n\r\n"
      "one\r\ntwo\r\n";
  EXPECT_EQ(buffer.with_trace(""), expected);
  EXPECT_EQ(buffer.with_trace("Received: x\r\n"), "Received: x\r\n" + expected);
  EXPECT_EQ(buffer.with_trace(""), expected);
  EXPECT_EQ(buffer.size(), expected.size());
  EXPECT_EQ(buffer.cut(), MessageBuffer::Cut::no);
}

TEST_F(Buffer, GrowsAndGivesBackWhatItHeld) {
  {
    MessageBuffer buffer(budget_, 0, 0);
    std::string all;
    for (int i = 0; i < 100; ++i) {
      const std::string chunk(7'000, static_cast<char>('a' + i % 26));
      buffer.add_body(chunk);
      all += chunk;
    }
    EXPECT_TRUE(buffer.with_trace("") == all);
    EXPECT_GE(gauges_.bytes_held, static_cast<std::int64_t>(all.size()));
  }
  EXPECT_EQ(gauges_.bytes_held, 0);
}

TEST_F(Buffer, KeepsNoMoreThanItMay) {
  MessageBuffer buffer(budget_, 1000, 0);
  buffer.add_body(std::string(999, 'x'));
  EXPECT_EQ(buffer.cut(), MessageBuffer::Cut::no);
  buffer.add_body(std::string(5000, 'y'));
  EXPECT_EQ(buffer.cut(), MessageBuffer::Cut::size);
  EXPECT_EQ(buffer.size(), 5999U);
  EXPECT_EQ(buffer.with_trace("").size(), 1001U);  // one more than may be matched whole, so that it shows
}

TEST_F(Buffer, WithoutMemoryKeepsWhatIsAlwaysKept) {
  MessageBuffer large(budget_, 0, 0);
  large.add_body(std::string(900'000, 'x'));
  EXPECT_EQ(large.cut(), MessageBuffer::Cut::no);
  MessageBuffer late(budget_, 0, 0);
  for (int i = 0; i < 100; ++i) late.add_body(std::string(10'000, 'y'));
  EXPECT_EQ(late.cut(), MessageBuffer::Cut::memory);
  EXPECT_EQ(late.size(), 1'000'000U);
  EXPECT_EQ(late.with_trace("").size(), limits::always_kept);
}

TEST_F(Buffer, AnAnnouncedSizeTakesNoMoreThanIsAlwaysKept) {
  const MessageBuffer buffer(budget_, 0, std::size_t{1} << 60);
  EXPECT_EQ(gauges_.bytes_held, static_cast<std::int64_t>(limits::always_kept));
}

}  // namespace
}  // namespace thresh::milter
