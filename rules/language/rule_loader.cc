// Files, lines, conditions and the dispatch of directives (SpamAssassin.pm's read_cf, Conf::Parser::parse).
#include "rules/language/rule_loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "engine/base/ascii.h"
#include "rules/language/condition.h"
#include "rules/language/perl_text.h"
#include "rules/language/plugins.h"
#include "rules/language/value.h"

namespace thresh {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersion = "4.000001";

std::string normalized_language(std::string_view language) {
  if (language.empty() || language == "C" || language == "POSIX") return "en_US";
  return std::string(language.substr(0, language.find_first_of("@.+,")));
}

// s/(?<!\\)#.*$//, then s/\\#/#/g
void strip_comment(std::string& line) {
  if (line.find('#') == std::string::npos) return;
  for (std::size_t at = line.find('#'); at != std::string::npos; at = line.find('#', at + 1)) {
    if (at > 0 && line[at - 1] == '\\') continue;
    line.resize(at);
    break;
  }
  for (std::size_t at = line.find("\\#"); at != std::string::npos; at = line.find("\\#", at + 1))
    line.erase(at, 1);
}

}  // namespace

RuleLoader::RuleLoader(const LoadOptions& options)
    : options_(options), language_(normalized_language(options.lang)) {}

void RuleLoader::read_paths(std::span<const std::string> paths) {
  const std::size_t files_before = set_.files_.size();
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) {
      error_at({.file = path, .path = path, .line = 0}, "no such file or directory",
               "name a .cf file or a directory");
      continue;
    }
    if (fs::is_directory(path, ignored) || path.ends_with(".pre"))
      read_directory_or_file(path, ".pre", false);
  }
  if (set_.files_.size() == files_before && options_.default_plugins)
    for (const std::string_view plugin : default_plugins()) enable_plugin(plugin_package(plugin));
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::exists(path, ignored) && !path.ends_with(".pre")) read_directory_or_file(path, ".cf", true);
  }
  // Without a rule every message would pass; whoever named these paths meant something else.
  if (set_.files_.size() == files_before && errors_.empty())
    for (const std::string& path : paths)
      error_at({.file = path, .path = path, .line = 0}, "holds no rule file (*.cf or *.pre)",
               "name a .cf file or a directory of them");
}

void RuleLoader::read_named_text(std::string_view text, std::string_view name) {
  if (options_.default_plugins)
    for (const std::string_view plugin : default_plugins()) enable_plugin(plugin_package(plugin));
  set_.files_.emplace_back(name);
  read_text(text, std::string(name));
}

// `take_any_file`: a path that is no directory is read whatever its name is.
void RuleLoader::read_directory_or_file(const std::string& path, std::string_view extension,
                                        bool take_any_file) {
  std::error_code fault;
  if (!fs::is_directory(path, fault)) {
    if (take_any_file || path.ends_with(extension)) read_file(path);
    return;
  }
  std::vector<std::string> names;
  for (auto entry = fs::directory_iterator(path, fault); entry != fs::directory_iterator();
       entry.increment(fault)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (ascii::iends_with(name, extension) && entry->is_regular_file(ignored)) names.push_back(name);
    if (fault) break;
  }
  if (fault) error_at({.file = path, .path = path, .line = 0}, "cannot be read: " + fault.message());
  // sa-update's own file comes first.
  static constexpr std::string_view kFirst = "updates_spamassassin_org.cf";
  std::ranges::sort(names, [](const std::string& a, const std::string& b) {
    if ((a == kFirst) != (b == kFirst)) return a == kFirst;
    return a < b;
  });
  for (const std::string& name : names) read_file(path + (path.ends_with('/') ? "" : "/") + name);
}

void RuleLoader::read_file(const std::string& path) {
  // A file that includes itself names itself in ever new ways: x.cf, ./x.cf, ././x.cf.
  std::error_code unresolved;
  const std::string real = fs::weakly_canonical(path, unresolved).string();
  if (!files_read_.insert(path).second || std::ranges::find(files_open_, real) != files_open_.end()) {
    warn("'" + path + "' has been read before and is not read again");
    return;
  }
  const SourceLocation whole{.file = fs::path(path).filename().string(), .path = path, .line = 0};
  if (set_.files_.size() >= kMaxRuleFiles) {
    error_at(whole, "more than " + std::to_string(kMaxRuleFiles) + " rule files");
    return;
  }
  std::error_code fault;
  const auto size = fs::file_size(path, fault);
  if (!fault && size > kMaxRuleFileBytes) {
    error_at(whole, "is larger than " + std::to_string(kMaxRuleFileBytes >> 20) + " MiB", "split it");
    return;
  }
  std::ifstream in(path, std::ios::binary);
  if (fault || !in) {
    error_at(whole, "cannot be read", "check the path and its permissions");
    return;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  set_.files_.push_back(path);
  files_open_.push_back(real);
  read_text(text, path);
  files_open_.pop_back();
}

void RuleLoader::read_text(std::string_view text, const std::string& path) {
  const std::string outer_path = std::exchange(path_, path);
  const int outer_line = std::exchange(line_number_, 0);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    ++line_number_;
    line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  close_ifs();
  path_ = outer_path;
  line_number_ = outer_line;
}

// Where a file ends or another is included, every open `if` ends as well.
void RuleLoader::close_ifs() {
  for (const OpenIf& open : ifs_)
    error_at(open.where,
             "'" + std::string(open.keyword) + "' has no 'endif' before the end of the file or an include",
             "add the endif; includes go outside of conditions");
  ifs_.clear();
  skipping_ = false;
}

void RuleLoader::line(std::string_view raw) {
  line_buffer_.assign(raw);
  strip_comment(line_buffer_);
  std::string_view text = ascii::trim(line_buffer_);
  if (text.empty() || text == "0") return;

  if (text.starts_with("lang")) {
    const auto [word, rest] = first_word(text);
    const auto [language, command] = first_word(rest);
    if (word == "lang" && !command.empty()) {
      if (!language_applies(language)) return;
      text = command;
    }
  }

  const auto [word, value] = first_word(text);
  std::string key = ascii::lower(word);
  std::ranges::replace(key, '-', '_');
  if (conditional_line(key, value) || skipping_) return;
  if (key == "require_version") {
    require_version(value);
    return;
  }
  directive(key, value);
}

// $lang =~ /^$1/i
bool RuleLoader::language_applies(std::string_view pattern) const {
  if (std::ranges::all_of(pattern, [](char c) { return ascii::is_word(c) || c == '-'; }))
    return ascii::istarts_with(language_, pattern);
  const auto regex = Regex::compile("^(?:" + std::string(pattern) + ")", "i");
  RegexScratch scratch;
  return regex && regex->matches(language_, scratch);
}

// if, ifplugin, else, endif, include: read also where lines are skipped. True when the line was one of them.
bool RuleLoader::conditional_line(std::string_view key, std::string_view value) {
  const auto standalone = [&] {
    if (!value.empty()) error("'" + std::string(key) + "' must stand alone", "remove what follows it");
    return value.empty();
  };
  if (key == "if" || key == "ifplugin") {
    if (value.empty())
      error("'" + std::string(key) + "' has no condition");
    else if (key == "if")
      open_if("if", value);
    else
      open_if("ifplugin", "plugin (" + std::string(value) + ")");
  } else if (key == "endif") {
    if (!standalone()) return true;
    if (ifs_.empty()) {
      error("'endif' without an 'if' before it");
    } else {
      skipping_ = ifs_.back().skipping_before;
      ifs_.pop_back();
    }
  } else if (key == "else") {
    if (!standalone()) return true;
    if (ifs_.empty()) {
      error("'else' without an 'if' before it");
    } else {
      skipping_ = std::ranges::any_of(ifs_, &OpenIf::skipping_before) || !skipping_;
    }
  } else if (key == "include") {
    if (value.empty())
      error("'include' has no path");
    else
      include(value);
  } else if (key == "file") {
    error("'file' is no directive", "remove the line");
  } else {
    return false;
  }
  return true;
}

void RuleLoader::open_if(std::string_view keyword, std::string_view condition) {
  // SpamAssassin keeps the first answer to a condition, even when a plugin is loaded after it.
  const std::string cache_key = std::string(keyword) + ' ' + std::string(condition);
  auto cached = condition_cache_.find(cache_key);
  if (cached == condition_cache_.end()) {
    const ConditionScope scope{
        .local_tests_only = !options_.network,
        .user_prefs = path_.ends_with("/user_prefs") || path_ == "user_prefs",
        .plugin_loaded = [this](std::string_view package) { return plugin_loaded(package); },
        .method_exists = [this](std::string_view method, bool call) { return method_exists(method, call); }};
    const auto answer = evaluate_condition(condition, scope);
    if (!answer) {
      error(answer.error().what, "see the manual of Mail::SpamAssassin::Conf for conditions");
      return;
    }
    if (answer->refused) {
      error("the condition cannot be used: " + answer->warning, "name a method: can(PACKAGE::METHOD)");
    } else if (!answer->warning.empty()) {
      warn("the condition counts as false: " + answer->warning);
    }
    cached = condition_cache_.emplace(cache_key, answer->value).first;
  }
  ifs_.push_back({.keyword = keyword, .skipping_before = skipping_, .where = here()});
  if (!cached->second) skipping_ = true;
}

void RuleLoader::include(std::string_view path) {
  fs::path file(path);
  if (file.is_relative()) file = fs::path(path_).parent_path() / file;
  // An include ends the conditions around it, and what follows it is read in any case.
  close_ifs();
  if (include_depth_ >= kMaxIncludeDepth) {
    error("files include each other more than " + std::to_string(kMaxIncludeDepth) + " deep");
    return;
  }
  std::error_code fault;
  if (!fs::exists(file, fault)) {
    warn("the file to include does not exist and is passed over: " + file.string());
    return;
  }
  ++include_depth_;
  read_directory_or_file(file.string(), ".cf", true);
  --include_depth_;
}

void RuleLoader::require_version(std::string_view value) {
  if (value.empty()) {
    error("'require_version' has no version");
  } else if (value != "@@VERSION@@" && value != kVersion) {
    error("the rest of the file is for version " + std::string(value) +
              " of SpamAssassin; Thresh reads the rules of " + std::string(kVersion),
          "remove the line if the rules are meant for this version");
    skipping_ = true;
  }
}

void RuleLoader::directive(std::string_view key, std::string_view value) {
  const std::string_view name = canonical_directive(key);
  const DirectiveInfo* owner = nullptr;
  const auto loaded = [this](std::string_view plugin) { return set_.plugins_.contains(plugin); };
  const DirectiveInfo* info = find_directive(name, loaded, owner);
  if (info == nullptr && owner == nullptr) {
    // Families: hashbl_acl_NAME and bayes_stopword_LL.
    for (const auto& [prefix, longest] :
         {std::pair<std::string_view, std::size_t>("hashbl_acl_", 32), {"bayes_stopword_", 2}})
      if (key.starts_with(prefix) && key.size() > prefix.size() && key.size() <= prefix.size() + longest)
        info = find_directive(prefix, loaded, owner);
  }
  if (info == nullptr) {
    unknown_directive(key, owner);
    return;
  }
  if (info->use == DirectiveUse::none)
    note(LintNote::Kind::not_acted_on, here(), "'" + std::string(key) + "': " + std::string(info->why));
  if (info->kind == ValueKind::rule) {
    rule_line(*info, value);
    return;
  }
  const ValueFault fault = check_value(*info, value);
  if (fault != ValueFault::none) {
    refuse_value(key, *info, fault == ValueFault::missing);
    return;
  }
  DirectiveInfo named = *info;
  if (named.name.ends_with('_')) named.name = key;
  setting(named, value);
}

void RuleLoader::unknown_directive(std::string_view key, const DirectiveInfo* owner) {
  if (owner == nullptr) {
    error("'" + std::string(key) + "' is no directive that Thresh knows",
          "check the spelling; put settings of other plugins between ifplugin and endif");
    return;
  }
  // SpamAssassin fails to parse the line and goes on; so do we, and say it.
  const std::string package = plugin_package(owner->plugin);
  note(LintNote::Kind::error, here(),
       "'" + std::string(key) + "' is passed over: it belongs to " + package +
           ", which is not loaded (load the plugin in a .pre file, or wrap the line in 'ifplugin " + package +
           "' and 'endif')");
}

void RuleLoader::load_plugin(std::string_view value, bool quiet) {
  const auto [package, path] = first_word(value);
  const bool is_package = std::ranges::all_of(package, [](char c) { return ascii::is_word(c) || c == ':'; });
  if (value.empty() || !is_package ||
      (!path.empty() && (split_space(path).size() > 1 || !ascii::iends_with(path, ".pm")))) {
    error("expected the package of a plugin and perhaps the path of its .pm file");
    return;
  }
  std::string_view name = package;
  if (name == "Mail::SpamAssassin::Plugin::Dmarc") name = "Mail::SpamAssassin::Plugin::DMARC";
  if (name == "Mail::SpamAssassin::Plugin::WhiteListSubject")
    name = "Mail::SpamAssassin::Plugin::WelcomeListSubject";
  if (name == "Mail::SpamAssassin::Plugin::HashCash") {
    warn("Mail::SpamAssassin::Plugin::HashCash no longer exists");
  } else if (is_known_plugin(name)) {
    enable_plugin(name);
  } else if (!quiet) {
    note(LintNote::Kind::not_acted_on, here(),
         "plugin " + std::string(name) +
             " is not part of SpamAssassin, and Thresh runs no Perl: its rules and settings "
             "are read only outside of ifplugin");
  }
}

void RuleLoader::enable_plugin(std::string_view package) {
  set_.plugins_.emplace(plugin_short_name(package));
}

bool RuleLoader::plugin_loaded(std::string_view package) const {
  // Removed after 4.0, so that its rules are read without it.
  if (package == "Mail::SpamAssassin::Plugin::RaciallyCharged") return true;
  return is_known_plugin(package) && set_.plugins_.contains(plugin_short_name(package));
}

bool RuleLoader::method_exists(std::string_view method, bool call) const {
  const std::size_t colons = method.rfind("::");
  const std::string_view package = method.substr(0, colons), name = method.substr(colons + 2);
  if (package == "Mail::SpamAssassin::Conf") {
    if (name.starts_with("compat_")) return compat_flags_.contains(std::string(name.substr(7)));
    return plugin_has_feature("", name);
  }
  if (!plugin_loaded(package)) return false;
  const std::string_view plugin = plugin_short_name(package);
  if (plugin_has_feature(plugin, name)) return true;
  // An eval function exists, but fails when it is called without a message.
  const PluginEval* eval = find_plugin_eval(name);
  return !call && eval != nullptr && eval->plugin == plugin;
}

}  // namespace thresh
