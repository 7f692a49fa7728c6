// From transfer encoding and charset to the lines that body and rawbody rules see. All expectations are
// SpamAssassin's.
#include <gtest/gtest.h>

#include <string>

#include "engine/message/charset.h"
#include "engine/message/encoding.h"
#include "engine/message/limits.h"
#include "engine/message/transfer_encoding.h"
#include "tests/message/message_support.h"

namespace thresh {
namespace {

using Lines = std::vector<std::string>;

std::string decoded(std::string_view encoding, const std::string& body,
                    const std::string& type = "text/plain") {
  const TestMessage message("Content-Type: " + type +
                            "\nContent-Transfer-Encoding: " + std::string(encoding) + "\n\n" + body);
  return std::string(message->root().decoded());
}

std::string rendered(const std::string& charset, const std::string& body) {
  const TestMessage message("Content-Type: text/plain; charset=" + charset + "\n\n" + body);
  return std::string(message->root().rendered().value_or("(none)"));
}

TEST(BodyText, Base64) {
  EXPECT_EQ(decoded("base64", "SGVsbG8=\n"), "Hello");
  EXPECT_EQ(decoded("BASE64", "SGVs bG8=\n"), "Hello");
  EXPECT_EQ(decoded("base64", "SGVsbG8\n"), "Hello");
  EXPECT_EQ(decoded("base64", "S=GVs!bG8\n"),
            "K\xf1\x95\xb1\xb1\xbc");                                // '=' inside foreign text counts as '/'
  EXPECT_EQ(decoded("base64", "AA=AAAAA\n"), std::string(6, '\0'));  // and as 'A' in clean text
  EXPECT_EQ(decoded("base64", "SGVsbG8h====\n"), "Hello!");
  EXPECT_EQ(decoded("base64", "YQ0KYg==\n"), "a\nb");
  EXPECT_EQ(decoded("base64", "YQ0KYg==\n", "image/png"), "a\r\nb");
  EXPECT_EQ(decoded("base64;x", "SGVsbG8=\n"), "SGVsbG8=\n");
  EXPECT_EQ(decoded("base64", "A\n"), "");
}

TEST(BodyText, QuotedPrintable) {
  EXPECT_EQ(decoded("quoted-printable", "a=20b=\nc  \t\nd=3d=e9=zz="), "a bc\nd=\xe9=zz=");
  EXPECT_EQ(decoded("quoted-printable", "=4=\n1"), "A");  // an escape over a soft line break
  EXPECT_EQ(decoded("quoted-printable", "a=0D=0Ab\n"), "a\nb\n");
  EXPECT_EQ(decoded("quoted-printable", "a= \t\nb\n"), "ab\n");
  EXPECT_EQ(decoded("quoted-printable", "==\n\n"), "=\n");
}

TEST(BodyText, CharsetsByDeclaration) {
  EXPECT_EQ(rendered("iso-8859-1",
                     "\x93"
                     "e\xe9\x94\n"),
            "“eé”\n");
  EXPECT_EQ(rendered("utf-8", "\xe9t\xe9\n"), "été\n");
  EXPECT_EQ(rendered("iso-8859-1", "\xc3\xa9\n"), "é\n");  // UTF-8 where it is valid, whatever is declared
  EXPECT_EQ(rendered("koi8-r", "\xf0\xf2\n"), "ПР\n");
  EXPECT_EQ(rendered("windows-1251", "\xcf\xd0\n"), "ПР\n");
  EXPECT_EQ(rendered("gb2312", "\xc4\xe3\xba\xc3\n"), "你好\n");
  EXPECT_EQ(rendered("GB18030", "\xc4\xe3\xba\xc3\n"), "你好\n");
  EXPECT_EQ(rendered("big5", "\xa7\x41\xa6\x6e\n"), "你好\n");
  EXPECT_EQ(rendered("shift_jis", "\x83\x65\x83\x58\x83\x67\n"), "テスト\n");
  EXPECT_EQ(rendered("iso-2022-jp", "\x1b$B%F%9%H\x1b(B a\n"), "テスト a\n");
  EXPECT_EQ(rendered("ks_c_5601-1987", "\xc7\xd1\n"), "한\n");
  EXPECT_EQ(rendered("hz-gb-2312", "~{<:Ky~}\n"), "~{<:Ky~}\n");  // Perl knows it as "hz" only
  EXPECT_EQ(rendered("hz", "~{<:Ky~} a\n"), "己所 a\n");
  EXPECT_EQ(rendered("utf-7", "+AGE-b\n"), "ab\n");
  EXPECT_EQ(rendered("utf-16", std::string("a\0b\0\n\0", 6)), "ab\n");
  EXPECT_EQ(rendered("utf-16be", std::string("\0a\0b", 4)), "ab");
  EXPECT_EQ(rendered("x-unknown", "plain\n"), "plain\n");
  EXPECT_EQ(rendered("us-ascii", "caf\xe9\n"), "café\n");
}

TEST(BodyText, EncodingNamesAsPerlHasThem) {
  const auto name = [](std::string_view alias) {
    const Encoding* const found = find_encoding(alias);
    return found == nullptr ? std::string("none") : std::string(found->name);
  };
  EXPECT_EQ(name("UTF8"), "utf8");
  EXPECT_EQ(name("utf-8"), "utf-8-strict");
  EXPECT_EQ(name("unicode-1-1-utf-8"), "utf-8-strict");
  EXPECT_EQ(name("latin1"), "iso-8859-1");
  EXPECT_EQ(name("ISO_8859-15"), "iso-8859-15");
  EXPECT_EQ(name("windows-874"), "cp874");
  EXPECT_EQ(name("cp-850"), "cp850");
  EXPECT_EQ(name("x-gbk"), "none");
  EXPECT_EQ(name("gb_2312-80"), "euc-cn");
  EXPECT_EQ(name("x-sjis"), "shiftjis");
  EXPECT_EQ(name("x-euc-jp"), "euc-jp");
  EXPECT_EQ(name("x-mac-cyrillic"), "MacCyrillic");
  EXPECT_EQ(name("C"), "ascii");
  EXPECT_EQ(name("iso-8859-8-i"), "none");
  EXPECT_EQ(name("unicode"), "none");
  EXPECT_EQ(name(""), "none");
}

// Of the tables that ICU does not have: what Encode::decode gives for these bytes.
TEST(BodyText, TablesOfTheCLibrary) {
  Arena arena;
  const auto text = [&](std::string_view charset, std::string_view bytes) {
    const auto decoded = decode(*find_encoding(charset), bytes, true, arena);
    return decoded ? std::string(decoded->utf8) : std::string("croaks");
  };
  EXPECT_EQ(text("euc-jp", "\xac\xd7\xf9\xe3"), "\u24e6\u7b9e");  // JIS X 0213, first plane
  EXPECT_EQ(text("euc-jp", "\x8f\xf7\xc0"), "\u868d");            // second plane
  EXPECT_EQ(text("euc-jp", "\x8f\xb0\xa1"), "\u4e02");            // JIS X 0212 where the plane has room
  EXPECT_EQ(text("euc-jp", "\x8f\xa2\xb7\xa1\xbd\xa2\xd6"), "~\u2015\u2985");
  EXPECT_EQ(text("euc-jp", "\xae\xa1"), "croaks");  // came in 2004
  EXPECT_EQ(text("iso-8859-16", "\xa4\xa2"), "\u20ac\u0105");
  EXPECT_EQ(text("viscii", "\xa4\x02"), "\u1ea5\u1eb2");
  EXPECT_EQ(text("johab", "\x88\x61"), "\uac00");
}

TEST(BodyText, MalformedInputBecomesReplacementsAsInPerl) {
  Arena arena;
  const auto replaced = [&](std::string_view charset, std::string_view bytes) {
    return std::string(decode(*find_encoding(charset), bytes, false, arena)->utf8);
  };
  EXPECT_EQ(replaced("utf-8", "a\xe2\x82z\xc0\x80"), "a\ufffdz\ufffd");
  EXPECT_EQ(replaced("utf-8", "\xed\xa0\x80\xef\xbf\xbe"), "\ufffd\ufffd");
  EXPECT_EQ(replaced("utf-8",
                     "\x80\xe2\x82\xac"
                     "a"),
            "\ufffd"
            "a");  // Perl's automaton swallows the good character
  EXPECT_EQ(replaced("shift_jis", "a\x82z"), "a\ufffdz");
  EXPECT_EQ(replaced("shift_jis", "a\x82"), "a");  // cut off at the end: gone
  EXPECT_EQ(replaced("cp1252", "\x81\x80"), "\ufffd€");
  EXPECT_EQ(replaced("iso-2022-jp", "\x1b$B$\x7e\x7e"), "\\xA4\\xFE");
  EXPECT_EQ(replaced("utf-16le", std::string_view("\0\xd8"
                                                  "a\0b",
                                                  5)),
            "\ufffd"
            "a");
  EXPECT_FALSE(decode(*find_encoding("euc-kr"), "\xfe\xa1", true, arena));
}

TEST(BodyText, DecodedHeaders) {
  const auto subject = [](const std::string& value) {
    return std::string(TestMessage("Subject: " + value + "\n\nx\n")->root().header("subject"));
  };
  EXPECT_EQ(subject("=?utf-8?q?a_=E2=82?= \t=?utf-8?q?=AC?= b"), "a € b");
  EXPECT_EQ(subject("x=?iso-8859-1?q?=e9?=y"), "xéy");
  EXPECT_EQ(subject("=?utf-8*en?b?4oKs?= =?gb2312?b?xOM=?="), "€你");
  EXPECT_EQ(subject("caf\xe9 =?utf-8?q?=C3=A9?="), "café é");
  EXPECT_EQ(subject("=?utf-8?x?abc?= =?utf-8?q?abc"), "=?utf-8?x?abc?= =?utf-8?q?abc");
  EXPECT_EQ(subject("=?utf-8?q?=ff=C3=A9?="), "\ufffdé");
  EXPECT_EQ(subject("=?utf-16?b?AGEAYg==?="), std::string("\0a\0b", 4));  // octets come back as they were
  EXPECT_EQ(subject("a\n\tb\n  c  "), "a b c");
  const TestMessage kept("Message-ID: =?utf-8?q?a?=\nList-Id: =?utf-8?q?b?=\nX-List-Id: =?utf-8?q?c?=\n\n");
  EXPECT_EQ(kept->root().header("message-id"), "=?utf-8?q?a?=");
  EXPECT_EQ(kept->root().header("list-id"), "=?utf-8?q?b?=");
  EXPECT_EQ(kept->root().header("x-list-id"), "c");
}

TEST(BodyText, LinesAndParagraphs) {
  EXPECT_EQ(strings(TestMessage("Subject: s\n\na\nb\n\nc \n \n d\n")->body()),
            (Lines{"s\n", "a b\n", "c \n", " d "}));
  EXPECT_EQ(strings(TestMessage("X-A: s\n\na\n")->body()), (Lines{"\n", "a "}));
  EXPECT_EQ(strings(TestMessage("Subject: s\n\na\nb\n")->rawbody()), (Lines{"a\nb\n"}));
  EXPECT_EQ(strings(TestMessage("Subject: s\n\n")->rawbody()), (Lines{""}));
  EXPECT_TRUE(TestMessage("Subject: s\n\na\n")->invisible_body().empty());
}

TEST(BodyText, WhiteSpaceIsUnicodesWhereTextIsCharacters) {
  // NBSP, NEL, U+2028 and the ideographic space.
  EXPECT_EQ(rendered("utf-8", "a\u00a0b\n"), "a\u00a0b\n");
  const TestMessage message(
      "Subject: s\nContent-Type: text/plain; charset=utf-8\n\na\u00a0\u0085b\u2028\u3000c\n\u00a0\n\u00e9\n");
  EXPECT_EQ(strings(message->body()), (Lines{"s\n", "a b c\n", "\u00e9 "}));
  // In the subject they are bytes.
  EXPECT_EQ(strings(TestMessage("Subject: a\u00a0b\n\nc\n")->body())[0], "a\u00a0b\n");
  // A NUL breaks the line.
  EXPECT_EQ(strings(TestMessage(std::string("Subject: s\n\na\0b\n", 16))->body()),
            (Lines{"s\n", "a\n", "b "}));
}

TEST(BodyText, EntitiesInAsciiHtmlStayBytes) {
  const TestMessage bytes(
      "Subject: s\nContent-Type: text/html; charset=us-ascii\n\n<p>caf&eacute;&#160;x</p>\n");
  EXPECT_EQ(strings(bytes->body()), (Lines{"s\n", "\n", "caf\xe9\xa0x\n"}));
  // One character above U+00FF makes characters of all.
  const TestMessage characters(
      "Subject: s\nContent-Type: text/html; charset=us-ascii\n\n<p>caf&eacute;&#160;x&#8364;</p>\n");
  EXPECT_EQ(strings(characters->body()), (Lines{"s\n", "\n", "caf\u00e9 x\u20ac\n"}));
  // So does a charset that is decoded even where all is ASCII.
  const TestMessage decoded_anyway(
      "Subject: s\nContent-Type: text/html; charset=gb2312\n\n<p>caf&eacute;</p>\n");
  EXPECT_EQ(strings(decoded_anyway->body()), (Lines{"s\n", "\n", "caf\u00e9\n"}));
}

TEST(BodyText, PartsOfAMultipart) {
  const TestMessage message(
      "Subject: s\nContent-Type: multipart/alternative; boundary=aa\n\n--aa\n\nplain\n--aa\nContent-Type: "
      "text/html\n\n"
      "<p>html</p>\n--aa\nContent-Type: image/png\n\nPNG\n--aa\nContent-Type: "
      "text/calendar\n\nCAL\n--aa--\n");
  EXPECT_EQ(strings(message->body()), (Lines{"s\n", "plain\n", "html\n"}));
  EXPECT_EQ(strings(message->rawbody()), (Lines{"plain", "<p>html</p>"}));
  ASSERT_NE(message->html(), nullptr);
  EXPECT_EQ(message->html_all().size(), 1u);
  EXPECT_FALSE(message->leaves()[2]->rendered());
  EXPECT_FALSE(message->leaves()[3]->rendered());
}

TEST(BodyText, LinesAreCutAtASpace) {
  std::string words;
  for (int i = 0; i < 500; ++i) words += "abcd ";
  const TestMessage message("Subject: s\n\n" + words + "\n");
  const Lines lines = strings(message->body());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].size(), 2045u);
  // A line that a piece ends with its very last byte leaves an empty one behind.
  const TestMessage exact("Subject: s\n\n" + std::string(2048, 'x') + "\n");
  EXPECT_EQ(strings(exact->body()), (Lines{"s\n", std::string(2048, 'x') + " ", ""}));
  EXPECT_EQ(strings(TestMessage("Subject: s\n\n" + std::string(3000, 'x') + "\n")->body())[1].size(),
            limits::body_line_length);
}

TEST(BodyText, RawbodyPieces) {
  const auto sizes = [](const std::string& body) {
    const TestMessage message("Subject: s\n\n" + body);
    std::vector<std::size_t> result;
    for (const std::string_view piece : message->rawbody()) result.push_back(piece.size());
    return result;
  };
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(sizes(std::string(2048, 'x')), (Sizes{2048}));
  EXPECT_EQ(sizes(std::string(4096, 'x')), (Sizes{4096}));
  EXPECT_EQ(sizes(std::string(4097, 'x')), (Sizes{2049, 2048}));
  EXPECT_EQ(sizes(std::string(3000, 'x') + ">" + std::string(3000, 'y')), (Sizes{3001, 3000}));
  EXPECT_EQ(sizes(std::string(2100, 'x') + ">" + std::string(500, 'y') + "\n" + std::string(3000, 'z')),
            (Sizes{2602, 3000}));
}

TEST(BodyText, ScanSizes) {
  const auto body = [&](const std::string& text) {
    MessageSettings copy;
    copy.body_part_scan_size = copy.rawbody_part_scan_size = 10;
    return strings(
        TestMessage("Subject: s\nContent-Type: text/plain; charset=utf-8\n\n" + text, std::move(copy))
            ->body());
  };
  const auto rawbody = [&](const std::string& text) {
    MessageSettings copy;
    copy.body_part_scan_size = copy.rawbody_part_scan_size = 10;
    return strings(
        TestMessage("Subject: s\nContent-Type: text/plain; charset=utf-8\n\n" + text, std::move(copy))
            ->rawbody());
  };
  EXPECT_EQ(body("0123456789"), (Lines{"s\n", "0123456789"}));
  EXPECT_EQ(body("0123456789ab\ncd\n"), (Lines{"s\n", "0123456789ab "}));
  EXPECT_EQ(body("0123456789ab cd"), (Lines{"s\n", "0123456789ab "}));
  EXPECT_EQ(body("0123456789abcd"), (Lines{"s\n", "0123456789"}));
  // Characters are counted, not bytes, up to 1,024 beyond.
  EXPECT_EQ(body("éééééééééééé x"), (Lines{"s\n", "éééééééééééé "}));
  EXPECT_EQ(body("0123456789" + std::string(1024, 'x') + " y")[1].size(), 1035u);
  EXPECT_EQ(body("0123456789" + std::string(1025, 'x') + " y")[1].size(), 10u);
  EXPECT_EQ(rawbody("0123456789ab>cd ef"), (Lines{"0123456789ab>"}));
  EXPECT_EQ(rawbody("0123456789abcdef"), (Lines{"0123456789"}));
}

}  // namespace
}  // namespace thresh
