// Structure: how SpamAssassin's parser takes messages apart, the damaged ones above all. All expectations are
// its own.
#include <gtest/gtest.h>

#include <string>

#include "engine/message/limits.h"
#include "tests/message/message_support.h"

namespace thresh {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

std::string multipart(std::string_view body, std::string_view type = "mixed") {
  return "Subject: x\nContent-Type: multipart/" + std::string(type) + "; boundary=\"aa\"\n\n" +
         std::string(body);
}

TEST(MimeStructure, PlainMessageIsViewsOfTheBuffer) {
  const std::string raw = "Subject: hello\nX-A:\tb\n\nbody\n";
  const MessageSettings settings;
  Arena arena;
  const Message message(raw, settings, arena);
  EXPECT_EQ(message.root().type(), "text/plain");
  EXPECT_TRUE(message.root().is_leaf());
  EXPECT_EQ(message.root().raw(), "body\n");
  EXPECT_EQ(message.root().raw().data(), raw.data() + raw.find("body"));
  EXPECT_EQ(message.root().header("subject"), "hello");
  EXPECT_EQ(message.root().header("subject").data(), raw.data() + 9);
  EXPECT_EQ(message.root().find_header("x-a")->raw, "\tb\n");
  EXPECT_EQ(message.pristine(), raw);
  EXPECT_EQ(message.pristine_headers(), "Subject: hello\nX-A:\tb\n\n");
  EXPECT_EQ(message.pristine_body(), "body\n");
  EXPECT_FALSE(message.flags().missing_head_body_separator);
}

TEST(MimeStructure, EmptyMessageIsANewline) {
  const TestMessage message("");
  EXPECT_EQ(message->pristine(), "\n");
  EXPECT_EQ(message->pristine_body(), "");
  EXPECT_EQ(strings(message->body()), (std::vector<std::string>{"\n"}));
}

TEST(MimeStructure, MboxSeparatorIsTakenOff) {
  EXPECT_EQ(TestMessage("From a@example.com Mon Jan  1\nSubject: x\n\n")->pristine(), "Subject: x\n\n");
  // White space before a colon makes it a header field, two of them do not.
  EXPECT_EQ(TestMessage("From : a@example.com\n\n")->root().header("From"), "a@example.com");
  EXPECT_EQ(TestMessage("From  : a@example.com\nSubject: x\n\n")->root().headers().size(), 1u);
}

TEST(MimeStructure, HeaderSectionWithoutEnd) {
  const TestMessage message("Subject: x\nX-A: b");
  EXPECT_TRUE(message->flags().missing_head_body_separator);
  EXPECT_EQ(message->pristine_headers(), "Subject: x\nX-A: b");
  EXPECT_EQ(message->root().header("x-a"), "b");
}

TEST(MimeStructure, ABoundaryEndsTheHeaderSection) {
  const TestMessage message("Subject: x\n--aa\nX-A: b\n");
  EXPECT_TRUE(message->flags().missing_head_body_separator);
  EXPECT_EQ(message->pristine_body(), "--aa\nX-A: b\n");
}

TEST(MimeStructure, ThreeBadLinesAreLetThrough) {
  const TestMessage three("Subject: x\nbad\nbad\nbad\nX-A: b\n\nbody\n");
  EXPECT_EQ(three->root().header("x-a"), "b");
  EXPECT_FALSE(three->flags().missing_head_body_separator);
  const TestMessage four("Subject: x\nbad\nbad\nbad\nworse\nX-A: b\n\nbody\n");
  EXPECT_TRUE(four->flags().missing_head_body_separator);
  EXPECT_EQ(four->pristine_body(), "worse\nX-A: b\n\nbody\n");
  EXPECT_EQ(limits::invalid_header_lines, 3);
}

TEST(MimeStructure, LongNamesAndValuesAreCut) {
  const TestMessage message(std::string(300, 'N') + ": x\nX-B: " + std::string(9000, 'v') + "\n\n");
  EXPECT_TRUE(message->flags().truncated_header);
  EXPECT_EQ(message->root().headers()[0].name.size(), limits::header_key_length);
  EXPECT_EQ(message->root().headers()[1].raw.size(), limits::header_value_length);
  EXPECT_FALSE(TestMessage(std::string(256, 'N') + ": x\n\n")->flags().truncated_header);
}

TEST(MimeStructure, ManyHeadersCountAsTruncated) {
  std::string raw;
  for (int i = 0; i < 20; ++i) raw += "X-Long: " + std::string(4000, 'v') + "\n";
  raw += "X-Short: a\n";
  const TestMessage message(raw + "\nbody\n");
  EXPECT_TRUE(message->flags().truncated_header);
  // A name counts with all its fields where it first stands: nothing after the bound is left.
  EXPECT_EQ(message->get("ALL").size(), 16u);
  EXPECT_EQ(message->get("X-Short").size(), 1u);
}

TEST(MimeStructure, OwnHeadersOfAnEarlierFilterAreNotSeen) {
  const TestMessage message("X-Spam-Status: Yes\nx-spam-flag: YES\nX-Spammer: a\n\n");
  EXPECT_EQ(message->root().headers().size(), 1u);
  EXPECT_TRUE(message->get("X-Spam-Status").empty());
  EXPECT_EQ(message->pristine_headers(), "X-Spam-Status: Yes\nx-spam-flag: YES\nX-Spammer: a\n\n");
}

TEST(MimeStructure, CrlfIsReadAsLf) {
  const TestMessage message("Subject: a\r\n b\r\n\r\nbody\r\n");
  EXPECT_TRUE(message->line_ending_is_crlf());
  EXPECT_EQ(message->root().raw(), "body\n");
  EXPECT_EQ(message->root().find_header("subject")->raw, " a\n b\n");
  EXPECT_EQ(message->pristine_headers(), "Subject: a\r\n b\r\n\r\n");
  EXPECT_EQ(message->pristine_body(), "body\r\n");
}

TEST(MimeStructure, LoneLfInACrlfHeaderSectionBecomesCrlf) {
  const TestMessage message("Subject: a\r\nX-A: b\nX-B: c\r\n\r\nbody\nmore\r\n");
  EXPECT_EQ(message->pristine_headers(), "Subject: a\r\nX-A: b\r\nX-B: c\r\n\r\n");
  EXPECT_EQ(message->pristine_body(), "body\nmore\r\n");
}

TEST(MimeStructure, LongRunsOfBlankLinesAreShortened) {
  const std::string blank(40, '\n');
  EXPECT_EQ(TestMessage("Subject: x\n\na\n" + blank + "b\n")->root().raw(),
            "a\n" + std::string(20, '\n') + "b\n");
  EXPECT_EQ(TestMessage("Subject: x\n\na\n" + std::string(20, '\n') + "b\n")->root().raw(),
            "a\n" + std::string(20, '\n') + "b\n");
  EXPECT_EQ(TestMessage("Subject: x\n\na\n" + blank)->root().raw(), "a\n" + std::string(20, '\n'));
  // One more stays at the beginning.
  EXPECT_EQ(TestMessage("Subject: x\n\n" + blank + "b\n")->root().raw(), std::string(21, '\n') + "b\n");
  EXPECT_EQ(TestMessage("Subject: x\n\na\n" + repeat(" \t\n", 30) + "b\n")->root().raw(),
            "a\n" + repeat(" \t\n", 20) + "b\n");
}

TEST(MimeStructure, MultipartWithPreambleAndEpilogue) {
  const TestMessage message(
      multipart("preamble\n--aa\n\none\n--aa\nContent-Type: text/html\n\n<p>two\n\n--aa--\nrest\n"));
  EXPECT_EQ(shape(message->root()), "multipart/mixed(text/plain,text/html)");
  EXPECT_EQ(message->leaves()[0]->raw(), "one");
  EXPECT_EQ(message->leaves()[1]->raw(), "<p>two\n");
  EXPECT_TRUE(message->flags().mime_epilogue_exists);
  EXPECT_TRUE(message->flags().missing_mime_headers);
  EXPECT_EQ(message->boundary_balance()[0], (std::pair<std::string_view, int>("aa", 0)));
  EXPECT_FALSE(TestMessage(multipart("--aa\nX-A: b\n\none\n--aa--\n . \n"))->flags().mime_epilogue_exists);
}

TEST(MimeStructure, UnfinishedMultipart) {
  const TestMessage message(multipart("--aa\nContent-Type: text/html\n\n<p>one\n"));
  EXPECT_EQ(shape(message->root()), "multipart/mixed(text/html)");
  EXPECT_EQ(message->boundary_balance()[0].second, 1);
}

TEST(MimeStructure, MultipartWithoutAnythingIsNoLeaf) {
  const TestMessage message("Subject: x\nContent-Type: multipart/mixed; boundary=aa\n\n");
  EXPECT_FALSE(message->root().is_leaf());
  EXPECT_TRUE(message->leaves().empty());
  EXPECT_TRUE(message->body().empty());
}

TEST(MimeStructure, MultipartWhoseBoundaryNeverComes) {
  const TestMessage message(multipart("X-A: b\n\ntext\n"));
  ASSERT_EQ(shape(message->root()), "multipart/mixed(text/plain)");
  // A blank line is put before text that stands where the boundary should, so these are no fields.
  EXPECT_EQ(message->leaves()[0]->raw(), "X-A: b\n\ntext\n");
  EXPECT_TRUE(message->leaves()[0]->headers().empty());
}

TEST(MimeStructure, MultipartWithoutBoundaryIsPlainText) {
  const TestMessage message("Content-Type: multipart/mixed\n\ntext\nmore\n");
  EXPECT_EQ(message->root().type(), "text/plain");
  EXPECT_EQ(message->root().raw(), "\ntext\nmore\n");
}

TEST(MimeStructure, ANestedMultipartWithoutBoundaryTakesTheOuterOne) {
  const TestMessage message(multipart("--aa\nContent-Type: multipart/related\n\ntext\n--aa--\n"));
  EXPECT_EQ(shape(message->root()), "multipart/mixed(multipart/related(text/plain))");
}

TEST(MimeStructure, APartThatEndsInItsHeaderLosesTheLastField) {
  const TestMessage message(multipart("--aa\nX-A: b\nContent-Type: text/html\n--aa--\n"));
  EXPECT_EQ(shape(message->root()), "multipart/mixed(text/plain)");
  EXPECT_EQ(message->leaves()[0]->headers().size(), 1u);
  EXPECT_EQ(message->leaves()[0]->raw(), "");
}

TEST(MimeStructure, PartHeaderWithoutBlankLine) {
  const TestMessage message(multipart("--aa\nX-A: b\ntext\n--aa--\n"));
  EXPECT_TRUE(message->flags().missing_mime_head_body_separator);
  EXPECT_EQ(message->leaves()[0]->raw(), "text");
}

TEST(MimeStructure, DigestPartsAreMessages) {
  const TestMessage message(multipart("--aa\n\nSubject: inner\n\ntext\n--aa--\n", "digest"));
  EXPECT_EQ(shape(message->root()), "multipart/digest(message/rfc822(text/plain))");
  EXPECT_EQ(message->leaves()[0]->header("Subject"), "inner");
}

TEST(MimeStructure, MessagesInMessages) {
  const TestMessage message(
      "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogYQ0KDQp0ZXh0DQo=\n");
  ASSERT_EQ(shape(message->root()), "message/rfc822(text/plain)");
  EXPECT_EQ(message->leaves()[0]->raw(), "text\n");
  EXPECT_EQ(message->root().raw(), "");
  EXPECT_EQ(shape(TestMessage("Content-Type: message/partial\n\nSubject: a\n\ntext\n")->root()),
            "message/partial");
  EXPECT_EQ(shape(TestMessage("Content-Type: message/rfc822\n\n")->root()), "message/rfc822");
}

TEST(MimeStructure, OverlongLinesOfPartsAreBroken) {
  const std::string line(5000, 'x');
  const TestMessage message(multipart("--aa\n\n" + line + "\n--aa--\n"));
  EXPECT_EQ(message->leaves()[0]->raw(),
            line.substr(0, 2048) + "\n" + line.substr(0, 2048) + "\n" + line.substr(0, 904));
  // Not so outside of multiparts.
  EXPECT_EQ(TestMessage("Subject: x\n\n" + line + "\n")->root().raw(), line + "\n");
}

TEST(MimeStructure, AThousandPartsAreEnough) {
  const TestMessage message(multipart(repeat("--aa\nX-A: b\n\ntext\n", 1500) + "--aa--\n"));
  EXPECT_EQ(message->root().children().size(), limits::parts);
  EXPECT_TRUE(message->flags().mimepart_limit_exceeded);
  EXPECT_FALSE(TestMessage(multipart(repeat("--aa\nX-A: b\n\nt\n", 999) + "--aa--\n"))
                   ->flags()
                   .mimepart_limit_exceeded);
}

TEST(MimeStructure, NestingEndsAtTwentyLevels) {
  std::string raw;
  for (int i = 0; i < 40; ++i) {
    const std::string boundary = "b" + std::to_string(i) + "x";
    raw += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  const TestMessage message(raw + "\ntext\n");
  int depth = 0;
  const Part* part = &message->root();
  while (!part->is_leaf()) {
    part = part->children()[0];
    ++depth;
  }
  EXPECT_EQ(depth, limits::nesting);
  EXPECT_EQ(part->type(), "multipart/mixed");

  std::string messages;
  for (int i = 0; i < 200; ++i) messages += "Content-Type: message/rfc822\n\n";
  EXPECT_EQ(TestMessage(messages + "\ntext\n")->all_parts().size(), 21u);
}

TEST(MimeStructure, NamesOfAttachments) {
  const auto name = [](const std::string& fields) {
    return std::string(TestMessage(fields + "\n\ntext\n")->root().name());
  };
  EXPECT_EQ(name("Content-Type: image/png; name=\"a b.png\""), "a b.png");
  EXPECT_EQ(name("Content-Type: image/png; name=a.png\nContent-Disposition: attachment; filename=b.png"),
            "b.png");
  EXPECT_EQ(name("Content-Disposition: attachment; name=  ;x"), " ");
  EXPECT_EQ(name("Content-Type: image/png; name*1=\"b.png\"; name*0=a"), "ab.png");
  EXPECT_EQ(name("Content-Type: image/png; name=0"), "");
  EXPECT_EQ(TestMessage("Content-Type: image/png; name=a.SHTML\n\nx\n")->root().effective_type(),
            "text/html");
  EXPECT_EQ(TestMessage("Content-Type: image/png; name=a.html.png\n\nx\n")->root().effective_type(),
            "image/png");
}

TEST(MimeStructure, Types) {
  const auto type = [](const std::string& value) {
    return std::string(TestMessage("Content-Type: " + value + "\n\ntext\n")->root().type());
  };
  EXPECT_EQ(type("TEXT/HTML; charset=x"), "text/html");
  EXPECT_EQ(type("text/enriched"), "text/plain");
  EXPECT_EQ(type("text/calendar"), "text/calendar");
  EXPECT_EQ(type("text"), "text/plain");
  EXPECT_EQ(type("textual/x"), "textual/x");
  EXPECT_EQ(type("foo bar/baz qux"), "foobar/baz");
  EXPECT_EQ(type("0"), "text/plain");
  EXPECT_EQ(type("\"image\"/png"), "image/png");
  // A type of nothing but brackets leaves nothing: the part is not found.
  const TestMessage none("Content-Type: ()\n\ntext\n");
  EXPECT_EQ(none->root().type(), "");
  EXPECT_TRUE(none->leaves().empty());
  EXPECT_TRUE(none->all_parts().empty());
}

}  // namespace
}  // namespace thresh
