// Mail::SpamAssassin::Plugin::Phishing: links that a feed of phishing sites names. The feeds (OpenPhish,
// PhishTank, PhishStats) are files that the rules name; they are read once, with the rules.
#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

constexpr std::string_view plugin = "Phishing";

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Settings {
  // Address to the feed that names it first.
  std::unordered_map<std::string, std::string_view, Hash, std::equal_to<>> addresses;
  bool without_parameters = false;
};

std::string_view without_parameters(std::string_view uri) {
  const std::size_t query = uri.find('?');
  if (query == std::string_view::npos) return uri;
  return uri.substr(0, query);
}

std::vector<std::string_view> split_fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(',', at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

std::string unquoted(std::string_view field) {
  std::string text(field);
  std::erase(text, '"');
  return text;
}

// Hands over the lines that are no comments; `has_head`: without the first line. A feed that is not there has
// none.
void each_line(std::string_view path, bool has_head, const std::function<void(std::string_view)>& visit) {
  if (path.empty()) return;
  std::ifstream in{std::string(path), std::ios::binary};
  std::string line;
  for (bool first = true; std::getline(in, line); first = false)
    if (!(first && has_head) && !ascii::trim_left(line).starts_with('#')) visit(line);
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto settings = std::make_shared<Settings>();
  settings->without_parameters = rules.setting("phishing_uri_noparam") == "1";
  const auto add = [&](std::string_view uri, std::string_view feed) {
    settings->addresses.emplace(settings->without_parameters ? without_parameters(uri) : uri, feed);
  };
  each_line(rules.setting("phishing_openphish_feed"), false,
            [&](std::string_view line) { add(line, "OpenPhish"); });
  each_line(rules.setting("phishing_phishtank_feed"), true, [&](std::string_view line) {
    const std::vector<std::string_view> fields = split_fields(line);
    if (fields.size() > 1) add(unquoted(fields[1]), "PhishTank");
  });
  const std::string_view score = rules.setting("phishing_phishstats_minscore");
  const double min_score = score.empty() ? 6 : perl_number(score);
  // Date, score, URL, address
  each_line(rules.setting("phishing_phishstats_feed"), true, [&](std::string_view line) {
    const std::vector<std::string_view> fields = split_fields(line);
    if (fields.size() > 2 && perl_number(unquoted(fields[1])) > min_score)
      add(unquoted(fields[2]), "PhishStats");
  });
  return settings;
}

EvalResult check_phishing(EvalContext& context, const EvalCall&) {
  constexpr std::ptrdiff_t slashes = 3;  // https://host/: too short to stand for a page
  const auto& settings = context.family<Settings>(plugin);
  if (settings.addresses.empty()) return false;
  for (const UriDetail& uri : context.message.uri_details()) {
    if (ascii::istarts_with(uri.uri, "mailto:") || uri.hosts.empty()) continue;
    if (!uri.has_type("a") && !uri.has_type("parsed")) continue;
    for (std::string_view form : uri.cleaned) {
      const std::string_view whole = form;
      if (settings.without_parameters) {
        form = without_parameters(form);
        if (std::ranges::count(form, '/') <= slashes) continue;
      }
      const auto found = settings.addresses.find(form);
      if (found == settings.addresses.end()) continue;
      context.log(std::string(found->second) + " (" +
                  context.message.settings().registry.uri_to_domain(whole).first + ")");
      return true;
    }
  }
  return false;
}

constexpr std::array entries{EvalEntry{"check_phishing", plugin, check_phishing}};

}  // namespace

const EvalFamily& phishing_family() {
  static const EvalFamily family{plugin, entries, make_settings};
  return family;
}

}  // namespace thresh
