// The tokenizer's ways through text, literal elements and the end of the document (see html_tokenizer.h);
// what stands between < and > is in html_markup.cc. The order of the tests and where a broken token is taken
// up again are those of HTML::Parser, found by running it.
#include "engine/message/html_tokenizer.h"

#include <cstring>
#include <iterator>

#include "engine/base/ascii.h"
#include "engine/message/html_markup.h"

namespace thresh::html {

struct HtmlTokenizer::LiteralElement {
  std::size_t number;
  std::string_view name;
  bool is_cdata;
  enum class AtEnd : unsigned char { rest_is_text, is_empty, ends_at_next_tag } at_end;
};

namespace {

using std::string_view;

char* find_byte(char* s, char* end, char c) {
  if (s >= end) return end;
  auto* at = static_cast<char*>(std::memchr(s, c, static_cast<std::size_t>(end - s)));
  return at != nullptr ? at : end;
}

}  // namespace

HtmlTokenizer::HtmlTokenizer(HtmlEvents& events, bool characters, std::pmr::memory_resource* memory)
    : events_(events), sections_(memory), attributes_(characters, memory) {}

void HtmlTokenizer::enter_literal(string_view name) {
  using enum LiteralElement::AtEnd;
  static constexpr LiteralElement kElements[] = {
      {0, "script", true, is_empty},        {1, "style", true, is_empty},
      {2, "xmp", true, rest_is_text},       {3, "iframe", true, rest_is_text},
      {4, "plaintext", true, rest_is_text}, {5, "title", false, ends_at_next_tag},
      {6, "textarea", false, rest_is_text},
  };
  static_assert(std::size(kElements) == kLiteralElements);
  if (name.size() < 3 || name.size() > 9) return;
  for (const LiteralElement& element : kElements) {
    if (!ascii::iequals(name, element.name)) continue;
    literal_ = &element;
    is_cdata_ = element.is_cdata;
    return;
  }
}

// Inside a literal element only its own end tag counts. False: it is not there yet.
bool HtmlTokenizer::run_literal(char*& s, char*& t, char* end) {
  while (literal_ != nullptr) {
    // Looked for once up to here, it need not be looked for again (<title><title><title>...).
    if (unclosed_[literal_->number] == end) return false;
    s = find_byte(s, end, '<');
    if (s == end) {
      unclosed_[literal_->number] = end;
      return false;
    }
    char* const end_text = s++;
    if (*s != '/') continue;
    ++s;
    std::size_t matched = 0;
    while (matched < literal_->name.size() && ascii::to_lower(*s) == literal_->name[matched]) {
      ++s;
      ++matched;
    }
    if (matched < literal_->name.size() || literal_->name == "plaintext") continue;
    const string_view name(end_text + 2, static_cast<std::size_t>(s - end_text - 2));
    while (ascii::is_space(*s)) ++s;
    if (*s != '>') continue;
    ++s;
    if (t != end_text) report_text(t, end_text);
    report_end(name);
    literal_ = nullptr;
    is_cdata_ = false;
    t = s;
  }
  return true;
}

// Inside <![CDATA[ and <![RCDATA[ only ]]> counts. False: it is not there yet.
bool HtmlTokenizer::run_section(char*& s, char*& t, char* end) {
  while (section_ == Section::cdata || section_ == Section::rcdata) {
    s = find_byte(s, end, ']');
    if (*s == ']') {
      char* const end_text = s++;
      if (*s == ']' && s[1] == '>') {
        s += 2;
        if (t != end_text) report_text(t, end_text);
        report_nothing();
        t = s;
        pop_section();
        continue;
      }
    }
    if (s == end) return false;
  }
  return true;
}

void HtmlTokenizer::pop_section() {
  sections_.pop_back();
  section_ = sections_.empty() ? Section::none : sections_.back();
  is_cdata_ = section_ == Section::cdata;
}

// Reads from `s` and returns where it must go on when more has come.
char* HtmlTokenizer::run(char* s, char* end) {
  char* t = s;  // where the text begins that is not reported yet
  while (!stopped_) {
    if (!run_literal(s, t, end) || !run_section(s, t, end)) return t;

    if (section_ == Section::none) {
      s = find_byte(s, end, '<');
    } else {
      while (s < end && *s != '<') {
        if (*s == ']') {
          char* const end_text = s++;
          if (*s == ']' && *++s == '>') {
            ++s;
            report_text(t, end_text);
            report_nothing();
            t = s;
            pop_section();
            if (section_ == Section::none) {
              s = find_byte(s, end, '<');
              break;
            }
            continue;
          }
        }
        ++s;  // also over a < that follows a ]
      }
    }
    if (s != t) {
      if (s < end) {
        report_text(t, s);
        t = s;
      } else {
        // The last word waits, it may be half a word or half an entity; so does white space at the end.
        --s;
        if (!ascii::is_space(*s))
          while (s >= t && !ascii::is_space(*s)) --s;
        while (s >= t && ascii::is_space(*s)) --s;
        ++s;
        if (s != t) report_text(t, s);
        return s;
      }
    }
    if (end - s < 3) return s;

    ++s;
    char* next = nullptr;
    if (is_name_first(*s)) {
      next = parse_start(t, end);
    } else if (*s == '/') {
      next = parse_end(t, end);
    } else if (*s == '!') {
      next = parse_declaration(t, end);
    } else if (*s == '?') {
      next = parse_instruction(t, end);
    }
    if (next == t) return t;  // it has no end yet
    if (next != nullptr) t = s = next;
    // else the < was text
  }
  return s;
}

void HtmlTokenizer::parse(char* text, std::size_t size) {
  end_ = text + size;
  rest_ = run(text, end_);
}

void HtmlTokenizer::append(string_view text) {
  std::memcpy(end_, text.data(), text.size());
  end_ += text.size();
  rest_ = run(rest_, end_);
}

void HtmlTokenizer::finish() {
  char* s = rest_;
  char* const end = end_;
  while (s < end && !stopped_) {
    if (literal_ != nullptr) {
      const LiteralElement& element = *literal_;
      if (element.at_end == LiteralElement::AtEnd::rest_is_text) break;
      if (element.at_end == LiteralElement::AtEnd::is_empty) {
        report_end(element.name);
      } else {
        pending_end_ = element.name;
      }
      literal_ = nullptr;
      s = run(s, end);
      continue;
    }
    if (*s == '<' && !comments_end_at_gt_) {
      comments_end_at_gt_ = true;
      s = run(s, end);
      continue;
    }
    if (*s == '<') {
      const char* next = s + 1;
      if (next == end || is_name_first(*next) || *next == '/' || *next == '!' || *next == '?') {
        report_comment(s, end);
        s = end;
      }
    }
    break;
  }
  if (s < end) report_text(s, end);
  rest_ = end;
  if (stopped_) return;
  close_pending();
  if (section_ != Section::ignore) events_.end_document();
}

void HtmlTokenizer::close_pending() {
  if (pending_end_.empty() || stopped_) return;
  const string_view name = pending_end_;
  pending_end_ = {};
  report_end(name);
}

void HtmlTokenizer::report_text(char* begin, char* end) {
  if (stopped_ || section_ == Section::ignore) return;
  events_.text(begin, end, is_cdata_);
}

void HtmlTokenizer::report_comment(char* begin, char* end) {
  if (stopped_ || section_ == Section::ignore) return;
  events_.comment({begin, static_cast<std::size_t>(end - begin)});
}

void HtmlTokenizer::report_declaration(char* begin, char* end) {
  close_pending();
  if (stopped_ || section_ == Section::ignore) return;
  events_.declaration({begin, static_cast<std::size_t>(end - begin)});
}

void HtmlTokenizer::report_start(string_view name) {
  close_pending();
  if (stopped_ || section_ == Section::ignore) return;
  if (!events_.start_tag(name, attributes_)) stopped_ = true;
}

void HtmlTokenizer::report_end(string_view name) {
  close_pending();
  if (stopped_ || section_ == Section::ignore) return;
  events_.end_tag(name);
}

}  // namespace thresh::html
