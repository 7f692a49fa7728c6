// What a load has to say: notes for lint, and errors that mean there is no rule set.
#include <filesystem>

#include "rules/language/rule_loader.h"
#include "rules/language/value.h"

namespace thresh {

SourceLocation RuleLoader::here() const {
  return {.file = std::filesystem::path(path_).filename().string(), .path = path_, .line = line_number_};
}

void RuleLoader::note(LintNote::Kind kind, const SourceLocation& where, std::string what) {
  if (set_.notes_.size() >= kMaxLintNotes) return;
  // The last one says that it is not alone.
  if (set_.notes_.size() + 1 == kMaxLintNotes)
    what = "this and all further notes are left out: there are at least " + std::to_string(kMaxLintNotes);
  set_.notes_.push_back({.kind = kind, .where = where, .what = std::move(what)});
}

void RuleLoader::error_at(const SourceLocation& where, std::string what, std::string remedy) {
  if (remedy.empty() && where.line > 0) remedy = "correct the line or remove it";
  Error fault{.what = what, .where = where.text(), .remedy = remedy};
  if (!remedy.empty()) what += " (" + remedy + ")";
  note(LintNote::Kind::error, where, std::move(what));
  if (!options_.tolerate_errors && errors_.size() < kMaxLintNotes) errors_.push_back(std::move(fault));
}

void RuleLoader::error(std::string what, std::string remedy) {
  error_at(here(), std::move(what), std::move(remedy));
}

void RuleLoader::warn(std::string what) {
  note(LintNote::Kind::warning, here(), std::move(what));
}

void RuleLoader::refuse_value(std::string_view key, const DirectiveInfo& info, bool missing) {
  const std::string name = "'" + std::string(key) + "'";
  error(missing ? "the value of " + name + " is missing" : "the value of " + name + " is not valid",
        "expected " + std::string(expected_value(info.kind)));
}

}  // namespace thresh
