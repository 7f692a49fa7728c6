// The bounds of native tests are reached; their values are SpamAssassin's, so the answers are too.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/evals/eval.h"
#include "engine/evals/metadata.h"
#include "engine/evals/mime_header.h"

namespace thresh {
namespace {

// One message, read with the rules given.
class Asked {
 public:
  Asked(RuleSet rules, std::string raw) : rules_(std::move(rules)), raw_(std::move(raw)) {
    auto settings = EvalSettings::make(rules_);
    EXPECT_TRUE(settings) << settings.error().text();
    settings_.emplace(std::move(*settings));
    for (const std::string_view tld : {"com", "org"}) for_message_.registry.add_tld(tld);
    message_.emplace(raw_, for_message_, arena_);
    context_.emplace(*message_, rules_, *settings_, regex_);
  }
  EvalContext& context() { return *context_; }
  const Message& message() const { return *message_; }
  double operator()(std::string_view name) {
    const Rule& rule = *rules_.find(name);
    if (rule.type == RuleType::mimeheader)
      return MimeHeaderTest::make(rule).value().value(*message_, regex_, &captures);
    const EvalEntry* const entry = find_eval(rule.eval_function);
    EvalCall call{&rule, rule.eval_args, nullptr};
    if (entry->prepare != nullptr) call.prepared = entry->prepare(call, rules_).value();
    return entry->function(*context_, call).value;
  }

  std::vector<MimeHeaderTest::Capture> captures;

 private:
  RuleSet rules_;
  std::string raw_;
  Arena arena_;
  RegexScratch regex_;
  MessageSettings for_message_;
  std::optional<EvalSettings> settings_;
  std::optional<Message> message_;
  std::optional<EvalContext> context_;
};

RuleSet parsed(std::string_view text) {
  auto rules = RuleSet::parse(text, "test.cf");
  EXPECT_TRUE(rules) << rules.error().text();
  return std::move(*rules);
}

std::string numbered(int count, std::string_view before, std::string_view behind) {
  std::string out;
  for (int i = 0; i < count; ++i) out += std::string(before) + std::to_string(1000 + i) + std::string(behind);
  return out;
}

constexpr std::string_view free_mail =
    "freemail_domains free.com\nfreemail_max_body_emails 1000\nfreemail_max_body_freemails 1000\n"
    "freemail_skip_bulk_envfrom 0\nheader BODY eval:check_freemail_body()\n";

// FreeMail.pm: 40 addresses of a body are enough.
TEST(EvalLimits, AddressesOfABody) {
  const auto behind = [](int others) {
    return Asked(parsed(free_mail),
                 "From: a@b.org\n\n" + numbered(others, "x", "@other.com\n") + "bob@free.com\n")("BODY");
  };
  EXPECT_EQ(behind(39), 1);
  EXPECT_EQ(behind(40), 0);
}

// And 20 of its links.
TEST(EvalLimits, AddressesOfLinks) {
  const auto behind = [](int others) {
    return Asked(parsed(free_mail), "From: a@b.org\nContent-Type: text/html\n\n<html><body>" +
                                        numbered(others, "<a href=\"mailto:x", "@other.com\">x</a>\n") +
                                        "<a href=\"mailto:bob@free.com\">x</a></body></html>\n")("BODY");
  };
  EXPECT_EQ(behind(19), 1);
  EXPECT_EQ(behind(20), 0);
}

// HeaderEval.pm: what stands behind the 256th recipient is not looked at.
TEST(EvalLimits, Recipients) {
  const auto sorted = [](int before) {
    return Asked(parsed("header SORTED eval:sorted_recipients()\n"),
                 "From: a@b.org\nTo: " + numbered(before, "x", "@a.org, ") + "aa@a.org\n\ntext\n")("SORTED");
  };
  EXPECT_EQ(sorted(255), 0);
  EXPECT_EQ(sorted(256), 1);
}

// WLBLEval.pm: a host is looked up by its last 11 labels at most.
TEST(EvalLimits, LabelsOfAListedHost) {
  const auto listed = [](std::string_view name) {
    return Asked(parsed("enlist_uri_host (L) " + std::string(name) +
                        "\nutil_rb_tld com\nheader L eval:check_uri_host_listed('L')\n"),
                 "From: a@b.org\n\nhttp://a.b.c.d.e.f.g.h.i.j.k.l.example.com/x\n")("L");
  };
  EXPECT_EQ(listed("d.e.f.g.h.i.j.k.l.example.com"), 1);
  EXPECT_EQ(listed("c.d.e.f.g.h.i.j.k.l.example.com"), 0);
  EXPECT_EQ(listed("a.b.c.d.e.f.g.h.i.j.k.l.example.com"), 0);
}

// TextCat.pm: the language of the first 10,000 bytes.
TEST(EvalLimits, TextOfALanguage) {
  const std::vector<std::string> paths{THRESH_SOURCE_DIR "/tests/evals/cases/body_side.cf"};
  const auto facts = [&](std::size_t sentences) {
    auto rules = RuleSet::load(paths);
    EXPECT_TRUE(rules) << rules.error().text();
    std::string body;
    for (std::size_t i = 0; i < sentences; ++i) body += "the man from the house is and was\n";
    Asked asked(std::move(*rules), "From: a@b.org\n\n" + body);
    extract_metadata(asked.context());
    return std::pair(std::string(asked.message().get("X-Languages-Length")[0]),
                     std::string(asked.message().get("X-Languages")[0]));
  };
  const auto [length, languages] = facts(3000);
  EXPECT_EQ(length, "10000");
  EXPECT_EQ(languages, facts(280).second);
  EXPECT_LT(std::stoi(facts(280).first), 10'000);
}

// MIMEHeader.pm: without maxhits 1,000 matches count.
TEST(EvalLimits, MatchesOfAMimeHeader) {
  const std::string message =
      "From: a@b.org\nContent-Type: text/plain; name=\"" + std::string(3000, 'q') + "\"\n\ntext\n";
  EXPECT_EQ(Asked(parsed("mimeheader Q Content-Type =~ /q/\ntflags Q multiple\n"), message)("Q"), 1000);
  EXPECT_EQ(Asked(parsed("mimeheader Q Content-Type =~ /q/\ntflags Q multiple maxhits=2000\n"), message)("Q"),
            2000);
}

// More values of one name than limits::captured_values, over several parts.
TEST(EvalLimits, CapturedValuesOfAMimeHeader) {
  std::string raw = "From: a@b.org\nContent-Type: multipart/mixed; boundary=xx\n\n";
  const auto part = [&](int first, int count) {
    raw += "--xx\nX-A: ";
    for (int i = first; i < first + count; ++i) raw += "k" + std::to_string(i) + " ";
    raw += "\n\ntext\n";
  };
  const auto captured = [&] {
    Asked asked(parsed("mimeheader Q X-A =~ /k(?<K>\\d+)/\ntflags Q multiple maxhits=2000\n"),
                raw + "--xx--\n");
    EXPECT_GT(asked("Q"), 0);
    EXPECT_EQ(asked.captures.size(), 1U);
    return std::pair(asked.captures.at(0).values.size(), asked.captures.at(0).cut);
  };
  part(0, 1000);
  EXPECT_EQ(captured(), std::pair(std::size_t{1000}, false));
  raw = "From: a@b.org\nContent-Type: multipart/mixed; boundary=xx\n\n";
  part(0, 1001);
  EXPECT_EQ(captured(), std::pair(std::size_t{1000}, true));
}

}  // namespace
}  // namespace thresh
