// The readers of images, PDFs, languages and feeds by themselves. Expected values are those of
// SpamAssassin 4.0.1's plugins ImageInfo, PDFInfo, TextCat and Phishing on the same bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/evals/eval.h"
#include "engine/evals/image_size.h"
#include "engine/evals/language_model.h"
#include "engine/evals/pdf_details.h"
#include "engine/evals/stock_labels.h"

namespace thresh {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string shown(const std::optional<ImageSize>& size) {
  return size ? std::to_string(size->height) + "x" + std::to_string(size->width) : "none";
}

TEST(ImageSize, Gif) {
  EXPECT_EQ(shown(gif_size("GIF89a\x80\x02\xe0\x01\x80\0\0;"sv)), "480x640");
  EXPECT_EQ(shown(gif_size("GIF87a\x01\x00\x01\x00"sv)), "1x1");
  EXPECT_EQ(shown(gif_size("GIF88a\x01\x00\x01\x00"sv)), "none");
  EXPECT_EQ(shown(gif_size("GIF89a\x00\x00\x01\x00"sv)), "none");
  // Cut off: the one byte left counts as the height.
  EXPECT_EQ(shown(gif_size("GIF89a\xd6\x00\x20"sv)), "32x214");
  EXPECT_EQ(shown(gif_size("GIF89a\xd6\x00"sv)), "none");
}

TEST(ImageSize, Png) {
  const auto signature = "\x89PNG\r\n\x1a\n"s;
  const auto header = "\0\0\0\x0dIHDR\0\0\0\x64\0\0\0\x32\x08\x02\0\0\0\0\0\0\0"s;
  EXPECT_EQ(shown(png_size(signature + header)), "50x100");
  EXPECT_EQ(shown(png_size(signature + "\0\0\0\x08tEXt12345678"s + header)), "50x100");
  EXPECT_EQ(shown(png_size(signature + "\0\0\0\x04tEXt1234"s + header)), "none");
  EXPECT_EQ(shown(png_size(signature + "\0\0\0\0IEND"s + header)), "none");
  EXPECT_EQ(shown(png_size(signature + header.substr(0, 19))), "none");
  EXPECT_EQ(shown(png_size(signature)), "none");
}

TEST(ImageSize, Jpeg) {
  EXPECT_EQ(shown(jpeg_size("\xff\xd8\xff\xc0\0\x0b\x08\x01\x2c\x03\xe8\x03\1\1\1"sv)), "300x1000");
  EXPECT_EQ(shown(jpeg_size("\xff\xd8\xff\xe0\0\x04zz\xff\xc2\0\x08\x08\0\2\0\3\x03"sv)), "2x3");
  EXPECT_EQ(shown(jpeg_size("\xff\xd8\xff\xc4\0\x08\x08\0\2\0\3\x03"sv)), "none");
  EXPECT_EQ(shown(jpeg_size("\xff\xd8\xff\xda\0\x08\x08\0\2\0\3\x03"sv)), "none");
  EXPECT_EQ(shown(jpeg_size("\xff\xd8\xff\xc0\0\x01\x08\0\2\0\3\x03"sv)), "none");
  EXPECT_EQ(shown(jpeg_size("\xff\xd8\xff\xc9\0\x0b\x08\x02\xdb\x04"sv)), "731x4");
}

TEST(PdfDetails, ReadsPropertiesLinksAndImages) {
  PdfDetails pdf;
  ASSERT_TRUE(
      read_pdf("%PDF-1.4\n"
               "<</Producer(GPL Ghostscript 8.15)/Author <FEFF0041 0042>\n"
               "/Title(Foo \\(bar\\)) /CreationDate (D:20240102030405)\n"
               "/A<</S/URI/URI(http://one.example.org/\\))>>\n"
               "/URI <687474703a2f2f74776f2e6578616d706c65>\n"
               "(https://three.example.net/path)>>\n"
               "(http://short.e)>>\n"
               "/S /URI /URI (no address) /Creator(not read)\n"
               "/Subtype/Image\n/Width 12\n/Height 34\n/Width 5/Height 6\n<< /Width 12/Height 34\n"
               "/Image\n630 0 0 149 0 0 cm\n",
               pdf));
  EXPECT_EQ(pdf.version, "1.4");
  EXPECT_THAT(pdf.uris, testing::ElementsAre("http://one.example.org/)", "https://three.example.net/path"));
  std::string properties;
  for (const PdfDetails::Property& property : pdf.properties)
    properties += std::string(property.name) + "=" + property.value + ";";
  EXPECT_EQ(properties, "author=AB;producer=GPL Ghostscript 8.15;created=20240102030405;title=Foo (bar);");
  EXPECT_EQ(pdf.images, 2);
  EXPECT_EQ(pdf.pixels, 12 * 34 + 630 * 149);
  EXPECT_THAT(pdf.dimensions, testing::ElementsAre("34x12", "149x630", "183x642"));
  EXPECT_FALSE(pdf.encrypted);
  EXPECT_EQ(pdf.md5.size(), 32U);
}

TEST(PdfDetails, BoundsWhatItTakes) {
  PdfDetails pdf;
  EXPECT_FALSE(read_pdf("", pdf));
  EXPECT_FALSE(read_pdf(std::string(1025, ' ') + "%PDF-1.4\n", pdf));
  EXPECT_TRUE(read_pdf(std::string(1024, ' ') + "%PDF-1.4\n", pdf));
  std::string many = "%PDF-1.4\n";
  for (int i = 0; i < 50; ++i) many += "/URI(http://host" + std::to_string(i) + ".example/)\n";
  pdf = {};
  ASSERT_TRUE(read_pdf(many, pdf));
  EXPECT_EQ(pdf.uris.size(), 20U);
  EXPECT_EQ(pdf_string("(" + std::string(5000, 'x') + ")").size(), 256U);
}

// Openings without an end: the search for the end must not start anew at each of them.
TEST(PdfDetails, IsLinearInOneLine) {
  for (const char* opening : {"/Author(", "/Title<", "/S/URI/URI(", "(http://x", "/URI(\\)", "/Width 1"}) {
    std::string line = "%PDF-1.4\n/";
    while (line.size() < 4'000'000) line += opening;
    PdfDetails pdf;
    EXPECT_TRUE(read_pdf(line, pdf));
  }
}

TEST(LanguageModels, PicksTheNearest) {
  const LanguageModels models =
      LanguageModels::parse("e\nn\ner\n0 de\nt\nh\nth\n0 en.utf8\no\nl\nlo\n0 es\n"sv);
  EXPECT_EQ(models.size(), 3U);
  EXPECT_THAT(models.classify("th t h", {}, {}), testing::ElementsAre("en"));
  EXPECT_THAT(models.classify("er, er! n", {}, {}), testing::ElementsAre("de"));
  // Nothing is known of this: all languages fit alike, which is no answer.
  EXPECT_THAT(models.classify("xyz", {}, {}), testing::IsEmpty());
}

// More different sequences than the table holds at first: what was counted before it grew stays counted.
TEST(LanguageModels, CountsManySequences) {
  const LanguageModels models = LanguageModels::parse("t\nh\nth\n0 en\ne\nr\ner\n0 de\n"sv);
  std::string text;
  const auto words = [&text](std::string_view word, int times) {
    for (int i = 0; i < times; ++i) text.append(word) += ' ';
  };
  words("th", 50);
  for (int i = 0; i < 10'000; ++i) {
    for (const int letter : {i % 60, i / 60 % 60, i / 3600}) text += static_cast<char>(0xc0 + letter);
    text += ' ';
  }
  words("th", 50);
  words("er", 90);
  LanguageLimits limits;
  limits.acceptable_score = 1.0001;
  EXPECT_THAT(models.classify(text, {}, limits), testing::ElementsAre("en"));
  words("er", 20);
  EXPECT_THAT(models.classify(text, {}, limits), testing::ElementsAre("de"));
}

TEST(StockLabels, CountsEachOnce) {
  Arena arena;
  RegexScratch scratch;
  EXPECT_EQ(count_stock_labels("Target: 5\ntarget : 6\nSector :\n x\n", arena, scratch), 2U);
  EXPECT_EQ(count_stock_labels(" \n \n Price Target: 5", arena, scratch), 1U);
  EXPECT_EQ(count_stock_labels("Target:", arena, scratch), 0U);
  EXPECT_EQ(count_stock_labels("Target\n\n : 5", arena, scratch), 1U);
  EXPECT_EQ(count_stock_labels("", arena, scratch), 0U);
}

class PhishingFeeds : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  static bool hits(const std::string& settings_text, const std::string& link) {
    const auto rules = RuleSet::parse("loadplugin Mail::SpamAssassin::Plugin::Phishing\n" + settings_text +
                                          "body P eval:check_phishing()\n",
                                      "test.cf");
    EXPECT_TRUE(rules) << rules.error().text();
    const auto settings = EvalSettings::make(*rules);
    EXPECT_TRUE(settings);
    MessageSettings message_settings;
    message_settings.registry.add_tld("example");
    Arena arena;
    const std::string raw = "Subject: x\nContent-Type: text/plain\n\nSee " + link + " now\n";
    const Message message(raw, message_settings, arena);
    RegexScratch regex;
    EvalContext context(message, *rules, *settings, regex);
    const EvalCall call{rules->find("P"), {}, nullptr};
    return find_eval("check_phishing")->function(context, call).value != 0;
  }
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("thresh_phishing_" + std::to_string(::getpid()));
};

TEST_F(PhishingFeeds, NameAddresses) {
  const std::string open =
      "phishing_openphish_feed " + write("open", "# comment\nhttp://bad.example/login\n") + "\n";
  EXPECT_TRUE(hits(open, "http://bad.example/login"));
  EXPECT_FALSE(hits(open, "http://bad.example/login?x=1"));
  EXPECT_FALSE(hits(open, "http://bad.example/"));
  // Without parameters, an address needs a path of two steps.
  EXPECT_FALSE(hits(open + "phishing_uri_noparam 1\n", "http://bad.example/login"));
  const std::string tank =
      "phishing_phishtank_feed " + write("tank", "id,url,x\n7,\"http://bad.example/a/b\",y\n") + "\n";
  EXPECT_TRUE(hits(tank, "http://bad.example/a/b"));
  EXPECT_FALSE(hits(tank, "http://bad.example/a/b?x=1"));
  EXPECT_TRUE(hits(tank + "phishing_uri_noparam 1\n", "http://bad.example/a/b?x=1"));
  const std::string stats = "phishing_phishstats_feed " +
                            write("stats",
                                  "head\n\"d\",\"7.5\",\"http://bad.example/s\",\"192.0.2.1\"\n"
                                  "\"d\",\"6\",\"http://bad.example/t\",\"192.0.2.1\"\n") +
                            "\n";
  EXPECT_TRUE(hits(stats, "http://bad.example/s"));
  EXPECT_FALSE(hits(stats, "http://bad.example/t"));
  EXPECT_TRUE(hits(stats + "phishing_phishstats_minscore 5\n", "http://bad.example/t"));
  EXPECT_FALSE(hits("phishing_openphish_feed /nonexistent\n", "http://bad.example/login"));
}

}  // namespace
}  // namespace thresh
