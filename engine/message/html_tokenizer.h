// HTML into tags, text and comments, with the exact view of broken HTML that HTML::Parser 3.81 has with the
// options SpamAssassin gives it (marked sections on, everything else as it comes): literal elements (script,
// style, xmp, iframe, plaintext, title, textarea), marked sections, comments that end at the first > when
// they have no other end, markup cut off at the end. Linear in the size of the text; no allocation but the
// list of attributes.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "engine/message/html_attributes.h"

namespace thresh::html {

// Who hears of the tokens. What is passed lies in the text itself and may be changed there.
class HtmlEvents {
 public:
  virtual ~HtmlEvents() = default;
  // False stops the tokenizer for good.
  [[nodiscard]] virtual bool start_tag(std::string_view name, TagAttributes& attributes) = 0;
  virtual void end_tag(std::string_view name) = 0;
  // `literal`: entities mean nothing here.
  virtual void text(char* begin, char* end, bool literal) = 0;
  virtual void comment(std::string_view text) = 0;      // with <!-- and -->
  virtual void declaration(std::string_view text) = 0;  // <!DOCTYPE ...> or <!ENTITY ...>
  virtual void end_document() = 0;                      // not heard when the document ends in <![IGNORE[
};

class HtmlTokenizer {
 public:
  // Bytes of NUL that must follow the text, and room for append() beside them.
  static constexpr std::size_t kSlack = 64;

  // `characters`: what the document is (see HtmlText).
  HtmlTokenizer(HtmlEvents& events, bool characters, std::pmr::memory_resource* memory);

  // The first `size` bytes of `text`; one byte before it and kSlack NULs behind it belong to the caller's
  // buffer too.
  void parse(char* text, std::size_t size);
  // More of the document, up to 16 bytes at a time and 32 in all.
  void append(std::string_view text);
  // The end of the document: what was left waiting for an end is reported.
  void finish();

 private:
  enum class Section : unsigned char { none, include, rcdata, cdata, ignore };
  struct LiteralElement;

  char* run(char* s, char* end);
  bool run_literal(char*& s, char*& t, char* end);
  bool run_section(char*& s, char*& t, char* end);
  char* parse_start(char* begin, char* end);
  char* parse_end(char* begin, char* end);
  char* parse_declaration(char* begin, char* end);
  char* parse_doctype(char* begin, char*& s, char* end);
  char* parse_comment(char* begin, char* end);
  char* parse_section(char* begin, char* end, bool& failed);
  char* parse_instruction(char* begin, char* end);
  void pop_section();
  void enter_literal(std::string_view name);

  void report_text(char* begin, char* end);
  void report_comment(char* begin, char* end);
  void report_start(std::string_view name);
  void report_end(std::string_view name);
  void report_declaration(char* begin, char* end);
  void report_nothing() { close_pending(); }
  void close_pending();

  HtmlEvents& events_;
  char* rest_ = nullptr;  // what is not reported yet
  char* end_ = nullptr;
  const LiteralElement* literal_ = nullptr;
  static constexpr std::size_t kLiteralElements = 7;
  std::array<const char*, kLiteralElements> unclosed_{};  // the end to which no end tag of each was found
  std::string_view pending_end_;                          // an end tag that comes before the next tag
  bool is_cdata_ = false;
  bool comments_end_at_gt_ = false;
  bool stopped_ = false;
  Section section_ = Section::none;
  std::pmr::vector<Section> sections_;  // the strongest up to each level
  TagAttributes attributes_;
};

}  // namespace thresh::html
