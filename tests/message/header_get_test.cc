// PerMsgStatus::get and what stands on it: modifiers, special requests, joined values, envelope sender,
// addresses. All expectations are SpamAssassin's.
#include <gtest/gtest.h>

#include <string>

#include "tests/message/message_support.h"

namespace thresh {
namespace {

using Values = std::vector<std::string>;

MessageSettings settings_with_tlds() {
  MessageSettings settings;
  for (const char* const tld : {"com", "net", "org", "uk"}) settings.registry.add_tld(tld);
  settings.registry.add_2tld("co.uk");
  return settings;
}

class Headers : public TestMessage {
 public:
  explicit Headers(const std::string& fields) : TestMessage(fields + "\nbody\n", settings_with_tlds()) {}
  Values get(std::string_view request) const { return strings((**this).get(request)); }
  std::string scalar(std::string_view request) const { return std::string((**this).get_scalar(request)); }
  std::string joined(std::string_view request) const {
    return std::string((**this).get_joined(HeaderQuery::parse(request)).value_or("(none)"));
  }
};

TEST(HeaderQuery, Parses) {
  const HeaderQuery query = HeaderQuery::parse("From:addr:first:bogus");
  EXPECT_EQ(query.name, "From");
  EXPECT_EQ(query.source, HeaderQuery::Source::header);
  EXPECT_TRUE(query.addr);
  EXPECT_TRUE(query.first);
  EXPECT_FALSE(query.last);
  EXPECT_FALSE(query.raw);
  EXPECT_TRUE(HeaderQuery::parse("From:domain").host);
  EXPECT_TRUE(HeaderQuery::parse("Received:revip").ip);
  EXPECT_EQ(HeaderQuery::parse("ALL").source, HeaderQuery::Source::all);
  EXPECT_EQ(HeaderQuery::parse("all").source, HeaderQuery::Source::header);
  EXPECT_EQ(HeaderQuery::parse("envelopefrom:addr").source, HeaderQuery::Source::envelope_from);
  EXPECT_EQ(HeaderQuery::parse("MessageId").source, HeaderQuery::Source::header);
}

TEST(HeaderGet, ValuesOfAField) {
  const Headers headers("X-A: one\nx-a:\ttwo\n three\nSubject: =?utf-8?q?=C3=A9?=\n");
  EXPECT_EQ(headers.get("X-A"), (Values{"one\n", "two three\n"}));
  EXPECT_EQ(headers.get("x-A:raw"), (Values{" one\n", "\ttwo\n three\n"}));
  EXPECT_EQ(headers.get("X-A:first"), (Values{"one\n"}));
  EXPECT_EQ(headers.get("X-A:last"), (Values{"two three\n"}));
  EXPECT_EQ(headers.get("Subject"), (Values{"é\n"}));
  EXPECT_EQ(headers.get("Subject:raw"), (Values{" =?utf-8?q?=C3=A9?=\n"}));
  EXPECT_TRUE(headers.get("X-None").empty());
  EXPECT_EQ(headers.joined("X-A"), "one\ntwo three\n");
  EXPECT_EQ(headers.joined("X-None"), "(none)");
  EXPECT_EQ(headers.scalar("X-A"), "one\ntwo three\n");
  EXPECT_EQ(headers.scalar("X-None"), "");
}

TEST(HeaderGet, AddressesAndNames) {
  const Headers headers(
      "From: \"A, B\" <a@example.com>, 'C' <c@sub.example.co.uk>\nTo: =?utf-8?q?=C3=A9?= <e@example.org>\n");
  EXPECT_EQ(headers.get("From:addr"), (Values{"a@example.com", "c@sub.example.co.uk"}));
  EXPECT_EQ(headers.get("From:name"), (Values{"A, B", "C"}));
  EXPECT_EQ(headers.get("From:addr:host"), (Values{"example.com", "sub.example.co.uk"}));
  EXPECT_EQ(headers.get("From:addr:domain"), (Values{"example.com", "example.co.uk"}));
  EXPECT_EQ(headers.get("To:name"), (Values{"é"}));
  EXPECT_EQ(headers.get("To:name:raw"), (Values{"=?utf-8?q?=C3=A9?= "}));
  EXPECT_EQ(headers.joined("From:addr"), "a@example.com\nc@sub.example.co.uk");
  EXPECT_EQ(headers.scalar("From:addr"), "a@example.com");
  EXPECT_EQ(headers.get("X-AuthorDomain"), (Values{"example.com sub.example.co.uk"}));
}

TEST(HeaderGet, HostsAndAddressesInText) {
  const Headers headers(
      "Message-Id: <x.y.com@mail.example.org>\nX-Ip: a [192.0.2.7] b 10.0.0.1\nX-Host: see "
      "www.example.net.\n");
  EXPECT_EQ(headers.get("Message-Id:host"), (Values{"mail.example.org"}));
  EXPECT_EQ(headers.get("MESSAGEID:domain"), (Values{"example.org"}));
  EXPECT_EQ(headers.get("X-Ip:ip"), (Values{"192.0.2.7"}));
  EXPECT_EQ(headers.get("X-Ip:revip"), (Values{"7.2.0.192"}));
  EXPECT_TRUE(headers.get("X-Host:host").empty());
}

TEST(HeaderGet, All) {
  const Headers headers("Received: from a\n by b\nX-A: one\nReceived: from c\nX-A: two\n");
  EXPECT_EQ(headers.get("ALL"),
            (Values{"Received: from a by b\n", "X-A: one\n", "Received: from c\n", "X-A: two\n"}));
  EXPECT_EQ(headers.get("ALL:raw"),
            (Values{"Received: from a\n by b\n", "X-A: one\n", "Received: from c\n", "X-A: two\n"}));
  EXPECT_EQ(headers.joined("ALL"), "Received: from a by b\nX-A: one\nReceived: from c\nX-A: two\n");
  // Unparseable Received fields are passed over as trusted.
  EXPECT_EQ(headers.get("ALL-EXTERNAL:raw").size(), headers.get("ALL-EXTERNAL").size());
}

TEST(HeaderGet, AllByTrust) {
  const Headers headers(
      "Return-Path: <s@example.com>\nReceived: from a.example.com (a.example.com [198.51.100.7])\n\tby "
      "mx.example.org"
      " (Postfix) with ESMTP id 1\n\tfor <r@example.org>; Mon, 1 Jan 2024 00:00:00 +0000\nX-A: one\n");
  EXPECT_EQ(headers.get("ALL-TRUSTED").size(), 2u);
  EXPECT_EQ(headers.get("ALL-UNTRUSTED").size(), 2u);
  EXPECT_EQ(headers.get("ALL-UNTRUSTED")[1], "X-A: one\n");
  EXPECT_EQ(headers.get("ALL-INTERNAL:raw")[0], "Return-Path: <s@example.com>\n");
  EXPECT_EQ(headers.scalar("X-Spam-Relays-External").substr(0, 19), "[ ip=198.51.100.7 r");
  EXPECT_EQ(headers.get("EnvelopeFrom"), (Values{"s@example.com"}));
  EXPECT_EQ(headers.get("X-SenderDomain"), (Values{"example.com"}));
  EXPECT_EQ(strings(headers->all_to_addrs()), (Values{"r@example.org"}));
}

TEST(HeaderGet, ToCcAndMessageId) {
  const Headers headers(
      "Cc: c@example.com\nTo: a@example.com,\n b@example.com\nMessage-Id:\n <1@example.com>\nX-Message-Id: "
      "<2@example.com>\n");
  EXPECT_EQ(headers.get("ToCc"), (Values{"a@example.com, b@example.com\n", "c@example.com\n"}));
  EXPECT_EQ(headers.get("ToCc:raw"), (Values{" a@example.com, b@example.com\n", " c@example.com\n"}));
  EXPECT_EQ(headers.get("ToCc:addr"), (Values{"a@example.com", "b@example.com", "c@example.com"}));
  EXPECT_EQ(headers.get("MESSAGEID"), (Values{"<2@example.com>\n", "<1@example.com>\n"}));
  EXPECT_EQ(headers.get("MESSAGEID:raw"), (Values{" <2@example.com>\n", " <1@example.com>\n"}));
}

TEST(HeaderGet, EnvelopeSenders) {
  const auto envelope = [](const std::string& fields) {
    const Headers headers(fields);
    return headers->has_envelope_from() ? std::string(headers->envelope_from()) : std::string("(none)");
  };
  EXPECT_EQ(envelope("Return-Path: <a@example.com>\n"), "a@example.com");
  EXPECT_EQ(envelope("X-Envelope-From: a@example.com\nReturn-Path: <b@example.com>\n"), "a@example.com");
  EXPECT_EQ(envelope("Envelope-Sender: a@example.com\n"), "a@example.com");
  // Below a Received line it may be an older one.
  EXPECT_EQ(envelope("Received: x\nReturn-Path: <a@example.com>\n"), "(none)");
  EXPECT_EQ(envelope("Received: x\nX-Envelope-From: a@example.com\nReturn-Path: <b@example.com>\n"),
            "(none)");
  EXPECT_EQ(envelope("Subject: x\n"), "(none)");
  // fetchmail makes them up out of X-Sender.
  EXPECT_EQ(envelope("Return-Path: <a@example.com>\nX-Sender: b@example.com\nReceived: x (fetchmail-6)\n"),
            "(none)");

  MessageSettings settings = settings_with_tlds();
  settings.envelope_sender_header = "X-Mail-From";
  EXPECT_EQ(TestMessage("X-Mail-From: <c@example.com>\nReturn-Path: <b@example.com>\n\n", std::move(settings))
                ->envelope_from(),
            "c@example.com");
  MessageSettings absent = settings_with_tlds();
  absent.envelope_sender_header = "X-Mail-From";
  EXPECT_FALSE(TestMessage("Return-Path: <b@example.com>\n\n", std::move(absent))->has_envelope_from());
}

TEST(HeaderGet, AllSendersAndRecipients) {
  const Headers headers(
      "From: A <A@Example.com>\nSender: s@example.com\nReturn-Path: <a..b@example.com>\nTo: x@example.com\n"
      "Cc: y@example.com, x@example.com\nDelivered-To: z@example.com\n");
  EXPECT_EQ(strings(headers->all_from_addrs()), (Values{"A@Example.com", "a.b@example.com"}));
  EXPECT_EQ(strings(headers->all_to_addrs()), (Values{"x@example.com", "z@example.com", "y@example.com"}));
  const Headers resent(
      "From: a@example.com\nResent-From: r@example.com\nResent-To: t@example.com\nTo: x@example.com\n");
  EXPECT_EQ(strings(resent->all_from_addrs()), (Values{"r@example.com"}));
  EXPECT_EQ(strings(resent->all_to_addrs()), (Values{"t@example.com"}));
}

TEST(HeaderGet, Metadata) {
  const Headers headers("X-Both: header\n");
  EXPECT_EQ(headers->metadata("X-Languages"), "");
  headers->put_metadata("X-Languages", "en");
  headers->put_metadata("X-Both", "metadata");
  EXPECT_EQ(headers->metadata("x-languages"), "en");
  EXPECT_EQ(headers.get("X-Languages"), (Values{"en"}));
  EXPECT_EQ(headers.get("X-Both"), (Values{"header\n"}));
}

TEST(HeaderGet, AnswersAreKept) {
  const Headers headers("X-A: one\n");
  EXPECT_EQ(headers->get("X-A").data(), headers->get("x-a").data());
  for (int i = 0; i < 2000; ++i) EXPECT_TRUE(headers.get("X-" + std::to_string(i)).empty());
  EXPECT_EQ(headers.get("X-A"), (Values{"one\n"}));
}

TEST(HeaderGet, UrisOfSignatures) {
  MessageSettings settings = settings_with_tlds();
  settings.parse_dkim_uris = true;
  const TestMessage message("DKIM-Signature: v=1; d=example.com; s=x\n\nhttp://example.net/\n",
                            std::move(settings));
  EXPECT_EQ(message->uri_details().size(), 2u);
  EXPECT_EQ(message->uri_details()[1].uri, "domainkeys:example.com");
}

}  // namespace
}  // namespace thresh
