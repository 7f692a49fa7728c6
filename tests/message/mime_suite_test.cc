// Suites that others wrote, read from THRESH_SHARED_DIR: part trees, texts and header facts of Stalwart's
// mail-parser and of MimeKit. Where SpamAssassin, whose reading Thresh shares, sees something else, the case
// stands in a table with the reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "engine/message/charset.h"
#include "engine/message/content_type.h"
#include "engine/message/transfer_encoding.h"
#include "tests/message/message_support.h"
#include "tests/support/shared.h"

namespace thresh {
namespace {

using nlohmann::json;
using testing::read_file;
using testing::read_jsonl;
using Reasons = std::map<std::string, const char*, std::less<>>;

std::string stalwart_shape(const json& message, std::size_t index = 0) {
  const json& body = message["parts"][index]["body"];
  if (body.contains("Multipart")) {
    std::string text = "M(";
    for (const json& child : body["Multipart"])
      text += (text.back() == '(' ? "" : ",") + stalwart_shape(message, child.get<std::size_t>());
    return text + ")";
  }
  if (body.contains("Message")) return "R(" + stalwart_shape(body["Message"]) + ")";
  if (body.contains("Text")) return "T";
  if (body.contains("Html")) return "H";
  return "B";
}

std::string our_shape(const Part& part) {
  if (part.is_leaf()) return part.type() == "text/html" ? "H" : part.type().starts_with("text/") ? "T" : "B";
  std::string text = part.type().starts_with("message/") ? "R(" : "M(";
  for (const Part* const child : part.children()) text += (text.back() == '(' ? "" : ",") + our_shape(*child);
  return text + ")";
}

// Texts without CR and without white space at the end.
std::string plain(std::string text) {
  std::erase(text, '\r');
  while (!text.empty() && ascii::is_space(text.back())) text.pop_back();
  return text;
}

void stalwart_texts(const json& message, std::size_t index, std::vector<std::string>& texts) {
  const json& body = message["parts"][index]["body"];
  if (body.contains("Multipart"))
    for (const json& child : body["Multipart"]) stalwart_texts(message, child.get<std::size_t>(), texts);
  if (body.contains("Message")) stalwart_texts(body["Message"], 0, texts);
  for (const char* const kind : {"Text", "Html"})
    if (body.contains(kind)) texts.push_back(plain(body[kind].get<std::string>()));
}

// Most are one difference: an outer boundary ends whatever stands inside, be it complete or not.
constexpr const char* outer_ends_inner =
    "the outer boundary ends an inner multipart or message that is still open";

const Reasons tree_differences{
    {"malformed/000", "parts without an empty line after their header section are parts all the same"},
    {"malformed/001", outer_ends_inner},
    {"malformed/002",
     "a multipart whose boundary never comes is one still, with everything as its only part"},
    {"malformed/004", "a boundary is the whole line; the one that is declared never comes"},
    {"malformed/005", "the inner boundary reads as the end of the outer one, which it is with -- behind"},
    {"malformed/007", "a boundary right after the fields belongs to the part that they describe"},
    {"malformed/008", outer_ends_inner},
    {"malformed/009", outer_ends_inner},
    {"malformed/011", outer_ends_inner},
    {"malformed/012", outer_ends_inner},
    {"malformed/013", "multiparts that share one boundary: the outermost takes all the parts"},
    {"malformed/016", outer_ends_inner},
    {"malformed/019", "multiparts that share one boundary: the outermost takes all the parts"},
    {"malformed/022", "message/rfc822 holds a message, whatever it looks like"},
    {"rfc/000", "audio and image parts are no text, even where no encoding is declared"},
    {"thirdparty/015", outer_ends_inner},
};
const Reasons text_differences{
    {"legacy/026", "8-bit text without a charset is taken for Windows-1252, not replaced"},
    {"legacy/033", "8-bit text without a charset is taken for Windows-1252, not replaced"},
    {"legacy/052", "8-bit text without a charset is taken for Windows-1252, not replaced"},
    {"thirdparty/002", "text that is not in its charset is guessed at, not replaced"},
    {"thirdparty/005", "a boundary that does not begin its line is text"},
};

TEST(MimeSuite, StalwartTreesAndTexts) {
  THRESH_NEED_SHARED(shared);
  std::size_t seen = 0;
  const std::filesystem::path folder = shared + "/suites/mime-stalwart/eml";
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".eml") files.insert(entry.path());
  for (const std::filesystem::path& file : files) {
    ++seen;
    const std::string id = file.parent_path().filename().string() + "/" + file.stem().string();
    const json expected = json::parse(read_file(std::filesystem::path(file).replace_extension(".json")));
    const TestMessage message(read_file(file));
    if (const auto known = tree_differences.find(id); known != tree_differences.end()) {
      EXPECT_NE(our_shape(message->root()), stalwart_shape(expected))
          << id << " agrees now: " << known->second;
      continue;
    }
    EXPECT_EQ(our_shape(message->root()), stalwart_shape(expected)) << id;
    if (our_shape(message->root()) != stalwart_shape(expected)) continue;

    std::vector<std::string> wanted;
    stalwart_texts(expected, 0, wanted);
    std::vector<std::string> found;
    Arena arena;
    for (const Part* const part : message->leaves())
      if (part->type().starts_with("text/"))
        found.push_back(plain(std::string(normalize_charset(part->decoded(), part->charset(), arena))));
    if (const auto known = text_differences.find(id); known != text_differences.end())
      EXPECT_NE(found, wanted) << id << " agrees now: " << known->second;
    else
      EXPECT_EQ(found, wanted) << id;
  }
  EXPECT_EQ(seen, 107u);
}

const Reasons word_differences{
    {"stalwart-2047/4", "a colon is no part of a charset's name"},
    {"mimekit-2047/TestDecodeEncodedWordEmptyCharsetWithLang",
     "a word with a language but no charset is decoded"},
};

TEST(MimeSuite, EncodedWords) {
  THRESH_NEED_SHARED(shared);
  std::size_t seen = 0;
  for (const char* const file : {"mime-stalwart/encoded-words.jsonl", "mime-mimekit/encoded-words.jsonl"}) {
    for (const json& c : read_jsonl(shared + "/suites/" + file)) {
      const auto id = c["id"].get<std::string>();
      const auto input = c["input"].get<std::string>();
      if (id.find("/TestEncode") != std::string::npos) continue;  // writing, not reading
      ++seen;
      Arena arena;
      const std::string found(decode_header(input, "Subject", arena));
      const auto wanted = c["expected"].get<std::string>();
      if (const auto known = word_differences.find(id); known != word_differences.end())
        EXPECT_NE(found, wanted) << id << " agrees now: " << known->second;
      else
        EXPECT_EQ(found, wanted) << id << "\n" << input;
    }
  }
  EXPECT_GE(seen, 25u);
}

const Reasons unstructured_differences{
    {"2", "a fold becomes one space, the space before it stays"},
    {"3", "a fold becomes one space, the space before it stays"},
    {"19", "a fold becomes one space, the space before it stays"},
    {"21", "no space comes before an encoded word that had none"},
    {"22", "an encoded word without text leaves nothing"},
    {"24", "a fold inside an encoded word is a space of it"},
    {"25", "a fold inside an encoded word is a space of it"},
    {"26", "a fold inside an encoded word is a space of it"},
    {"27", "no space comes before an encoded word that had none"},
    {"28", "no space comes before an encoded word that had none"},
};

TEST(MimeSuite, StalwartUnstructuredFields) {
  THRESH_NEED_SHARED(shared);
  const json cases = json::parse(read_file(shared + "/suites/mime-stalwart/unstructured.json"));
  EXPECT_EQ(cases.size(), 30u);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const TestMessage message("Subject:" + cases[i]["header"].get<std::string>() + "\nbody\n");
    const std::string id = std::to_string(i);
    const std::string found(message->root().header("Subject"));
    const std::string wanted = cases[i]["expected"].is_null() ? "" : cases[i]["expected"].get<std::string>();
    if (const auto known = unstructured_differences.find(id); known != unstructured_differences.end())
      EXPECT_NE(found, wanted) << id << " agrees now: " << known->second;
    else
      EXPECT_EQ(found, wanted) << id << " " << cases[i]["header"];
  }
}

// The four things that SpamAssassin reads of a Content-Type.
struct TypeFacts {
  std::string type, boundary, charset, name;
  friend bool operator==(const TypeFacts&, const TypeFacts&) = default;
  friend void PrintTo(const TypeFacts& facts, std::ostream* out) {
    *out << facts.type << " boundary=" << facts.boundary << " charset=" << facts.charset
         << " name=" << facts.name;
  }
};

TypeFacts type_facts(const std::string& field) {
  const TestMessage message("Content-Type:" + field + "\n\nbody\n");
  Arena arena;
  const ContentType ct = parse_content_type(message->root().header("Content-Type"), arena);
  return {std::string(ct.type), std::string(ct.boundary.value_or("")), std::string(ct.charset.value_or("")),
          std::string(ct.name.value_or(""))};
}

void set_parameter(TypeFacts& facts, const std::string& name, const std::string& value) {
  if (ascii::iequals(name, "boundary")) facts.boundary = value;
  if (ascii::iequals(name, "charset")) facts.charset = value;
  if (ascii::iequals(name, "name") || ascii::iequals(name, "filename")) facts.name = value;
}

// Every text/ but html, calendar and x-vcard is plain text to SpamAssassin.
std::string plain_text_type(const std::string& type) {
  const bool kept =
      !type.starts_with("text") || type == "text/html" || type == "text/calendar" || type == "text/x-vcard";
  return kept ? type : "text/plain";
}

const Reasons type_differences{
    {"stalwart/2", "a subtype ends at white space, also before its first letter"},
    {"stalwart/3", "a subtype ends at white space, also before its first letter"},
    {"stalwart/5", "the value of charset goes as far as the semicolon"},
    {"stalwart/31", "extended parameters (RFC 2231 section 4) are not decoded"},
    {"stalwart/34", "white space between encoded words goes away, in parameters too"},
    {"stalwart/38", "a backslash inside quotes is kept"},
    {"stalwart/39", "a slash may end the type"},
    {"stalwart/47", "characters that do not belong into a type are taken out"},
    {"stalwart/48",
     "characters that do not belong into a type are taken out; a name is found wherever it stands"},
    {"stalwart/54", "characters that do not belong into a type are taken out"},
    {"stalwart/55", "white space at the end of a field is no value"},
    {"stalwart/56", "white space at the end of a field is no value"},
    {"stalwart/57", "white space at the end of a field is no value"},
    {"stalwart/58",
     "characters that do not belong into a type are taken out; a name is found wherever it stands"},
    {"stalwart/60", "extended parameters (RFC 2231 section 4) are not decoded"},
    {"stalwart/94", "comments are not understood"},
    {"stalwart/95", "comments are not understood"},
    {"stalwart/96", "comments are not understood"},
    {"mimekit-ct/TestContentTypeWithoutSemicolonBetweenParameters", "a value goes as far as the semicolon"},
    {"mimekit-ct/TestContentTypeAndContentTrafserEncodingOnOneLine", "a value goes as far as the semicolon"},
};

TEST(MimeSuite, ContentTypes) {
  THRESH_NEED_SHARED(shared);
  const auto check = [](const std::string& id, const std::string& field, const TypeFacts& wanted) {
    const TypeFacts found = type_facts(field);
    if (const auto known = type_differences.find(id); known != type_differences.end())
      EXPECT_NE(found, wanted) << id << " agrees now: " << known->second;
    else
      EXPECT_EQ(found, wanted) << id << " " << field;
  };
  const json stalwart = json::parse(read_file(shared + "/suites/mime-stalwart/content_type.json"));
  EXPECT_EQ(stalwart.size(), 103u);
  for (std::size_t i = 0; i < stalwart.size(); ++i) {
    const json& expected = stalwart[i]["expected"];
    if (expected.is_null()) continue;
    TypeFacts wanted;
    wanted.type = ascii::lower(expected["c_type"].get<std::string>());
    if (!expected["c_subtype"].is_null())
      wanted.type += "/" + ascii::lower(expected["c_subtype"].get<std::string>());
    wanted.type = plain_text_type(wanted.type);
    if (expected.contains("attributes") && !expected["attributes"].is_null())
      for (const json& attribute : expected["attributes"])
        set_parameter(wanted, attribute[0].get<std::string>(), attribute[1].get<std::string>());
    check("stalwart/" + std::to_string(i), stalwart[i]["header"].get<std::string>(), wanted);
  }
  const auto mimekit = read_jsonl(shared + "/suites/mime-mimekit/content-type.jsonl");
  EXPECT_EQ(mimekit.size(), 20u);
  for (const json& c : mimekit) {
    if (c["header"] != "Content-Type") continue;
    const json& expected = c["expected"];
    TypeFacts wanted;
    wanted.type = plain_text_type(
        ascii::lower(expected["type"].get<std::string>() + "/" + expected["subtype"].get<std::string>()));
    for (const auto& [name, value] : expected["params"].items())
      set_parameter(wanted, name, value.get<std::string>());
    check(c["id"].get<std::string>(), c["value"].get<std::string>(), wanted);
  }
}

const Reasons transfer_differences{
    {"b64/10", "what is not in the alphabet is skipped"},
    {"b64/12", "what is not in the alphabet is skipped"},
    {"qp/3", "the newlines of the text stay as they are"},
};

TEST(MimeSuite, TransferDecodings) {
  THRESH_NEED_SHARED(shared);
  const auto cases = read_jsonl(shared + "/suites/mime-stalwart/transfer-decoding.jsonl");
  EXPECT_EQ(cases.size(), 20u);
  for (const json& c : cases) {
    const auto id = c["id"].get<std::string>();
    const auto input = c["input"].get<std::string>();
    Arena arena;
    const std::string found(c["encoding"] == "base64" ? decode_base64(input, arena)
                                                      : decode_quoted_printable(input, arena));
    const std::string wanted = c["expected"].is_null() ? "" : c["expected"].get<std::string>();
    if (const auto known = transfer_differences.find(id); known != transfer_differences.end())
      EXPECT_NE(found, wanted) << id << " agrees now: " << known->second;
    else
      EXPECT_EQ(found, wanted) << id << " " << input;
  }
  const std::string folder = shared + "/suites/mime-mimekit/encoders/";
  Arena arena;
  EXPECT_EQ(std::string(decode_base64(read_file(folder + "photo.b64"), arena)),
            read_file(folder + "photo.jpg"));
  EXPECT_EQ(plain(std::string(decode_quoted_printable(read_file(folder + "wikipedia.qp"), arena))),
            plain(read_file(folder + "wikipedia.txt")));
}

// The summaries list one Content-Type a line, children two or three spaces deeper; messages are told apart by
// "From " lines.
std::string summary_shape(const std::vector<std::pair<int, std::string>>& types, std::size_t& at) {
  const auto [depth, type] = types[at++];
  std::string text = plain_text_type(type);
  bool any = false;
  while (at < types.size() && types[at].first > depth) {
    text += (any ? "," : "(") + summary_shape(types, at);
    any = true;
  }
  return any ? text + ")" : text;
}

TEST(MimeSuite, MimeKitMailboxes) {
  THRESH_NEED_SHARED(shared);
  for (const std::string name : {"content-length", "issue1189"}) {
    std::vector<std::string> wanted;
    std::vector<std::pair<int, std::string>> types;
    const auto flush = [&] {
      std::size_t at = 0;
      if (!types.empty()) wanted.push_back(summary_shape(types, at));
      types.clear();
    };
    std::istringstream summary(read_file(shared + "/suites/mime-mimekit/mbox/" + name + "-summary.txt"));
    for (std::string line; std::getline(summary, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.starts_with("From ")) flush();
      const std::size_t at = line.find("Content-Type: ");
      if (at != std::string::npos)
        types.emplace_back(static_cast<int>(at), ascii::lower(line.substr(at + 14)));
    }
    flush();
    const std::string mbox = read_file(shared + "/suites/mime-mimekit/mbox/" + name + ".mbox.txt");
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < mbox.size();) {
      std::size_t next = mbox.find("\nFrom ", at);
      next = next == std::string::npos ? mbox.size() : next + 1;
      messages.push_back(mbox.substr(at, next - at));
      at = next;
    }
    ASSERT_EQ(messages.size(), wanted.size()) << name;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      EXPECT_EQ(shape(TestMessage(messages[i])->root()), wanted[i]) << name << "/" << i;
    }
  }
}

}  // namespace
}  // namespace thresh
