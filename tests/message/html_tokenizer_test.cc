// The tokenizer against HTML::Parser: the events of html_tokens.jsonl.
#include "engine/message/html_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/ascii.h"
#include "html_expectations.h"

namespace thresh::html {
namespace {

using Event = std::vector<std::string>;

class Recorder final : public HtmlEvents {
 public:
  bool start_tag(std::string_view name, TagAttributes&) override {
    events.push_back({"start", ascii::lower(name)});
    return !stop_at_tags;
  }
  void end_tag(std::string_view name) override { events.push_back({"end", ascii::lower(name)}); }
  void text(char* begin, char* end, bool literal) override {
    events.push_back({literal ? "literal" : "text", std::string(begin, end)});
  }
  void comment(std::string_view text) override { events.push_back({"comment", std::string(text)}); }
  void declaration(std::string_view text) override { events.push_back({"declaration", std::string(text)}); }
  void end_document() override { events.push_back({"end_document"}); }

  std::vector<Event> events;
  bool stop_at_tags = false;
};

std::vector<Event> tokenize(std::string_view html, bool stop_at_tags = false) {
  Arena arena;
  std::string buffer("\0", 1);
  buffer += html;
  buffer.append(HtmlTokenizer::kSlack, '\0');
  Recorder recorder;
  recorder.stop_at_tags = stop_at_tags;
  HtmlTokenizer tokenizer(recorder, false, &arena);
  tokenizer.parse(buffer.data() + 1, html.size());
  tokenizer.finish();
  return recorder.events;
}

TEST(HtmlTokenizer, SeesWhatHtmlParserSees) {
  for (const nlohmann::json& test : html_expectations("html_tokens.jsonl")) {
    const auto html = test["html"].get<std::string>();
    EXPECT_EQ(tokenize(html), test["events"].get<std::vector<Event>>()) << html;
  }
}

TEST(HtmlTokenizer, StopsWhenToldTo) {
  EXPECT_EQ(tokenize("a<b>c</b>d", true), (std::vector<Event>{{"text", "a"}, {"start", "b"}}));
  EXPECT_EQ(tokenize("a<title><b>c", true), (std::vector<Event>{{"text", "a"}, {"start", "title"}}));
}

TEST(HtmlTokenizer, GoesOnWithWhatIsAppended) {
  Arena arena;
  std::string buffer("\0", 1);
  buffer += "<style>p {}";
  const std::size_t size = buffer.size() - 1;
  buffer.append(HtmlTokenizer::kSlack, '\0');
  Recorder recorder;
  HtmlTokenizer tokenizer(recorder, false, &arena);
  tokenizer.parse(buffer.data() + 1, size);
  tokenizer.append("</style>");
  tokenizer.finish();
  EXPECT_EQ(
      recorder.events,
      (std::vector<Event>{{"start", "style"}, {"literal", "p {}"}, {"end", "style"}, {"end_document"}}));
}

}  // namespace
}  // namespace thresh::html
