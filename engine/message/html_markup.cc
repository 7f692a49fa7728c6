// What stands between < and >: start and end tags, comments, declarations, marked sections, processing
// instructions. Each parser gets the place of the < and returns where the markup ends; the same place when
// its end has not come yet; null when it is no markup at all and the < is text.
#include "engine/message/html_markup.h"

#include <algorithm>
#include <cstring>

#include "engine/message/html_tokenizer.h"

namespace thresh::html {
namespace {

using std::string_view;

char* skip_space(char* s) {  // stops at the NUL behind the text
  while (ascii::is_space(*s)) ++s;
  return s;
}

char* find_byte(char* s, char* end, char c) {
  if (s >= end) return end;
  auto* at = static_cast<char*>(std::memchr(s, c, static_cast<std::size_t>(end - s)));
  return at != nullptr ? at : end;
}

// The next > outside of quotes; a quote counts after a space or a =.
char* skip_until_gt(char* s, char* end) {
  char quote = '\0';
  char previous = ' ';
  for (; s < end; previous = *s++) {
    if (quote == '\0' && *s == '>') return s;
    if (*s != '"' && *s != '\'') continue;
    if (*s == quote) {
      quote = '\0';
    } else if (quote == '\0' && (previous == ' ' || previous == '=')) {
      quote = *s;
    }
  }
  return end;
}

string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

char* HtmlTokenizer::parse_start(char* begin, char* end) {
  attributes_.clear();
  char* s = begin + 2;
  while (s < end && is_not_space_gt(*s)) ++s;
  const string_view name = between(begin + 1, s);
  s = skip_space(s);
  if (s == end) return begin;

  while (is_not_space_gt(*s)) {
    char* const name_begin = s++;
    while (s < end && is_not_space_eq_gt(*s)) ++s;
    if (s == end) return begin;
    HtmlAttribute attribute;
    attribute.name = between(name_begin, s);
    char* const name_end = s;
    s = skip_space(s);
    if (s == end) return begin;
    if (*s != '=') {
      attribute.value = name_begin;
      attribute.value_end = name_end;
      attribute.decoded = true;  // a name has no entities
      attributes_.add(attribute);
      continue;
    }
    s = skip_space(s + 1);
    if (s == end) return begin;
    if (*s == '>') {
      attribute.value = attribute.value_end = s;
      attributes_.add(attribute);
      break;
    }
    if (*s == '"' || *s == '\'') {
      char* const close = find_byte(s + 1, end, *s);
      if (close == end) return begin;
      attribute.value = s + 1;
      attribute.value_end = close;
      s = close + 1;
    } else {
      attribute.value = s;
      while (s < end && is_not_space_gt(*s)) ++s;
      if (s == end) return begin;
      attribute.value_end = s;
    }
    attributes_.add(attribute);
    s = skip_space(s);
    if (s == end) return begin;
  }

  if (*s != '>') return nullptr;
  report_start(name);
  if (!stopped_) enter_literal(name);
  return s + 1;
}

char* HtmlTokenizer::parse_end(char* begin, char* end) {
  char* s = begin + 2;
  if (is_not_space_gt(*s)) {
    ++s;
    while (s < end && is_not_space_gt(*s)) ++s;
    const string_view name = between(begin + 2, s);
    s = skip_until_gt(s, end);
    if (s == end) return begin;
    report_end(name);
    return s + 1;
  }
  s = skip_until_gt(s, end);
  if (s == end) return begin;
  report_comment(begin, s + 1);
  return s + 1;
}

char* HtmlTokenizer::parse_instruction(char* begin, char* end) {
  char* const s = find_byte(begin + 2, end, '>');
  if (s == end) return begin;
  report_nothing();
  return s + 1;
}

char* HtmlTokenizer::parse_declaration(char* begin, char* end) {
  char* s = begin + 2;
  if (*s == '-') {
    ++s;
    if (s == end) return begin;
    if (*s == '-') return parse_comment(begin, end);
  } else if (*s == '[') {
    bool failed = false;
    char* const next = parse_section(begin, end, failed);
    if (!failed) return next;
  } else if (*s == '>') {
    report_comment(begin, s + 1);
    return s + 1;
  } else if (ascii::is_alpha(*s)) {
    char* const next = parse_doctype(begin, s, end);
    if (next != nullptr) return next;
  }
  // Anything else up to the next > is a comment.
  s = find_byte(s, end, '>');
  if (s == end) return begin;
  report_comment(begin, s + 1);
  return s + 1;
}

char* HtmlTokenizer::parse_comment(char* begin, char* end) {
  char* s = begin + 4;
  if (comments_end_at_gt_) {
    s = find_byte(s, end, '>');
    if (s == end) return begin;
    report_comment(begin, s + 1);
    return s + 1;
  }
  while (true) {
    s = find_byte(s, end, '-');
    if (s >= end) return begin;
    ++s;
    if (*s != '-') continue;
    char* const gt = skip_space(s + 1);
    if (*gt == '>') {
      report_comment(begin, gt + 1);
      return gt + 1;
    }
    if (gt >= end) return begin;
  }
}

// Null, and `s` where reading failed, for what is no declaration.
char* HtmlTokenizer::parse_doctype(char* begin, char*& s, char* end) {
  while (s < end && is_name_char(*s)) ++s;
  if (s == end) return begin;
  const string_view word = between(begin + 2, s);
  if (!ascii::iequals(word, "doctype") && !ascii::iequals(word, "entity")) return nullptr;
  while (true) {
    s = skip_space(s);
    if (s == end) return begin;
    if (*s == '>') break;
    if (*s == '"' || *s == '\'') {
      s = find_byte(s + 1, end, *s);
      if (s == end) return begin;
      ++s;
    } else if (*s == '-') {
      if (++s == end) return begin;
      if (*s != '-') return nullptr;
      ++s;
      while (true) {
        s = find_byte(s, end, '-');
        if (s == end || ++s == end) return begin;
        if (*s == '-') break;
      }
      ++s;
    } else {
      while (s < end && is_not_space_gt(*s)) ++s;
      if (s == end) return begin;
    }
  }
  report_declaration(begin, s + 1);
  return s + 1;
}

char* HtmlTokenizer::parse_section(char* begin, char* end, bool& failed) {
  char* s = begin + 3;
  Section strongest = Section::none;
  bool named = false;
  while (true) {
    s = skip_space(s);
    while (is_name_first(*s)) {
      const char* const name_begin = s++;
      while (is_name_char(*s)) ++s;
      const string_view name = between(name_begin, s);
      s = skip_space(s);
      if (s == end) return begin;
      named = true;
      Section section = Section::none;
      if (ascii::iequals(name, "include")) section = Section::include;
      if (ascii::iequals(name, "rcdata")) section = Section::rcdata;
      if (ascii::iequals(name, "cdata")) section = Section::cdata;
      if (ascii::iequals(name, "ignore")) section = Section::ignore;
      strongest = std::max(strongest, section);
    }
    if (*s != '-' || s[1] != '-') break;
    s += 2;
    while (true) {
      s = find_byte(s, end, '-');
      if (s == end) return begin;
      ++s;
      if (*s == '-') break;
    }
    ++s;
  }
  if (*s != '[') {
    failed = true;
    return nullptr;
  }
  ++s;
  if (!named) strongest = Section::include;
  sections_.push_back(std::max(strongest, section_));
  section_ = sections_.back();
  is_cdata_ = section_ == Section::cdata;
  report_nothing();
  return s;
}

}  // namespace thresh::html
