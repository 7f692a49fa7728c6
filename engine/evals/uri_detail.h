// uri_detail rules (Mail::SpamAssassin::Plugin::URIDetail): one URI of the message has to meet all conditions
// of the rule, on its raw form, its types, its canonical forms, the text it is shown with, its domains or its
// hosts.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "engine/base/arena.h"
#include "engine/base/result.h"
#include "engine/message/message.h"
#include "engine/regex/regex.h"
#include "rules/language/rule.h"

namespace thresh {

// A rule made ready. Immutable; safe from several threads.
class UriDetailTest {
 public:
  // Errors name the condition whose pattern does not compile.
  [[nodiscard]] static Result<UriDetailTest> make(const Rule& rule);

  [[nodiscard]] bool matches(const Message& message, RegexScratch& scratch) const;

 private:
  struct Condition {
    Regex pattern;
    bool negated = false;
  };
  enum Key : std::size_t { raw, type, cleaned, text, domain, host, keys };

  [[nodiscard]] bool matches(const UriDetail& uri, Arena& arena, RegexScratch& scratch) const;

  // One a key: a second one in the rule replaces the first.
  std::array<std::optional<Condition>, keys> conditions_;
};

}  // namespace thresh
