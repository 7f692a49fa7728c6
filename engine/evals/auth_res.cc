// Mail::SpamAssassin::Plugin::AuthRes: what servers of our own networks wrote into Authentication-Results
// (RFC 8601) and ARC-Authentication-Results. A field counts only where all of it can be read.
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr std::string_view plugin = "AuthRes";

// A method, its results, and the properties that may follow one: "TYPE.NAME", "TYPE.*" for any. IANA's
// registry of email authentication parameters, and two that Microsoft adds.
struct Method {
  std::string_view name;
  std::string_view results;
  std::string_view properties;
};

constexpr std::array methods{
    Method{"arc", "fail none pass", "smtp.remote-ip header.oldest-pass arc.chain"},
    Method{"auth", "fail none pass permerror temperror", "smtp.auth smtp.mailfrom"},
    Method{"dkim", "fail neutral none pass permerror policy temperror",
           "header.d header.i header.b header.a header.s"},
    Method{"dkim-adsp", "discard fail none nxdomain pass permerror temperror unknown", "header.from"},
    Method{"dkim-atps", "fail none pass permerror temperror neutral", "header.from"},
    Method{"dmarc", "bestguesspass fail none pass permerror temperror", "header.from policy.dmarc"},
    Method{"dnswl", "none pass permerror temperror", "dns.zone dns.sec policy.ip policy.txt"},
    Method{"domainkeys", "fail neutral none permerror policy pass temperror",
           "header.d header.from header.sender"},
    Method{"iprev", "fail pass permerror temperror", "policy.iprev"},
    Method{"rrvs", "fail none pass permerror temperror unknown", "smtp.rcptto"},
    Method{"sender-id", "fail hardfail neutral none pass permerror policy softfail temperror", "header.*"},
    Method{"smime", "fail neutral none pass permerror policy temperror",
           "body.smime-part body.smime-identifer body.smime-serial body.smime-issuer"},
    Method{"spf", "fail hardfail neutral none pass permerror policy softfail temperror",
           "smtp.mailfrom smtp.mfrom smtp.helo smtp.rcpttodomain"},
    Method{"vbr", "fail none pass permerror temperror", "header.md header.mv"},
};

// `words` are separated by single blanks.
template <typename Test>
bool any_word(std::string_view words, Test&& test) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (test(words.substr(0, end))) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

const Method* find_method(std::string_view name) {
  for (const Method& method : methods)
    if (method.name == name) return &method;
  return nullptr;
}

struct Settings {
  std::string_view fields = "ALL-INTERNAL";
  std::set<std::string, std::less<>> trusted, ignored;  // names of servers, lower case
};

std::set<std::string, std::less<>> words_of(const RuleSet& rules, std::string_view name) {
  std::set<std::string, std::less<>> words;
  for (const Directive& directive : rules.directives(name))
    for (const std::string_view word : split_words(directive.value)) words.insert(ascii::lower(word));
  return words;
}

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto settings = std::make_shared<Settings>();
  const std::string networks = ascii::lower(rules.setting("authres_networks"));
  if (networks == "trusted") settings->fields = "ALL-TRUSTED";
  if (networks == "all") settings->fields = "ALL";
  settings->trusted = words_of(rules, "authres_trusted_authserv");
  settings->ignored = words_of(rules, "authres_ignored_authserv");
  return settings;
}

bool is_name_char(char c) {
  return ascii::is_word(c) || c == '-';
}
// Of a token (RFC 2045).
bool is_token_char(char c) {
  return c > ' ' && !ascii::is_high(c) &&
         std::string_view("()<>@,;:/[]?=\"").find(c) == std::string_view::npos;
}

bool is_atom_char(char c) {
  return ascii::is_alnum(c) || std::string_view("@!#$%&\\'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Reads one field. Every take_...() that finds nothing leaves the place where it is.
class Reader {
 public:
  Reader(std::string_view text, const Settings& settings) : text_(text), settings_(settings) {}

  // Method and result, in order; nothing where something cannot be read or the server does not count.
  std::optional<std::vector<std::pair<const Method*, std::string_view>>> run(bool is_arc) {
    std::vector<std::pair<const Method*, std::string_view>> results;
    if ((is_arc && !read_instance()) || !read_server()) return std::nullopt;
    while (at_ < text_.size()) {
      if (!read_result(results)) return std::nullopt;
    }
    return results;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  template <typename Is>
  std::string_view take_while(Is&& is) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  // `word` in any case, and then no character of a word.
  bool take_word(std::string_view word) {
    if (!ascii::istarts_with(text_.substr(at_), word)) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && ascii::is_word(text_[end])) return false;
    at_ = end;
    return true;
  }
  // White space, one comment, white space. False: the comment has no end.
  bool skip() {
    take_while(ascii::is_space);
    if (!take('(')) return true;
    for (std::size_t depth = 1; depth > 0; ++at_) {
      if (at_ >= text_.size()) return false;
      if (text_[at_] == '(') ++depth;
      if (text_[at_] == ')') --depth;
    }
    take_while(ascii::is_space);
    return true;
  }
  bool take_between(char c) { return skip() && take(c) && skip(); }

  // "i=1;" before what ARC seals.
  bool read_instance() {
    constexpr int most = 50;
    if (at_ >= text_.size() || text_[at_] != 'i') return false;
    if (text_.size() > 1 && ascii::is_word(text_[1])) return false;
    ++at_;
    if (!take_between('=')) return false;
    const std::string_view digits = take_while(ascii::is_digit);
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || number < 1 || number > most) return false;
    return take_between(';');
  }

  bool read_server() {
    server_ = ascii::lower(take_while(is_token_char));
    if (server_.empty() || (at_ < text_.size() && text_[at_] == '=')) return false;
    if (!settings_.trusted.empty() && !settings_.trusted.contains(server_)) return false;
    if (settings_.ignored.contains(server_)) return false;
    if (!skip()) return false;
    if (!take_while(ascii::is_digit).empty() && !skip()) return false;  // a version
    return take(';') && skip();
  }

  bool read_result(std::vector<std::pair<const Method*, std::string_view>>& results) {
    // Some name the server again.
    if (text_.substr(at_).starts_with(server_)) {
      const std::size_t before = at_;
      at_ += server_.size();
      take_while(ascii::is_space);
      if (take(';')) {
        if (!skip()) return false;
      } else {
        at_ = before;
      }
    }
    if (take_word("none")) return false;
    const Method* const method = find_method(ascii::lower(take_while(is_name_char)));
    if (method == nullptr || !skip()) return false;
    if (take('/')) {
      if (!skip() || take_while(ascii::is_digit).empty() || !skip()) return false;
    }
    if (!take('=') || !skip()) return false;
    const std::string_view result = take_while(ascii::is_word);
    if (!any_word(method->results, [&](std::string_view word) { return word == result; }) || !skip())
      return false;
    for (const std::string_view more : {"reason", "action"}) {
      if (!take_word(more)) continue;
      if (!take_between('=') || !take_token() || !skip()) return false;
    }
    while (at_ < text_.size()) {
      if (take(';')) {
        if (!skip()) return false;
        break;
      }
      if (!read_property(*method)) return false;
      if (at_ >= text_.size()) break;
      if (take(';')) {
        if (!skip()) return false;
        break;
      }
    }
    results.emplace_back(method, result);
    return true;
  }

  // TYPE.NAME = VALUE
  bool read_property(const Method& method) {
    const std::string type = ascii::lower(take_while(is_name_char));
    const bool known_type = any_word(
        method.properties, [&](std::string_view word) { return word.substr(0, word.find('.')) == type; });
    if (!known_type || !take_between('.')) return false;
    const std::string name = ascii::lower(take_while(is_name_char));
    const bool known = !name.empty() && any_word(method.properties, [&](std::string_view word) {
      return word == type + '.' + name || word == type + ".*";
    });
    return known && take_between('=') && take_value() && skip();
  }

  // A quoted string, closed or not.
  bool take_quoted() {
    if (!take('"')) return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 == text_.size()) return true;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    take('"');
    return true;
  }
  // The plugin's patterns hold their place only for a quoted string; other values are looked for from there
  // on.
  bool take_token() {
    if (take_quoted()) return true;
    while (at_ < text_.size() && !is_token_char(text_[at_])) ++at_;
    return !take_while(is_token_char).empty();
  }
  // A dot-atom (with characters of addresses) or a token, and then white space, ; or the end.
  bool take_value() {
    if (take_quoted()) return true;
    const auto ends = [&](std::size_t begin, std::size_t end) {
      return end > begin && (end == text_.size() || ascii::is_space(text_[end]) || text_[end] == ';');
    };
    std::size_t atom_end = 0, token_end = 0;  // of the runs that the place is in
    for (std::size_t begin = at_; begin < text_.size(); ++begin) {
      if (begin >= atom_end)
        for (atom_end = begin; atom_end < text_.size(); ++atom_end) {
          const bool dot = text_[atom_end] == '.' && atom_end > begin && atom_end + 1 < text_.size() &&
                           is_atom_char(text_[atom_end + 1]);
          if (!dot && !is_atom_char(text_[atom_end])) break;
        }
      if (begin >= token_end)
        for (token_end = begin; token_end < text_.size() && is_token_char(text_[token_end]);) ++token_end;
      if (is_atom_char(text_[begin]) && ends(begin, atom_end)) {
        at_ = atom_end;
        return true;
      }
      if (ends(begin, token_end)) {
        at_ = token_end;
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  const Settings& settings_;
  std::string server_;
  std::size_t at_ = 0;
};

// Per method its first result, or "pass" where one is.
struct Results {
  bool known = false;
  std::array<std::string_view, methods.size()> of{};
};

const Results& results_of(EvalContext& context) {
  auto& results = context.state<Results>();
  if (results.known) return results;
  results.known = true;
  const auto& settings = context.family<Settings>(plugin);
  static const Regex field = fixed_pattern("^((?:Arc-)?Authentication-Results):\\s*(.+)", "i");
  std::string_view fields = context.message.get_scalar(settings.fields);
  std::vector<Span> groups;
  while (!fields.empty()) {
    const std::size_t end = fields.find('\n');
    const std::string_view line = fields.substr(0, end == std::string_view::npos ? end : end + 1);
    fields.remove_prefix(line.size());
    Span found;
    if (field.match(line, 0, context.regex, found, &groups) != MatchStatus::match) continue;
    const bool is_arc = ascii::istarts_with(line, "arc-");
    const auto read = Reader(groups[2].in(line), settings).run(is_arc);
    if (!read) continue;
    for (const auto& [method, result] : *read) {
      std::string_view& kept = results.of[static_cast<std::size_t>(method - methods.data())];
      if (kept.empty() || result == "pass") kept = result;
    }
  }
  return results;
}

// check_authres_result(METHOD, RESULT): RESULT is "missing" for a method without one.
EvalResult check_authres_result(EvalContext& context, const EvalCall& call) {
  const Method* const method = find_method(call.arg(0));
  const std::string_view result =
      method == nullptr ? std::string_view()
                        : results_of(context).of[static_cast<std::size_t>(method - methods.data())];
  const std::string wanted = ascii::lower(call.arg(1));
  if (wanted == "missing") return result.empty();
  return !result.empty() && wanted == result;
}

constexpr std::array entries{EvalEntry{"check_authres_result", plugin, check_authres_result}};

}  // namespace

const EvalFamily& auth_res_family() {
  static const EvalFamily family{plugin, entries, make_settings};
  return family;
}

}  // namespace thresh
