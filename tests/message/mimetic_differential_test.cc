// A second opinion on structure: over generated, well-formed messages mimetic (codesink.org) and Message must
// see the same tree of types.
#include <gtest/gtest.h>
#include <mimetic/mimetic.h>

#include <array>
#include <random>
#include <string>

#include "engine/base/ascii.h"
#include "tests/message/message_support.h"

namespace thresh {
namespace {

// Writes a random tree; `what` receives its shape.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string message(std::string& what) {
    return "From: a@example.com\nTo: b@example.org\nSubject: test\nMIME-Version: 1.0\n" + entity(0, what);
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  std::string text() {
    constexpr std::array lines{
        "one line", "-- ", "--not-a-boundary", "", "  indented", "Looks-Like: a header", "."};
    std::string result;
    for (std::size_t n = below(6); n > 0; --n) result += std::string(lines[below(lines.size())]) + "\n";
    return result + "end\n";
  }

  std::string entity(int depth, std::string& what) {
    constexpr std::array leaves{"text/plain", "text/html", "image/png", "application/pdf",
                                "application/octet-stream"};
    constexpr std::array kinds{"mixed", "alternative", "related", "digest-like", "signed"};
    const std::size_t choice = depth == 0 ? 0 : below(depth < 5 ? 6 : 3);
    if (choice == 0 || choice > 4) {
      if (depth >= 5) return leaf(leaves[below(leaves.size())], what);
      const std::string type = std::string("multipart/") + kinds[below(kinds.size())];
      const std::string boundary = "=_" + std::to_string(++boundaries_) + "_b(x)'+?";
      std::string result = "Content-Type: " + type + ";\n\tboundary=\"" + boundary + "\"\n\n";
      if (below(2) == 0) result += "This is a preamble.\n";
      what += type + "(";
      for (std::size_t i = 0, n = 1 + below(4); i < n; ++i) {
        if (i > 0) what += ',';
        result += "--" + boundary + "\n" + entity(depth + 1, what) + "\n";
      }
      what += ")";
      return result + "--" + boundary + "--\n" + (below(3) == 0 ? "An epilogue.\n" : "");
    }
    if (choice == 4) {
      what += "message/rfc822(";
      std::string result = "Content-Type: message/rfc822\n\nSubject: inner\n" + entity(depth + 1, what);
      what += ")";
      return result;
    }
    return leaf(leaves[below(leaves.size())], what);
  }

  std::string leaf(const std::string& type, std::string& what) {
    what += type;
    return "Content-Type: " + type + (below(2) == 0 ? "; name=\"a file\"" : "") + "\n\n" + text();
  }

  std::mt19937 random_;
  int boundaries_ = 0;
};

std::string shape_of(const mimetic::MimeEntity& entity) {
  const mimetic::ContentType& type = entity.header().contentType();
  std::string text = ascii::lower(type.type() + "/" + type.subtype());
  if (entity.body().parts().empty()) return text;
  text += '(';
  for (const mimetic::MimeEntity* const part : entity.body().parts())
    text += (text.back() == '(' ? "" : ",") + shape_of(*part);
  return text + ')';
}

TEST(MimeticDifferential, WellFormedMessagesHaveOneShape) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    std::string what;
    const std::string raw = Writer(seed).message(what);
    const TestMessage message(raw);
    const mimetic::MimeEntity entity(raw.begin(), raw.end());
    EXPECT_EQ(shape(message->root()), what) << raw;
    EXPECT_EQ(shape_of(entity), what) << raw;
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace thresh
