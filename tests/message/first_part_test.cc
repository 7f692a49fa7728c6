#include "engine/message/first_part.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/message/message.h"

namespace thresh {
namespace {

std::string shorten(std::string_view raw, std::size_t most = 1 << 20) {
  const MessageSettings settings;
  Arena arena;
  return std::string(first_part_of(raw, most, settings, arena));
}

constexpr std::string_view head = "Subject: x\nContent-Type: multipart/mixed; boundary=\"b\"\n\n";

TEST(FirstPart, OfAMultipartIsClosedAsIfNothingFollowed) {
  const std::string raw = std::string(head) + "preamble\n--b\n\none\n--b\n\ntwo\n--b--\nepilogue\n";
  EXPECT_EQ(shorten(raw), std::string(head) + "preamble\n--b\n\none\n--b--\n");
}

TEST(FirstPart, KeepsAMultipartInsideWhole) {
  const std::string inner =
      "--b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nplain\n--i\nContent-Type: "
      "text/html\n\n<p>html\n--i--\n";
  const std::string raw = std::string(head) + inner + "--b\nContent-Type: application/zip\n\nPK\n--b--\n";
  EXPECT_EQ(shorten(raw), std::string(head) + inner + "--b--\n");
}

TEST(FirstPart, LineEndingsStay) {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n";
  EXPECT_EQ(shorten(raw), "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n");
}

TEST(FirstPart, LongerThanTheBoundIsCutThereAndClosed) {
  const std::string raw = std::string(head) + "--b\n\n" + std::string(5000, 'x') + "\n--b\n\ntwo\n--b--\n";
  const std::string cut = shorten(raw, 1000);
  EXPECT_EQ(cut, raw.substr(0, 1000) + "\n--b--\n");
}

TEST(FirstPart, OfASinglePartMessageIsItsBeginning) {
  const std::string raw = "Subject: x\n\n" + std::string(5000, 'x');
  EXPECT_EQ(shorten(raw, 1000), raw.substr(0, 1000));
  EXPECT_EQ(shorten("", 1000), "");
}

TEST(FirstPart, AMultipartWithoutDelimiterIsCutAtTheBound) {
  const std::string raw = std::string(head) + std::string(5000, 'x');
  EXPECT_EQ(shorten(raw, 1000), raw.substr(0, 1000));
}

}  // namespace
}  // namespace thresh
