// The parts of HTML reading against SpamAssassin and HTML::Entities: colours, entities and resolving of URIs
// (html_facts.jsonl), names of tags, classes of characters.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory_resource>
#include <string>

#include "engine/base/arena.h"
#include "engine/message/html_characters.h"
#include "engine/message/html_color.h"
#include "engine/message/html_entities.h"
#include "engine/message/html_tags.h"
#include "engine/message/html_uri.h"
#include "html_expectations.h"

namespace thresh::html {
namespace {

using nlohmann::json;

std::string color_text(Color color) {
  switch (color.kind) {
    case Color::Kind::rgb: {
      char text[8];
      std::snprintf(text, sizeof text, "#%06x", color.rgb);
      return text;
    }
    case Color::Kind::empty:
      return "#";
    default:
      return "invalid";
  }
}

TEST(HtmlColor, ReadsColoursAsSpamAssassinDoes) {
  std::size_t tests = 0;
  for (const json& test : html_expectations("html_facts.jsonl")) {
    if (!test.contains("color")) continue;
    const auto name = test["color"].get<std::string>();
    std::string lower(name.size(), '\0');
    const HtmlText color{lower_case({name, true}, lower.data()), true};
    EXPECT_EQ(color_text(parse_color(color)), test["expected"].get<std::string>()) << name;
    ++tests;
  }
  EXPECT_GT(tests, 30u);
}

TEST(HtmlColor, StylesHaveTheirOwnColours) {
  const Color inherited{.rgb = 0x123456};
  const auto text = [&](std::string_view value) {
    return color_text(parse_style_color({value, false}, inherited));
  };
  EXPECT_EQ(text("inherit"), "#123456");
  EXPECT_EQ(text("rgb(1, 2, 3)"), "#010203");
  EXPECT_EQ(text("rgba(300,2"), "#ff0200");
  EXPECT_EQ(text("rgb(1 2,3)"), "#0c0300");
  EXPECT_EQ(text("rgb(100%,0%,0%)"), "#640000");
  EXPECT_EQ(parse_style_color({"transparent", false}, inherited).kind, Color::Kind::transparent);
}

TEST(HtmlUri, ResolvesAsSpamAssassinDoes) {
  std::pmr::string resolved, merged;
  std::size_t tests = 0;
  for (const json& test : html_expectations("html_facts.jsonl")) {
    if (!test.contains("uri")) continue;
    const auto base = test["base"].get<std::string>();
    const auto uri = test["uri"].get<std::string>();
    resolve_uri({base, true}, {uri, true}, resolved, merged);
    EXPECT_EQ(std::string_view(resolved), test["expected"].get<std::string>()) << base << " + " << uri;
    ++tests;
  }
  EXPECT_GT(tests, 50u);
}

TEST(HtmlEntities, AreReplacedAsHtmlParserDoes) {
  std::size_t tests = 0;
  for (const json& test : html_expectations("html_facts.jsonl")) {
    if (!test.contains("entities")) continue;
    for (const bool by_prefix : {true, false}) {
      auto text = test["entities"].get<std::string>();
      const json& expected = test["expected"][by_prefix ? "text" : "attribute"];
      const DecodedEntities decoded =
          decode_entities(text.data(), text.data() + text.size(), test["characters"].get<bool>(), by_prefix);
      EXPECT_EQ(std::string(text.data(), decoded.end), expected["text"].get<std::string>()) << test;
      EXPECT_EQ(decoded.characters, expected["characters"].get<bool>()) << test;
    }
    ++tests;
  }
  EXPECT_GT(tests, 30u);
}

TEST(HtmlTags, KnowsTheElements) {
  std::size_t slot = 0;
  for (const std::string_view name : {"a", "TABLE", "BlockQuote", "x-sigsep", "h6"}) {
    const TagInfo* info = find_tag(name, slot);
    ASSERT_NE(info, nullptr) << name;
    EXPECT_TRUE(info->element) << name;
    EXPECT_LT(slot, kTagSlots);
  }
  ASSERT_NE(find_tag("xmp", slot), nullptr);
  EXPECT_FALSE(find_tag("xmp", slot)->element);
  for (const std::string_view name : {"", "marquee", "h7", "br/", "aa", "blockquotes"})
    EXPECT_EQ(find_tag(name, slot), nullptr) << name;
}

TEST(HtmlTags, KnowsOfficeNames) {
  for (const std::string_view name : {"o:p", "o:smarttagtype", "st1:place", "o:p/", "st9:a-b_c"})
    EXPECT_TRUE(is_office_name(name, false)) << name;
  for (const std::string_view name :
       {"", "o", "o:", "o:/", "st:x", "st12:x", "v:shape", "o:p/x", "o:p//", "xo:p"})
    EXPECT_FALSE(is_office_name(name, false)) << name;
  EXPECT_TRUE(is_office_name("st\u0663:x", true));
  EXPECT_FALSE(is_office_name("st\u0663:x", false));
  EXPECT_TRUE(is_office_name("o:\u00e9", true));
  EXPECT_FALSE(is_office_name("o:\u00e9", false));
}

TEST(HtmlCharacters, FollowPerl) {
  EXPECT_TRUE(is_space(0x85, true));
  EXPECT_FALSE(is_space(0x85, false));
  EXPECT_TRUE(is_space(0x3000, true));
  EXPECT_FALSE(is_space(0x200B, true));
  EXPECT_TRUE(is_word(0xE9, true));
  EXPECT_FALSE(is_word(0xE9, false));
  EXPECT_TRUE(is_word(0x65E5, true));
  EXPECT_TRUE(is_word(0x200C, true));  // Join_Control
  EXPECT_FALSE(is_word(0x200B, true));
  EXPECT_FALSE(is_word(0xD7, true));
  EXPECT_TRUE(is_digit(0x663, true));
  EXPECT_FALSE(is_digit(0x663, false));
  EXPECT_TRUE(is_digit(0x1D7FF, true));
  EXPECT_FALSE(is_digit(0x1D800, true));
  EXPECT_FALSE(is_digit(0xB2, true));
  EXPECT_EQ(count_characters("a\u00e9\u65e5"), 3u);
  EXPECT_EQ(match_folded({"\u017F\u212A", true}, 0, "sk"), 5u);
  EXPECT_EQ(match_folded({"\u017F\u212A", false}, 0, "sk"), 0u);
  EXPECT_EQ(match_folded({"\uFB01LE:", true}, 0, "file"), 5u);
}

TEST(HtmlCharacters, MalformedUtf8IsReadByteByByte) {
  for (const std::string_view text : {"\x80", "\xC3", "\xE2\x80", "\xF0\x9F\x98", "\xFF", "\xC0\x80"}) {
    EXPECT_EQ(character_at(text, 0).size, 1u);
    EXPECT_EQ(character_before(text, text.size()).size, 1u);
  }
  EXPECT_EQ(character_at("", 0).size, 0u);
  EXPECT_EQ(character_before("x", 0).size, 0u);
}

}  // namespace
}  // namespace thresh::html
