// One rule as the .cf files give it, plain data (Mail::SpamAssassin::Conf).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/regex/regex.h"
#include "rules/language/meta.h"

namespace thresh {

enum class RuleType {
  header,
  body,
  rawbody,
  full,
  uri,
  mimeheader,
  uri_detail,
  meta,
  header_eval,
  body_eval,
  rawbody_eval,
  full_eval,
  rbl_eval,
  empty,  // askdns and reuse; or a `test`, `score` or `describe` for something never defined (Rule::defined)
};

struct SourceLocation {
  std::string file;  // as shown to people: the file's name without its folders
  std::string path;
  int line = 0;
  [[nodiscard]] std::string text() const {
    return line > 0 ? file + ":" + std::to_string(line) : path.empty() ? file : path;
  }
};

// Flags are found as SpamAssassin finds them: /\bnet\b/ anywhere in the value.
struct Tflags {
  bool net = false, nice = false, learn = false, userconf = false, noautolearn = false,
       autolearn_force = false, autolearn_body = false, autolearn_header = false, publish = false,
       nopublish = false, multiple = false, notrim = false, nosubject = false, domains_only = false,
       ips_only = false, a = false, ns = false, dns_block_rule = false, nolog = false;
  std::uint32_t maxhits = 0;     // 0: no limit
  std::vector<std::string> all;  // every word as written
};

struct RuleTest {
  bool should_match = true;  // `test NAME ok TEXT` or `fail TEXT`
  std::string text;
  SourceLocation where;
};

// One condition of a uri_detail rule: `text =~ /x/`, `type !~ /^a$/`.
struct UriDetailCondition {
  std::string key;  // raw, type, cleaned, text, domain, host
  bool negated = false;
  PerlPattern pattern;
};

struct Rule {
  std::string name;
  RuleType type = RuleType::empty;
  SourceLocation where;

  PerlPattern pattern;  // after replace_tags; empty for evals, metas and exists:
  // header and mimeheader
  std::string header;    // the request: "From:addr"
  bool exists = false;   // exists:NAME
  bool negated = false;  // !~
  std::optional<std::string> if_unset;
  // uri_detail
  std::vector<UriDetailCondition> uri_conditions;
  // evals
  std::string eval_function;
  std::vector<std::string> eval_args;
  // metas
  MetaExpression meta;
  std::string meta_source;

  std::vector<std::string> captures;  // names of (?<NAME>...) the pattern sets
  // Names of %{NAME} it needs. In `pattern` each stands as %\{NAME\}; a rule does not run while one has no
  // value (Check::capture_rules_replace).
  std::vector<std::string> templates;

  std::array<double, 4> scores{};  // score sets 0..3: -, net, bayes, bayes+net
  bool score_defined = false;      // by a score line, not by default
  bool defined = false;            // by a rule line; otherwise only score, describe or test name it
  std::string describe;
  Tflags tflags;
  int priority =
      0;  // after the adjustments of finish_parsing: rules a meta needs, rules with captures, net rules
  std::vector<RuleTest> tests;

  [[nodiscard]] bool is_subrule() const { return name.starts_with("__"); }
};

}  // namespace thresh
