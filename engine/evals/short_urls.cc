// Mail::SpamAssassin::Plugin::DecodeShortURLs: links through URL shorteners. That there is one can be seen in
// the message; where it leads cannot.
#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;
constexpr std::string_view plugin = "DecodeShortURLs";

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Settings {
  // Host names, lower case; ".example" stands for the hosts one level below.
  std::unordered_set<std::string, Hash, std::equal_to<>> hosts;
};

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto settings = std::make_shared<Settings>();
  for (const std::string_view name : {"url_shortener", "url_shortener_get"}) {
    for (const Directive& directive : rules.directives(name)) {
      std::string_view rest = directive.value;
      while (!(rest = ascii::trim_left(rest)).empty()) {
        const auto end = std::ranges::find_if(rest, ascii::is_space);
        const auto length = static_cast<std::size_t>(end - rest.begin());
        settings->hosts.insert(ascii::lower(rest.substr(0, length)));
        rest.remove_prefix(length);
      }
    }
  }
  return settings;
}

struct Link {
  std::string_view host;
  bool has_path = false;
};

// A web address without what follows # or ?: its host, and whether a word character comes behind it.
Link read_link(std::string_view uri) {
  if (!ascii::istarts_with(uri, "http")) return {};
  uri.remove_prefix(4);
  if (!uri.empty() && ascii::to_lower(uri.front()) == 's') uri.remove_prefix(1);
  if (!uri.starts_with("://")) return {};
  uri.remove_prefix(3);
  const std::size_t user_end = uri.find_first_of("@/?#");
  if (user_end != none && uri[user_end] == '@') {
    const std::string_view rest = uri.substr(user_end + 1);
    if (rest.find_first_of("/?#:") != 0 && !rest.empty()) uri = rest;
  }
  Link link;
  link.host = uri.substr(0, uri.find_first_of("/?#:"));
  uri.remove_prefix(link.host.size());
  if (uri.size() > 1 && uri[0] == ':' && ascii::is_digit(uri[1])) {
    uri.remove_prefix(1);
    while (!uri.empty() && ascii::is_digit(uri.front())) uri.remove_prefix(1);
  }
  link.has_path = std::ranges::any_of(uri.substr(0, uri.find('\n')), ascii::is_word);
  return link;
}

bool is_short_url(std::string_view uri, const Settings& settings) {
  const Link link = read_link(uri.substr(0, uri.find_first_of("#?")));
  if (link.host.empty()) return false;
  const std::string host = ascii::lower(link.host);
  const auto dots = std::ranges::count(host, '.');
  if (dots == 1 && !link.has_path) return false;
  if (settings.hosts.contains(host)) return true;
  if (dots != 2) return false;
  // www.shortener.example, or any other name below one that is listed with a leading dot.
  const std::size_t dot = host.find('.');
  const std::string_view below = std::string_view(host).substr(dot);
  if (dot == 0 || below.substr(1).starts_with('.') || below.ends_with('.')) return false;
  if (host.starts_with("www.")) return settings.hosts.contains(below.substr(1));
  return !host.starts_with("www") && settings.hosts.contains(below);
}

EvalResult short_url(EvalContext& context, const EvalCall&) {
  const auto& settings = context.family<Settings>(plugin);
  if (settings.hosts.empty()) return false;
  return std::ranges::any_of(context.message.uri_details(), [&](const UriDetail& uri) {
    return !uri.domains.empty() && !uri.cleaned.empty() && is_short_url(uri.uri, settings);
  });
}

// Of the plugin's former rules; answers nothing any more.
EvalResult short_url_tests(EvalContext&, const EvalCall&) {
  return false;
}

constexpr std::string_view network = "network";
constexpr std::array entries{
    EvalEntry{"short_url", plugin, short_url},
    EvalEntry{"short_url_redir", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_200", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_404", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_code", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_chained", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_maxchain", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_loop", plugin, nullptr, nullptr, network},
    EvalEntry{"short_url_tests", plugin, short_url_tests},
};

}  // namespace

const EvalFamily& short_urls_family() {
  static const EvalFamily family{plugin, entries, make_settings};
  return family;
}

}  // namespace thresh
