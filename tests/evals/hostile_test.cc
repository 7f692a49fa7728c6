// Large and unkind messages: the evals take time in proportion to the size and keep their bounds.
#include <gtest/gtest.h>

#include "engine/evals/address_lists.h"
#include "engine/evals/email_finder.h"
#include "engine/evals/eval.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

// Every eval of the header families that takes no argument, over one message.
void run_all(const std::string& raw) {
  static const auto rules = RuleSet::parse(
      "util_rb_tld com net org\n"
      "freemail_domains free.com *.*.*.x??com\n"
      "freemail_max_body_emails 100000\nfreemail_max_body_freemails 100000\n"
      "welcomelist_bounce_relays *.*.*.ours.net\n"
      "welcomelist_from *a*b*c*d*@*\n"
      "blocklist_subject a*b*c*d\n"
      "enlist_uri_host (BLOCK) top\n",
      "hostile");
  ASSERT_TRUE(rules) << rules.error().text();
  static const auto settings = EvalSettings::make(*rules);
  ASSERT_TRUE(settings);
  MessageSettings for_message;
  for (const std::string_view tld : {"com", "net", "org"}) for_message.registry.add_tld(tld);
  Arena arena;
  RegexScratch regex;
  const Message message(raw, for_message, arena);
  EvalContext context(message, *rules, *settings, regex);
  for (const EvalFamily& family : eval_families())
    for (const std::string_view plugin : {"HeaderEval", "RelayEval", "FreeMail", "FromNameSpoof", "WLBLEval",
                                          "VBounce", "WelcomeListSubject"})
      if (family.plugin == plugin)
        for (const EvalEntry& entry : family.entries)
          if (entry.function != nullptr && entry.prepare == nullptr) (void)entry.function(context, {});
}

TEST(Hostile, TextOfAtSigns) {
  run_all("From: a@free.com\n\n" + repeated("@", 1'000'000) + "\n");
  run_all("From: a@free.com\n\n" + repeated("a@b.", 300'000) + "com\n");
  run_all("From: a@free.com\n\n" + repeated("<a.b@c.com ", 100'000) + "\n");
}

TEST(Hostile, TextOfLinks) {
  run_all("From: a@free.com\n\n" + repeated("http://", 150'000) + "@\n");
  run_all("From: a@free.com\n\n" + repeated("http://a%40 ", 80'000) + "\n");
}

TEST(Hostile, AttachedReceivedWithoutEnd) {
  run_all("From: a@free.com\n\nReceived: x\n" + repeated(" a.b.c.d\n", 100'000));
  run_all("From: a@free.com\n\nReceived: x\n" + repeated(" \n", 500'000));
  run_all("From: a@free.com\n\n" + repeated("> ", 500'000) + "Received: x.y \n");
  run_all("From: a@free.com\n\nReceived: x\n\n" + repeated(" >\n", 300'000) + " Received: a.b\n");
}

TEST(Hostile, HeadersOfOneCharacter) {
  for (const std::string_view name : {"Received", "From", "To", "Subject", "Message-Id", "Date", "Reply-To",
                                      "X-Received", "List-Unsubscribe", "Mailing-List", "X-Originating-IP"})
    for (const std::string_view unit : {" ", "\"", "<", "a", "a.", "1.", "=?", "hotmail.com ", "rly-",
                                        "@yahoo.com,", "from ", "1 ", "%A", "helo=1.", "mailto:leave-"})
      run_all("From: a@hotmail.com\nTo: b@groups.msn.com\n" + std::string(name) + ": x " +
              repeated(unit, 8000) + "\n\ntext\n");
}

TEST(Hostile, ManyRecipients) {
  run_all("From: a@free.com\nTo: " + repeated("aa@free.com, ab@free.com, ", 300) + "\n" +
          repeated("Cc: " + repeated("zz@a.com, zy@b.com, ", 300) + "\n", 20) + "\ntext\n");
}

TEST(AddressList, PatternsAndDomains) {
  AddressList list;
  for (const std::string_view entry : {"Joe@Example.com", "*@all.com", "*.sub.net", "a?c@*", "odd(x@y.org"})
    list.add(entry);
  for (const std::string_view hit : {"joe@example.COM", "x@all.com", "@all.com", "x@y.sub.net", "x.sub.net",
                                     "abc@", "ABC@z", "odd(x@y.org", "odd_x@y.org", "joe@example.com\n"})
    EXPECT_TRUE(list.contains(hit)) << hit;
  for (const std::string_view miss :
       {"joe@example.org", "x@call.com.net", "x@sub.net", "ac@z", "abbc@z", "a\nc@z", "odd)x@y.org", ""})
    EXPECT_FALSE(list.contains(miss)) << miss;
}

TEST(AddressList, SplitsNamedLists) {
  std::string_view list, words;
  EXPECT_TRUE(split_list_value("(NAME) a b", list, words));
  EXPECT_EQ(list, "NAME");
  EXPECT_EQ(words, "a b");
  EXPECT_TRUE(split_list_value("(a) b) c", list, words));
  EXPECT_EQ(list, "a");
  for (const std::string_view broken : {"NAME a", "(NAME)a", "() a", "(NAME) ", ""})
    EXPECT_FALSE(split_list_value(broken, list, words)) << broken;
}

TEST(Patterns, NumbersAsPerlReadsThem) {
  EXPECT_EQ(perl_number("0.02"), 0.02);
  EXPECT_EQ(perl_number(" -12abc"), -12);
  EXPECT_EQ(perl_number("+1e2"), 100);
  EXPECT_EQ(perl_number(".5"), 0.5);
  EXPECT_EQ(perl_number("abc"), 0);
  EXPECT_EQ(perl_number(""), 0);
  EXPECT_EQ(perl_number("--1"), 0);
}

TEST(Patterns, FindFoldedFindsTheFirst) {
  EXPECT_EQ(find_folded("xxReCeived", "received"), 2U);
  EXPECT_EQ(find_folded("rrRrec", "rec"), 3U);
  EXPECT_EQ(find_folded("abc", "abcd"), std::string_view::npos);
  EXPECT_EQ(find_folded("aXax", "ax", 1), 2U);
}

}  // namespace
}  // namespace thresh
