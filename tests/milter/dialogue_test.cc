// One connection, state by state, against a mail server that writes down what it is told.
#include "milter/dialogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "milter/limits.h"

namespace thresh::milter {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FakeServer final : public MailServer {
 public:
  std::string_view macro(const char* name) override {
    const auto it = macros.find(name);
    return it == macros.end() ? std::string_view() : std::string_view(it->second);
  }
  bool insert_header(const std::string& name, const std::string& value) override {
    told.push_back("insert " + name + ": " + value);
    return true;
  }
  bool delete_header(const std::string& name, int index) override {
    told.push_back("delete " + name + " " + std::to_string(index));
    return true;
  }
  bool change_header(const std::string& name, int index, const std::string& value) override {
    told.push_back("change " + name + " " + std::to_string(index) + ": " + value);
    return true;
  }
  bool quarantine(const std::string& reason) override {
    told.push_back("quarantine " + reason);
    return can_quarantine;
  }
  bool set_reply(const std::string& code, const std::string& text) override {
    told.push_back("reply " + code + " " + text);
    return true;
  }
  void progress() override {}

  std::map<std::string, std::string> macros{{"j", "mx.example.org"}, {"i", "4ZQ1"}};
  std::vector<std::string> told;
  bool can_quarantine = true;
};

constexpr std::string_view rules = R"(
body SPAMMY /spammy/
score SPAMMY 6
body AWFUL /awful/
score AWFUL 20
header HELO_BAD X-Spam-Relays-Untrusted =~ /^\[ ip=192\.0\.2\.7 rdns=\S* helo=bad\.example /
score HELO_BAD 3
header FROM_ENVELOPE EnvelopeFrom =~ /^a@example\.com/
score FROM_ENVELOPE 0.5
)";

class DialogueTest : public testing::Test {
 protected:
  void use(std::string_view toml) {
    auto settings = Settings::parse(toml, "thresh.toml", {});
    ASSERT_TRUE(settings) << settings.error().text();
    auto set = RuleSet::parse(rules, "test.cf");
    ASSERT_TRUE(set) << set.error().text();
    auto scanner =
        Scanner::make(std::move(*set),
                      {.max_full_size = static_cast<std::size_t>(settings->integer("scan.max_full_size"))});
    ASSERT_TRUE(scanner) << scanner.error().text();
    auto generation = Generation::make(std::move(*settings), std::move(*scanner));
    ASSERT_TRUE(generation) << generation.error().text();
    generation_ = *generation;
  }
  void SetUp() override { use("[milter]\nheaders = [\"X-Spam\", \"X-Spam-Score\"]\n"); }

  void begin(Dialogue& d, std::string_view address = "192.0.2.7", std::string_view helo = "good.example") {
    d.connect(server_, "client.example", address, 4711);
    d.helo(server_, helo);
    d.mail(server_, "<a@example.com>", {});
    d.recipient("<b@example.org>");
  }
  void content(Dialogue& d, std::string_view body) {
    d.header("From", " a@example.com");
    d.header("Subject", " x");
    d.end_of_header();
    d.body(body);
  }
  Dialogue::Answer send(std::string_view body) {
    Dialogue d(shared_);
    begin(d);
    content(d, body);
    return d.end_of_message(server_);
  }

  struct Done {
    std::string verdict, disposition, wanted, softened, not_scanned, degraded;
  };
  Gauges gauges_;
  MemoryBudget memory_{std::size_t{64} << 20, gauges_};
  ScanSlots slots_{1, gauges_};
  Progress progress_;
  std::shared_ptr<const Generation> generation_;
  std::vector<Done> done_;
  FakeServer server_;
  Shared shared_{
      gauges_,
      memory_,
      slots_,
      progress_,
      [this] { return generation_; },
      [this](const MessageReport& r) {
        std::string degraded;
        for (const Degradation d : r.degraded) degraded += std::string(to_string(d)) + " ";
        done_.push_back({r.verdict == nullptr ? "none"
                         : r.verdict->spam    ? "spam"
                                              : "ham",
                         std::string(to_string(r.disposition)), std::string(to_string(r.wanted)),
                         std::string(r.softened_by), std::string(r.not_scanned_because), degraded});
      }};
};

TEST_F(DialogueTest, HamGetsItsHeaders) {
  EXPECT_EQ(send("hello\r\n"), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, ElementsAre("insert X-Spam-Score: 0.50"));
  ASSERT_EQ(done_.size(), 1U);
  EXPECT_EQ(done_[0].verdict, "ham");
  EXPECT_EQ(done_[0].disposition, "headers");
  EXPECT_EQ(gauges_.in_flight, 0);
  EXPECT_EQ(gauges_.bytes_held, 0);
  EXPECT_EQ(gauges_.connections, 0);
}

TEST_F(DialogueTest, SpamIsMarked) {
  EXPECT_EQ(send("spammy\r\n"), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told,
              ElementsAre("insert X-Spam-Score: 6.50", "insert X-Spam: Yes"));  // each at the top
}

TEST_F(DialogueTest, AwfulSpamIsRefusedAndNothingElseIsTold) {
  EXPECT_EQ(send("awful\r\n"), Dialogue::Answer::reject);
  EXPECT_THAT(server_.told, ElementsAre("reply 550 5.7.1 Message looks like spam; queue id 4ZQ1"));
  EXPECT_EQ(done_.at(0).disposition, "reject");
}

TEST_F(DialogueTest, RulesSeeTheClientAsPostfixWillWriteIt) {
  Dialogue d(shared_);
  begin(d, "192.0.2.7", "bad.example");
  content(d, "hello\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, ElementsAre("insert X-Spam-Score: 3.50"));
}

TEST_F(DialogueTest, ASecondMessageStartsAfresh) {
  Dialogue d(shared_);
  begin(d);
  content(d, "spammy\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  server_.told.clear();
  d.mail(server_, "<c@example.com>", {});
  d.recipient("<b@example.org>");
  content(d, "hello\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, ElementsAre("insert X-Spam-Score: 0.00"));
  d.mail(server_, "<c@example.com>", {});
  d.header("X-Spam", " Yes");
  d.abort();
  EXPECT_EQ(gauges_.aborted, 1);
  server_.told.clear();
  d.mail(server_, "<c@example.com>", {});
  content(d, "hello\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, ElementsAre("insert X-Spam-Score: 0.00"));
  EXPECT_EQ(done_.size(), 3U);
}

TEST_F(DialogueTest, ForeignHeadersGoOnEveryPath) {
  const std::vector<std::string> settings{"", "[milter]\nlocal = \"pass\"\n",
                                          "[scan]\nmax_full_size = 1024\n"};
  for (const std::string& toml : settings) {
    use(toml + (toml.find("[milter]") == std::string::npos ? "[milter]\n" : "") + "headers = []\n");
    server_.told.clear();
    Dialogue d(shared_);
    begin(d, "127.0.0.1");
    d.header("X-Spam", " No");
    d.header("Authentication-Results", " MX.example.org; spf=pass");
    d.header("Authentication-Results", " other.example; spf=pass");
    content(d, std::string(5000, 'x') + "\r\n");
    EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
    EXPECT_THAT(server_.told, ElementsAre("delete authentication-results 1", "delete x-spam 1")) << toml;
  }
  EXPECT_EQ(done_.at(1).not_scanned, "local");
  EXPECT_EQ(done_.at(2).degraded, "oversize ");
}

TEST_F(DialogueTest, TooManyForeignHeadersAreRefused) {
  Dialogue d(shared_);
  begin(d);
  for (std::size_t i = 0; i <= limits::foreign_headers; ++i) d.header("X-Spam-" + std::to_string(i), " x");
  content(d, "hello\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::reject);
  EXPECT_THAT(server_.told, ElementsAre(HasSubstr("5.6.0 Too many X-Spam")));
}

TEST_F(DialogueTest, AKnownSenderIsNotTurnedAway) {
  Dialogue d(shared_);
  begin(d, "127.0.0.1");
  content(d, "awful\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, Contains("insert X-Spam: Yes"));
  EXPECT_EQ(done_.at(0).wanted, "reject");
  EXPECT_EQ(done_.at(0).softened, "local");
}

TEST_F(DialogueTest, QuarantineKeepsItsHeadersAndFallsBackToThem) {
  use("[milter]\nquarantine_score = 6\nheaders = [\"X-Spam\"]\n");
  EXPECT_EQ(send("spammy\r\n"), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, ElementsAre("quarantine spam, score 6.5", "insert X-Spam: Yes"));
  server_.can_quarantine = false;
  EXPECT_EQ(send("spammy\r\n"), Dialogue::Answer::go_on);
  EXPECT_EQ(done_.at(1).disposition, "headers");
  EXPECT_EQ(done_.at(1).softened, "no quarantine at the mail server");
}

TEST_F(DialogueTest, SubjectsAreTaggedOnceWhereConfigured) {
  use("[milter]\nsubject_tag = \"[SPAM]\"\nheaders = []\n");
  for (const char* subject : {" hello", "hello", " [SPAM] hello"}) {
    server_.told.clear();
    Dialogue d(shared_);
    begin(d);
    d.header("subject", subject);
    d.end_of_header();
    d.body("spammy\r\n");
    EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
    if (std::string_view(subject).find("SPAM") == std::string_view::npos)
      EXPECT_THAT(server_.told, ElementsAre("change Subject 1: [SPAM] hello"));
    else
      EXPECT_THAT(server_.told, IsEmpty());
  }
}

TEST_F(DialogueTest, WithoutAFreeSlotTheSenderTriesAgainOrTheMessagePassesMarked) {
  use("[milter]\ndeadline = 0.1\n");
  const auto busy = slots_.take(std::chrono::steady_clock::time_point::max());
  EXPECT_EQ(send("hello\r\n"), Dialogue::Answer::tempfail);
  EXPECT_THAT(server_.told,
              ElementsAre("reply 451 4.3.0 Message could not be checked (too busy), try again later"));
  EXPECT_EQ(done_.at(0).degraded, "no_slot ");
  use("[milter]\ndeadline = 0.1\non_failure = \"accept\"\n");
  server_.told.clear();
  EXPECT_EQ(send("hello\r\n"), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, ElementsAre(HasSubstr("X-Spam-Status: No, not scanned: too busy")));
  // Mail of sendmail(1) is accepted in any case.
  use("[milter]\ndeadline = 0.1\n");
  server_.told.clear();
  Dialogue d(shared_);
  begin(d, "");
  content(d, "hello\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  EXPECT_EQ(gauges_.scanning, 1);
  EXPECT_EQ(done_.at(2).wanted, "tempfail");
  EXPECT_EQ(done_.at(2).softened, "local");
}

TEST_F(DialogueTest, WithoutMemoryTheFirstPartIsMatchedAndTheReportSaysSo) {
  memory_.set_most(0);
  EXPECT_EQ(send("spammy\r\n" + std::string(limits::always_kept, 'x')), Dialogue::Answer::go_on);
  EXPECT_THAT(server_.told, Contains("insert X-Spam: Yes"));
  EXPECT_EQ(done_.at(0).degraded, "memory ");
}

TEST_F(DialogueTest, AMessageEndsUnderTheSetItBeganWith) {
  Dialogue d(shared_);
  begin(d);
  use("[scan]\nrequired_score = 100\nreject_score = 0\n");
  content(d, "awful\r\n");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::reject);
}

TEST_F(DialogueTest, StatesOutOfOrderDoNoHarm) {
  Dialogue d(shared_);
  d.header("Subject", " x");
  d.end_of_header();
  d.body("awful");
  EXPECT_EQ(d.end_of_message(server_), Dialogue::Answer::go_on);
  d.abort();
  d.helo(server_, "x");
  EXPECT_THAT(server_.told, IsEmpty());
  EXPECT_EQ(gauges_.aborted, 0);
}

}  // namespace
}  // namespace thresh::milter
