// Mail::SpamAssassin::Plugin::WelcomeListSubject: subjects that a site lets in or keeps out.
#include <algorithm>
#include <array>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

struct Settings {
  // In lower case, with a star at both ends: the pattern may stand anywhere in a line of the subject.
  std::vector<std::string> welcome, block;
};

std::vector<std::string> read_list(const RuleSet& rules, std::string_view name) {
  std::vector<std::string> globs;
  for (const Directive& directive : rules.directives(name))
    globs.push_back("*" + ascii::lower(directive.value) + "*");
  return globs;
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  return std::make_shared<const Settings>(
      Settings{read_list(rules, "welcomelist_subject"), read_list(rules, "blocklist_subject")});
}

bool is_listed(EvalContext& context, const std::vector<std::string>& globs) {
  if (globs.empty()) return false;
  const std::string subject = ascii::lower(context.message.get_scalar("Subject"));
  if (subject.empty()) return false;
  std::string_view rest = subject;
  while (true) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (std::ranges::any_of(globs, [&](std::string_view glob) { return glob_matches(glob, line); }))
      return true;
    if (line.size() == rest.size()) return false;
    rest.remove_prefix(line.size() + 1);
  }
}

EvalResult check_subject_in_welcomelist(EvalContext& context, const EvalCall&) {
  return is_listed(context, context.family<Settings>("WelcomeListSubject").welcome);
}

EvalResult check_subject_in_blocklist(EvalContext& context, const EvalCall&) {
  return is_listed(context, context.family<Settings>("WelcomeListSubject").block);
}

constexpr EvalEntry entry(std::string_view name, EvalFunction function) {
  return {name, "WelcomeListSubject", function};
}

constexpr std::array entries = {
    entry("check_subject_in_welcomelist", check_subject_in_welcomelist),
    entry("check_subject_in_whitelist", check_subject_in_welcomelist),
    entry("check_subject_in_blocklist", check_subject_in_blocklist),
    entry("check_subject_in_blacklist", check_subject_in_blocklist),
};

}  // namespace

const EvalFamily& welcome_list_subject_family() {
  static const EvalFamily family{"WelcomeListSubject", entries, make_settings};
  return family;
}

}  // namespace thresh
