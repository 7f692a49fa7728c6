// Suites of others, read from THRESH_SHARED_DIR: SpamAssassin's own on visibility, Stalwart's on text,
// MimeKit's on tokens. Where SpamAssassin and HTML::Parser see something else than the suite, the case stands
// in a table with the reason.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/message/html.h"
#include "engine/message/html_entities.h"
#include "engine/message/html_tokenizer.h"
#include "html_expectations.h"

namespace thresh {
namespace {

using nlohmann::json;

class HtmlSuites : public testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("THRESH_SHARED_DIR");
    if (shared == nullptr) GTEST_SKIP() << "THRESH_SHARED_DIR is not set: no suites";
    suites_ = std::string(shared) + "/suites/";
  }
  std::string suites_;
};

// Runs of white space to one space, none at the ends.
std::string collapse(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!ascii::is_space(text[i])) {
      out += text[i];
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

TEST_F(HtmlSuites, SpamAssassinVisibility) {
  std::size_t tests = 0;
  for (const json& test : read_json_lines(suites_ + "html-spamassassin/visibility.jsonl")) {
    Arena arena;
    const auto html = test["html"].get<std::string>();
    const RenderedHtml rendered = render_html(html, html.size(), arena);
    const bool visible = rendered.visible.find('X') != std::string_view::npos;
    EXPECT_EQ(visible, test["expected"]["text_is"] == "visible") << test["id"];
    EXPECT_EQ(rendered.invisible.find('X') != std::string_view::npos, !visible) << test["id"];
    EXPECT_EQ(rendered.results->has_number("font_invalid_color"),
              test["expected"]["invalid_color"].get<bool>())
        << test["id"];
    ++tests;
  }
  EXPECT_EQ(tests, 9u);
}

// What Stalwart's converter gives for these is not what SpamAssassin gives, and why.
const std::map<std::string, std::string> kOtherTexts = {
    // HTML::Parser takes "<>", "< >" and "< br" for text.
    {"stalwart-html/04", "<>< >>hello world< br />"},
    {"stalwart-html/08", "< p > hello < / p > < p > world < / p > !!! < br >"},
    // SpamAssassin renders titles, and what stands between tags it does not know.
    {"stalwart-html/05", "ignore head xyz <body>"},
    {"stalwart-html/contains3", "Hello Hidden World"},
    // HTML::Entities knows the names of HTML 4, not those of HTML 5.
    {"stalwart-html/06", "what is &heartsuit;? \u00df&Abreve;\u0392\u03b3 don't hurt me."},
};

TEST_F(HtmlSuites, StalwartText) {
  for (const json& test : read_json_lines(suites_ + "html-stalwart/html-to-text.jsonl")) {
    const auto id = test["id"].get<std::string>();
    Arena arena;
    const auto html = test["html"].get<std::string>();
    const std::string text = collapse(render_html(html, html.size(), arena).text);
    const json& expected = test["expected"];
    bool same = true;
    if (expected.contains("text")) same = text == collapse(expected["text"].get<std::string>());
    if (expected.contains("contains"))
      for (const json& part : expected["contains"]) same = same && text.find(part) != std::string::npos;
    if (expected.contains("not_contains"))
      for (const json& part : expected["not_contains"]) same = same && text.find(part) == std::string::npos;
    const auto other = kOtherTexts.find(id);
    if (other == kOtherTexts.end()) {
      EXPECT_TRUE(same) << id << ": " << text;
    } else {
      EXPECT_FALSE(same) << id << " agrees now: take it off the list";
      EXPECT_EQ(text, other->second) << id;
    }
  }
}

const std::map<std::string, std::string> kOtherEntities = {
    // Names of HTML 5.
    {"stalwart-entity/5", "&CounterClockwiseContourIntegral;"},
    {"stalwart-entity/6", "&curvearrowright;"},
    // HTML::Parser leaves numbers beyond Unicode as they are.
    {"stalwart-entity/8", "&#xFFFFFFF;"},
};

TEST_F(HtmlSuites, StalwartEntities) {
  for (const json& test : read_json_lines(suites_ + "html-stalwart/entities.jsonl")) {
    const auto id = test["id"].get<std::string>();
    auto text = test["input"].get<std::string>();
    const html::DecodedEntities decoded =
        html::decode_entities(text.data(), text.data() + text.size(), true, true);
    const std::string result(text.data(), decoded.end);
    const auto other = kOtherEntities.find(id);
    if (other == kOtherEntities.end()) {
      EXPECT_EQ(result, test["expected"].get<std::string>()) << id;
    } else {
      EXPECT_NE(result, test["expected"].get<std::string>()) << id << " agrees now: take it off the list";
      EXPECT_EQ(result, other->second) << id;
    }
  }
}

// The tags of a document in their order, "/" before those that end.
class TagNames final : public html::HtmlEvents {
 public:
  bool start_tag(std::string_view name, html::TagAttributes&) override {
    add("", name);
    return true;
  }
  void end_tag(std::string_view name) override { add("/", name); }
  void text(char*, char*, bool) override {}
  void comment(std::string_view) override {}
  void declaration(std::string_view) override {}
  void end_document() override {}

  std::vector<std::string> names;

 private:
  void add(std::string_view slash, std::string_view name) {
    if (name.ends_with('/')) name.remove_suffix(1);  // <br/>, as HTML::Parser names it
    names.push_back(std::string(slash) + ascii::lower(name));
  }
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// Where the tags part from MimeKit's, and why.
const std::map<std::string, std::string> kOtherTags = {
    {"mimekit-html-tokens/script-data",
     "HTML 5 lets a script go on behind <!--; HTML::Parser ends it at </script>"},
};

TEST_F(HtmlSuites, MimeKitTags) {
  for (const json& test : read_json_lines(suites_ + "mime-mimekit/html-tokens.jsonl")) {
    const auto id = test["id"].get<std::string>();
    const std::string folder = suites_ + "mime-mimekit/";
    const std::string html = read_file(folder + test["html"].get<std::string>());
    std::string buffer("\0", 1);
    buffer += html;
    buffer.append(html::HtmlTokenizer::kSlack, '\0');
    Arena arena;
    TagNames tags;
    html::HtmlTokenizer tokenizer(tags, false, &arena);
    tokenizer.parse(buffer.data() + 1, html.size());
    tokenizer.finish();

    std::vector<std::string> expected;
    std::ifstream tokens(folder + test["tokens"].get<std::string>());
    for (std::string line; std::getline(tokens, line);) {
      if (!line.starts_with("Tag: <")) continue;
      const std::string name = line.substr(6, line.find_first_of(" >\r", 6) - 6);
      expected.push_back(
          ascii::lower(name.size() > 1 && name.ends_with('/') ? name.substr(0, name.size() - 1) : name));
    }
    EXPECT_FALSE(expected.empty()) << id;
    if (kOtherTags.contains(id)) {
      EXPECT_NE(tags.names, expected) << id << " agrees now: take it off the list";
    } else {
      EXPECT_EQ(tags.names, expected) << id;
    }
  }
}

}  // namespace
}  // namespace thresh
