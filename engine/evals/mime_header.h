// mimeheader rules (Mail::SpamAssassin::Plugin::MIMEHeader): a pattern over one header of every part. With
// its tflags multiple, maxhits, range and concat.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/message/message.h"
#include "engine/regex/regex.h"
#include "rules/language/rule.h"

namespace thresh {

// A rule made ready. Immutable; safe from several threads.
class MimeHeaderTest {
 public:
  // Errors say what is wrong with the pattern.
  [[nodiscard]] static Result<MimeHeaderTest> make(const Rule& rule);

  // What (?<NAME>...) groups took: values in the order found, not empty, each once.
  struct Capture {
    std::string name;
    std::vector<std::string> values;
    bool cut = false;  // there were more than limits::captured_values
  };

  // The rule's value: 0 no hit; under `tflags multiple` the matches in the first part that has any. Captures
  // are appended to `captures` when it is given. A part whose field is absent counts as an empty value, or as
  // the rule's [if-unset:].
  [[nodiscard]] std::uint32_t value(const Message& message, RegexScratch& scratch,
                                    std::vector<Capture>* captures = nullptr) const;

 private:
  explicit MimeHeaderTest(Regex pattern) : pattern_(std::move(pattern)) {}

  [[nodiscard]] std::string_view field(const Part& part, Arena& arena) const;
  [[nodiscard]] std::uint32_t count(std::string_view text, RegexScratch& scratch,
                                    std::vector<Capture>* captures) const;

  Regex pattern_;
  std::string name_;  // "ALL" for all fields
  std::string if_unset_;
  bool raw_ = false, negated_ = false, multiple_ = false, concat_ = false;
  std::uint32_t max_hits_ = 1;
  std::uint32_t first_part_ = 0, last_part_ = 1000;  // counted from 1
};

}  // namespace thresh
