// Mail::SpamAssassin::Plugin::TextCat: the language a message is written in, against those the site expects.
#include "engine/evals/textcat.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/language_model.h"
#include "engine/evals/patterns.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

constexpr std::string_view plugin = "TextCat";

struct Settings {
  std::optional<LanguageModels> models;  // absent: the plugin is not loaded or its file is not there
  std::vector<std::string> ok_languages;
  std::set<std::string> skipped;
  LanguageLimits limits;
  bool all_ok = false;         // ok_languages has "all"
  bool eight_bits_ok = false;  // one of ok_languages is commonly written beyond ASCII
};

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = text.find_first_not_of(" \t\n\v\f\r", at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(" \t\n\v\f\r", start), text.size());
    words.emplace_back(text.substr(start, end - start));
    at = end;
  }
  return words;
}

// SpamAssassin looks for `languages` beside its rules.
std::optional<std::string> find_models(const RuleSet& rules) {
  std::vector<std::filesystem::path> folders;
  for (const std::string& file : rules.files()) folders.push_back(std::filesystem::path(file).parent_path());
  folders.emplace_back("/usr/share/spamassassin");
  for (const std::filesystem::path& folder : folders) {
    const std::filesystem::path path = folder / "languages";
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) return path.string();
  }
  return std::nullopt;
}

double number_setting(const RuleSet& rules, std::string_view name, double fallback) {
  const std::string_view value = rules.setting(name);
  return value.empty() ? fallback : perl_number(value);
}

std::size_t count_setting(const RuleSet& rules, std::string_view name, std::size_t fallback) {
  return static_cast<std::size_t>(
      std::clamp(number_setting(rules, name, static_cast<double>(fallback)), 0.0, 1e6));
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  static constexpr std::array<std::string_view, 29> beyond_ascii{
      "am", "ar", "be", "bg", "cs", "el", "et", "fa", "fi", "he", "hi", "hy", "is",
      "ja", "ka", "ko", "mr", "pt", "ru", "ta", "th", "tr", "uk", "vi", "yi", "zh"};
  auto settings = std::make_shared<Settings>();
  if (!rules.has_plugin(plugin)) return settings;
  if (const std::optional<std::string> path = find_models(rules)) {
    Result<LanguageModels> models = LanguageModels::load(*path);
    if (!models) return std::unexpected(std::move(models.error()));
    settings->models.emplace(std::move(*models));
  }
  settings->ok_languages = split_words(rules.setting("ok_languages", "all"));
  for (const std::string& language : settings->ok_languages) {
    if (language == "all") settings->all_ok = true;
    if (std::ranges::find(beyond_ascii, language) != beyond_ascii.end()) settings->eight_bits_ok = true;
  }
  for (std::string& language : split_words(
           rules.setting("inactive_languages", "bs cy eo et eu fy ga gd is la lt lv rm sa sco sl yi")))
    settings->skipped.insert(std::move(language));
  for (const std::string& language : settings->ok_languages) settings->skipped.erase(language);
  settings->limits.max_languages = count_setting(rules, "textcat_max_languages", 3);
  settings->limits.max_ngrams = count_setting(rules, "textcat_max_ngrams", 400);
  settings->limits.optimal_ngrams = number_setting(rules, "textcat_optimal_ngrams", 0);
  settings->limits.acceptable_score = number_setting(rules, "textcat_acceptable_score", 1.02);
  return settings;
}

struct Languages {
  bool known = false;
  std::size_t length = 0;  // bytes of text that were looked at
  std::vector<std::string> matches;
};

// The text with every match of `pattern` replaced by a space.
std::string blank_out(const Regex& pattern, const std::string& text, RegexScratch& scratch) {
  std::string out;
  std::size_t at = 0;
  static_cast<void>(pattern.each(text, scratch, [&](Span found) {
    out.append(text, at, found.begin - at);
    out += ' ';
    at = found.end;
    return true;
  }));
  out.append(text, at);
  return out;
}

// The rendered body without "Re: " and what looks like a link or an address; at most 10,000 bytes.
std::string sample_text(EvalContext& context) {
  static const Regex prefixes = fixed_pattern("^(?:[a-z]{2,12}:\\s*){1,10}", "i");
  static const Regex links = fixed_pattern("https?(?:\\:\\/\\/|:&#x2F;&#x2F;|%3A%2F%2F)\\S{1,1024}", "s");
  static const Regex addresses = fixed_pattern("\\S{1,64}?\\@[a-zA-Z]\\S{1,128}", "s");
  static const Regex hosts = fixed_pattern("\\bwww\\.\\S{1,128}", "s");
  constexpr std::size_t sampled_bytes = 10'000;  // TextCat.pm's own bound
  std::string text;
  for (const std::string_view line : context.message.body()) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  Span found;
  if (prefixes.match(text, 0, context.regex, found) == MatchStatus::match) text.erase(0, found.end);
  if (find_folded(text, "http") != std::string_view::npos) text = blank_out(links, text, context.regex);
  if (text.find('@') != std::string::npos) text = blank_out(addresses, text, context.regex);
  if (text.find("www.") != std::string::npos) text = blank_out(hosts, text, context.regex);
  if (text.size() > sampled_bytes) text.resize(sampled_bytes);
  return text;
}

const Languages& languages_of(EvalContext& context) {
  auto& languages = context.state<Languages>();
  if (languages.known) return languages;
  languages.known = true;
  const auto& settings = context.family<Settings>(plugin);
  if (!settings.models) return languages;
  constexpr std::size_t shortest = 256;  // bytes; less is not enough for a guess
  const std::string text = sample_text(context);
  languages.length = text.size();
  if (text.size() >= shortest)
    languages.matches = settings.models->classify(text, settings.skipped, settings.limits);
  return languages;
}

// UNWANTED_LANGUAGE_BODY
EvalResult check_language(EvalContext& context, const EvalCall&) {
  const auto& settings = context.family<Settings>(plugin);
  if (!settings.models || settings.all_ok) return false;
  const Languages& found = languages_of(context);
  if (found.matches.empty()) return false;
  // Scots is often taken for English while there is little text.
  const bool doubtful = found.length < 1024 * found.matches.size();
  const auto canonical = [&](std::string_view name) {
    return doubtful && name == "sco" ? std::string_view("en") : name;
  };
  std::string shown;
  for (const std::string& match : found.matches) {
    const std::string_view language = canonical(std::string_view(match).substr(0, match.find('.')));
    for (const std::string& ok : settings.ok_languages)
      if (language == canonical(ok)) return false;
    if (!shown.empty()) shown += ' ';
    shown += language;
  }
  context.log("Languages detected: " + shown);
  return true;
}

EvalResult check_body_8bits(EvalContext& context, const EvalCall& call) {
  const auto& settings = context.family<Settings>(plugin);
  if (!settings.models || settings.all_ok || settings.eight_bits_ok) return false;
  constexpr int run_length = 8;
  for (const std::string_view line : rule_texts(context, call)) {
    int run = 0;
    for (const char c : line) {
      run = ascii::is_high(c) ? run + 1 : 0;
      if (run == run_length) return true;
    }
  }
  return false;
}

constexpr std::array entries{
    EvalEntry{"check_language", plugin, check_language},
    EvalEntry{"check_body_8bits", plugin, check_body_8bits},
};

}  // namespace

const EvalFamily& textcat_family() {
  static const EvalFamily family{plugin, entries, make_settings};
  return family;
}

void put_language_metadata(EvalContext& context) {
  if (!context.family<Settings>(plugin).models) return;
  const Languages& found = languages_of(context);
  std::string names;
  for (const std::string& name : found.matches) {
    if (!names.empty()) names += ' ';
    names += name;
  }
  context.message.put_metadata("X-Languages-Length", std::to_string(found.length));
  context.message.put_metadata("X-Languages", names);
}

}  // namespace thresh
