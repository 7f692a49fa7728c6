// Raw bytes to a tree of Parts, as Mail::SpamAssassin::Message reads them: its constructor (header section,
// mbox separators, blank lines), _parse_multipart, _parse_normal and the messages inside messages. Works on
// views; only CRLF messages, over-long lines and long runs of blank lines are copied into the arena.
#pragma once

#include <deque>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/message.h"
#include "engine/message/part.h"

namespace thresh {

// What is kept of the whole message beside the tree.
struct ParsedMessage {
  // Nothing here is ever destroyed, so all of it has to live in the message's arena.
  explicit ParsedMessage(std::pmr::memory_resource* memory) : boundary_balance(memory) {}

  Part* root = nullptr;
  std::string_view pristine, pristine_headers, pristine_body;
  bool crlf = false;
  ParseFlags flags;
  std::pmr::vector<std::pair<std::string_view, int>> boundary_balance;
};

class MimeParser {
 public:
  MimeParser(const MessageSettings& settings, Arena& arena);
  [[nodiscard]] ParsedMessage parse(std::string_view raw);

 private:
  using Boundary = std::optional<std::string_view>;
  // An entry of {parse_queue}.
  struct Job {
    Part* part;
    Boundary boundary;
    std::string_view body;
    int subparse;
    bool blank_line_first;  // a blank line stands before `body` that is not in it
  };
  struct Head {
    std::string_view text;    // the message with LF endings, without the mbox separator
    std::string_view source;  // the same bytes as they came
    std::size_t body_at = 0;  // where the body begins in `text`
    bool crlf = false;
  };

  Head read_message(Part* part, std::string_view raw, int subparse, ParseFlags& flags);
  std::size_t read_header_section(Part* part, std::string_view text, bool crlf, ParseFlags& flags);
  void store_field(std::string_view field, bool crlf, ParseFlags& flags);
  void add_header(std::string_view name, std::string_view raw);
  void finish_headers(Part* part);
  // The fields that a filter before us (or SpamAssassin itself) put there: check_timed deletes X-Spam-*
  // before it looks.
  void drop_own_headers(Part* part);
  // Node::header of the part that is being read.
  [[nodiscard]] std::string_view last_header(std::string_view name) const;

  void parse_multipart(const Job& job);
  void parse_normal(const Job& job);
  void parse_inner_message(const Job& job);
  void add_child(Part* parent, Part* child);
  void finish_children(Part* part);
  int& balance_of(std::string_view boundary);
  void keep_pristine(const Head& head);
  [[nodiscard]] std::string_view break_long_lines(std::string_view text);
  [[nodiscard]] std::string_view shorten_blank_lines(std::string_view body);

  const MessageSettings& settings_;
  Arena& arena_;
  ParsedMessage result_;
  std::pmr::deque<Job> queue_;
  std::pmr::vector<HeaderField> fields_;    // of the part that is being read
  std::pmr::vector<const Part*> children_;  // of the multipart that is being read
};

}  // namespace thresh
