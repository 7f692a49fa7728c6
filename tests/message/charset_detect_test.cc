// Guessing charsets. Expected answers are those of Encode::Detect::Detector 1.01, asked about the same bytes.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/message/encoding.h"

namespace thresh {
namespace {

using std::operator""s;

const std::string japanese_shift_jis =
    "\x82\xa8\x96\xe2\x82\xa2\x8d\x87\x82\xed\x82\xb9\x82\xa0\x82\xe8\x82\xaa\x82\xc6\x82\xa4\x82\xb2"
    "\x82\xb4\x82\xa2\x82\xdc\x82\xb7\x81\x42\x82\xb2\x92\x8d\x95\xb6\x82\xcc\x8f\xa4\x95\x69\x82\xcd"
    "\x96\x7b\x93\xfa\x94\xad\x91\x97\x82\xa2\x82\xbd\x82\xb5\x82\xdc\x82\xb5\x82\xbd\x81\x42";
const std::string japanese_euc =
    "\xa4\xaa\xcc\xe4\xa4\xa4\xb9\xe7\xa4\xef\xa4\xbb\xa4\xa2\xa4\xea\xa4\xac\xa4\xc8\xa4\xa6\xa4\xb4"
    "\xa4\xb6\xa4\xa4\xa4\xde\xa4\xb9\xa1\xa3\xa4\xb4\xc3\xed\xca\xb8\xa4\xce\xbe\xa6\xc9\xca\xa4\xcf"
    "\xcb\xdc\xc6\xfc\xc8\xaf\xc1\xf7\xa4\xa4\xa4\xbf\xa4\xb7\xa4\xde\xa4\xb7\xa4\xbf\xa1\xa3";
const std::string korean =
    "\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4\x20\xb0\xed\xb0\xb4\xb4\xd4\x2c\x20\xc0\xcc\xb9\xf8\x20"
    "\xc1\xd6\x20\xc7\xe0\xbb\xe7\xbf\xa1\x20\xc3\xca\xb4\xeb\xc7\xd5\xb4\xcf\xb4\xd9\x2e\x20\xb8\xb9"
    "\xc0\xba\x20\xc2\xfc\xbf\xa9\x20\xb9\xd9\xb6\xf8\xb4\xcf\xb4\xd9\x2e";
const std::string chinese =
    "\xd5\xe2\xca\xc7\xce\xd2\xc3\xc7\xb9\xab\xcb\xbe\xb5\xc4\xd0\xc2\xb2\xfa\xc6\xb7\x2c\xbb\xb6\xd3"
    "\xad\xc4\xfa\xc0\xb4\xc1\xcb\xbd\xe2\xba\xcd\xb9\xba\xc2\xf2\x2c\xd0\xbb\xd0\xbb\xc4\xfa\xb5\xc4"
    "\xd6\xa7\xb3\xd6\xa1\xa3";
const std::string greek =
    "\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1\x20\xf3\xe1\xf2\x2c\x20\xe7\x20\xf0\xe1\xf1\xe1\xe3\xe3\xe5\xeb"
    "\xdf\xe1\x20\xf3\xe1\xf2\x20\xe5\xdf\xed\xe1\xe9\x20\xdd\xf4\xef\xe9\xec\xe7\x20\xea\xe1\xe9\x20"
    "\xe8\xe1\x20\xf6\xf4\xdc\xf3\xe5\xe9\x20\xe1\xfd\xf1\xe9\xef\x2e";

TEST(CharsetDetect, WellFormedText) {
  EXPECT_EQ(detect_charset(japanese_shift_jis), "Shift_JIS");
  EXPECT_EQ(detect_charset(japanese_euc), "EUC-JP");
  EXPECT_EQ(detect_charset(japanese_euc + "\x8f\xb0\xa1"), "EUC-JP");  // JIS X 0212
  EXPECT_EQ(detect_charset(korean), "EUC-KR");
  EXPECT_EQ(detect_charset(chinese), "gb18030");
  EXPECT_EQ(detect_charset(chinese + "\x81\x30\x81\x30"), "gb18030");  // four bytes
  EXPECT_EQ(detect_charset(greek), "ISO-8859-7");
}

TEST(CharsetDetect, OneMalformedCharacterCrossesOff) {
  EXPECT_EQ(detect_charset(japanese_shift_jis.substr(0, japanese_shift_jis.size() - 1)), "");
  EXPECT_EQ(detect_charset(japanese_shift_jis + "\x82</a>"), "");
  EXPECT_EQ(detect_charset(japanese_shift_jis + "\x1b"), "");
  EXPECT_EQ(detect_charset(japanese_shift_jis + " \x1b"), "Shift_JIS");  // too far behind
  EXPECT_NE(detect_charset(japanese_euc.substr(0, japanese_euc.size() - 1)), "EUC-JP");
  EXPECT_NE(detect_charset(korean + "\xb0"), "EUC-KR");
  EXPECT_EQ(detect_charset(korean + "\xad\xa1"), "gb18030");  // a row that KS X 1001 leaves free
  EXPECT_EQ(detect_charset(chinese + "\xb0 "), "");
}

TEST(CharsetDetect, ByteOrderMarks) {
  EXPECT_EQ(detect_charset("\xff\xfe"
                           "a\0b\0"s),
            "UTF-16LE");
  EXPECT_EQ(detect_charset("\xfe\xff\0a"s), "UTF-16BE");
  EXPECT_EQ(detect_charset("\xff\xfe\0\0"
                           "a\0\0\0"s),
            "UTF-32LE");
  EXPECT_EQ(detect_charset("\0\0\xfe\xff\0\0\0a"s), "UTF-32BE");
  EXPECT_EQ(detect_charset("\xfe\xff\0\0abcd"s), "X-ISO-10646-UCS-4-3412");
  EXPECT_EQ(detect_charset("\0\0\xff\xfe"
                           "ab"s),
            "X-ISO-10646-UCS-4-2143");
  EXPECT_EQ(detect_charset("\xef\xbb\xbf"
                           "a\xff"),
            "UTF-8");
  EXPECT_NE(detect_charset("\xff\xfe"
                           "a"),
            "UTF-16LE");  // fewer than four bytes
}

}  // namespace
}  // namespace thresh
