// Builds a RuleSet line by line, in the order and with the side effects of Mail::SpamAssassin::Conf::Parser.
// Internal to this room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rules/language/directives.h"
#include "rules/language/replace_tags.h"
#include "rules/language/rule_set.h"

namespace thresh {

class RuleLoader {
 public:
  explicit RuleLoader(const LoadOptions& options);

  void read_paths(std::span<const std::string> paths);
  void read_named_text(std::string_view text, std::string_view name);

  // Everything that Conf::Parser does once all text is read, then the finished set. May be called once.
  [[nodiscard]] Result<RuleSet> finish(std::vector<LintNote>* notes);

 private:
  // What is known under one rule name; Conf.pm keeps a hash for each of these.
  struct RuleState {
    Rule rule;
    std::optional<PerlPattern> pattern;  // test_qrs: stays when the name gets another type
    std::string eval_text;               // "function(args)"
    std::string tflags;
    std::optional<int> priority;
    bool described = false;
    bool mimeheader_hook = false;  // the first mimeheader line made the eval function
    struct MimeHeader {
      std::string header, if_unset;
      bool negated = false;
      PerlPattern pattern;
    } mimeheader;
    std::vector<UriDetailCondition> uri_conditions;
    SourceLocation first_seen;
  };
  struct OpenIf {
    std::string_view keyword;
    bool skipping_before = false;
    SourceLocation where;
  };

  // rule_loader.cc: files, lines, conditions.
  void read_file(const std::string& path);
  void read_directory_or_file(const std::string& path, std::string_view extension, bool take_any_file);
  void read_text(std::string_view text, const std::string& path);
  void close_ifs();
  void line(std::string_view raw);
  bool conditional_line(std::string_view key, std::string_view value);
  void open_if(std::string_view keyword, std::string_view condition);
  void include(std::string_view path);
  void require_version(std::string_view value);
  void directive(std::string_view key, std::string_view value);
  void unknown_directive(std::string_view key, const DirectiveInfo* owner);
  bool language_applies(std::string_view pattern) const;
  void load_plugin(std::string_view value, bool quiet);
  void enable_plugin(std::string_view package);
  [[nodiscard]] bool plugin_loaded(std::string_view package) const;
  [[nodiscard]] bool method_exists(std::string_view method, bool call) const;

  // notes.cc
  void note(LintNote::Kind kind, const SourceLocation& where, std::string what);
  void error(std::string what, std::string remedy = {});
  void error_at(const SourceLocation& where, std::string what, std::string remedy = {});
  void warn(std::string what);
  // The line is refused with what is wrong with the value of `key`.
  void refuse_value(std::string_view key, const DirectiveInfo& info, bool missing);
  [[nodiscard]] SourceLocation here() const;

  // rule_lines.cc: the directives of ValueKind::rule. False: the value is missing or invalid, and that was
  // said.
  void rule_line(const DirectiveInfo& info, std::string_view value);
  RuleState& state(std::string_view name);
  RuleState* defined_state(std::string_view name);
  bool split_rule_line(std::string_view key, std::string_view value, std::string_view& name,
                       std::string_view& rest);
  void typed_rule(std::string_view key, std::string_view value);
  void meta_rule(std::string_view value);
  void score(std::string_view value);
  void describe(std::string_view value);
  void tflags(std::string_view value);
  void priority(std::string_view value);
  void test(std::string_view value);
  bool good_rule_name(std::string_view name);
  // Says what is wrong and gives nothing when the pattern cannot be used.
  std::optional<PerlPattern> compile(std::string_view rule, std::string_view delimited,
                                     bool may_match_all = false);
  static std::optional<std::string> take_if_unset(std::string_view& pattern);
  std::string take_templates(RuleState& rule, std::string_view pattern);
  void note_captures(RuleState& rule, std::string_view pattern);
  void define(RuleState& rule, RuleType type);
  void pattern_rule(std::string_view name, std::string_view text, RuleType type);
  void header_rule(std::string_view name, std::string_view text);
  void eval_rule(std::string_view name, std::string_view text, RuleType type);
  void empty_rule(std::string_view name);

  // plugin_rule_lines.cc
  void mimeheader(std::string_view value);
  void uri_detail(std::string_view value);
  void askdns(std::string_view value);
  void reuse(std::string_view value);
  void shortcircuit(std::string_view value);
  void uri_block(std::string_view key, std::string_view value);
  void replace_rules(std::string_view value);

  // settings.cc
  void setting(const DirectiveInfo& info, std::string_view value);
  void replace_tags_setting(std::string_view name, std::string_view value);
  void keep(std::string_view name, std::string_view value);
  void remove(const DirectiveRemoval& removal, std::string_view value);
  [[nodiscard]] std::string_view current(std::string_view name) const;

  // finish.cc, in this order
  void default_scores();
  void hasten_forking_evals();
  void force_reuse();
  void compile_metas();
  void exclude_circular_metas();
  void propagate_priorities();
  void inherit_net();
  void parse_evals();
  void replace_tags();
  void fill_rule(RuleState& state);

  LoadOptions options_;
  RuleSet set_;
  std::vector<Error> errors_;
  std::unordered_map<std::string, RuleState> rules_;
  std::unordered_set<std::string> files_read_;
  std::vector<std::string> files_open_;  // those whose includes are being read, as they really lie
  std::unordered_set<std::string> compat_flags_;
  std::unordered_map<std::string, bool> condition_cache_;
  std::vector<OpenIf> ifs_;
  bool skipping_ = false;
  std::string path_;  // of the file that is being read
  std::string line_buffer_;
  int line_number_ = 0;
  int include_depth_ = 0;
  std::string language_;
  std::uint32_t sequence_ = 0;

  ReplaceTags replace_tags_;
  std::set<std::string> replace_rules_;
  // eval_to_rule of the functions whose rules are hastened: check_pyzor, check_razor2, check_razor2_range.
  std::map<std::string, std::vector<std::string>, std::less<>> eval_to_rule_;
  std::map<std::string, std::vector<std::string>> reuse_;
  std::map<std::string, std::vector<std::string>> matching_cache_;
};

}  // namespace thresh
