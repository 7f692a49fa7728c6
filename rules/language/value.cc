// The checks one by one; each comment-free branch mirrors the regular expression SpamAssassin uses.
#include "rules/language/value.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/regex/regex.h"
#include "rules/language/perl_text.h"

namespace thresh {
namespace {

using Words = std::vector<std::string_view>;

ValueFault valid(bool ok) {
  return ok ? ValueFault::none : ValueFault::invalid;
}

bool all_of(std::string_view text, std::string_view extra, bool letters = true, bool digits = true) {
  return std::ranges::all_of(text, [&](char c) {
    return (letters && ascii::is_alpha(c)) || (digits && ascii::is_digit(c)) ||
           extra.find(c) != std::string_view::npos;
  });
}

// \d+ (\. \d*)? at the start of `text`; the length, 0 where there is none.
std::size_t decimal_length(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && ascii::is_digit(text[end])) ++end;
  if (end == 0) return 0;
  if (end < text.size() && text[end] == '.')
    for (++end; end < text.size() && ascii::is_digit(text[end]);) ++end;
  return end;
}

bool is_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && decimal_length(text) == text.size();
}

// \+? \d+ (\. \d*)? and a unit of time, after space or (`space_allowed` false) at once.
bool is_duration(std::string_view text, bool space_allowed) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::size_t digits = decimal_length(text);
  if (digits == 0) return false;
  text.remove_prefix(digits);
  if (space_allowed) text = ascii::trim_left(text);
  return text.empty() || (text.size() == 1 && std::string_view("smhdw").contains(ascii::to_lower(text[0])));
}

bool is_port(std::string_view text, int low) {
  return is_digits(text) && text.size() <= 5 && perl_number(text) >= low && perl_number(text) <= 65535;
}

// Close enough to IS_IP_ADDRESS to tell an address from a name.
bool looks_like_ip(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return all_of(text, "0123456789abcdefABCDEF:.", false);
  const auto dots = std::ranges::count(text, '.');
  return dots == 3 && all_of(text, ".", false) && !text.empty();
}

bool in_list(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

// "(LIST) item ...": /^ \( (.+?) \) \s+ (.+) \z/
bool is_list_and_items(std::string_view value) {
  if (!value.starts_with('(')) return false;
  for (std::size_t close = value.find(')', 2); close != std::string_view::npos;
       close = value.find(')', close + 1))
    if (close + 2 < value.size() && ascii::is_space(value[close + 1])) return true;
  return false;
}

// Every word has exactly `dots` dots, none at an end or beside another.
bool are_domains(std::string_view value, int dots) {
  return std::ranges::all_of(split_space(value), [dots](std::string_view word) {
    return std::ranges::count(word, '.') == dots && !word.starts_with('.') && !word.ends_with('.') &&
           word.find("..") == std::string_view::npos;
  });
}

ValueFault dns_server(std::string_view value) {
  std::string_view address = value, port = "53";
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    if (close == std::string_view::npos) return ValueFault::invalid;
    address = value.substr(1, close - 1);
    const std::string_view rest = value.substr(close + 1);
    if (!rest.empty()) {
      if (rest.front() != ':') return ValueFault::invalid;
      port = rest.substr(1);
    }
  } else if (std::ranges::count(value, ':') == 1) {
    address = value.substr(0, value.find(':'));
    port = value.substr(value.find(':') + 1);
  }
  return valid(looks_like_ip(address.substr(0, address.find('%'))) && is_port(port, 1));
}

ValueFault dns_ports(std::string_view value, int lowest) {
  std::size_t at = 0;
  while (at < value.size()) {
    const std::size_t end = std::min(value.find_first_of(" \t,", at), value.size());
    const std::string_view range = value.substr(at, end - at);
    const std::size_t dash = range.find('-');
    if (!is_port(range.substr(0, dash), lowest)) return ValueFault::invalid;
    if (dash != std::string_view::npos && !is_port(range.substr(dash + 1), lowest))
      return ValueFault::invalid;
    at = value.find_first_not_of(" \t,", end);
    if (at == std::string_view::npos) break;
  }
  return ValueFault::none;
}

ValueFault dns_options(std::string_view value) {
  std::string options = ascii::lower(value);
  std::ranges::replace(options, ',', ' ');
  for (const std::string_view option : split_space(options)) {
    if (in_list(option, {"norotate", "nodns0x20", "nov4", "nov6", "noedns", "noedns0", "rotate", "dns0x20",
                         "v4", "v6", "edns", "edns0"}))
      continue;
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos || !in_list(option.substr(0, equals), {"edns", "edns0"}) ||
        !is_digits(option.substr(equals + 1)) || perl_number(option.substr(equals + 1)) < 512)
      return ValueFault::invalid;
  }
  return ValueFault::none;
}

ValueFault dns_block_rule(std::string_view value) {
  const Words words = split_space(value);
  if (words.size() < 2) return ValueFault::invalid;
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string_view domain = words[i];
    if (domain.starts_with('.')) domain.remove_prefix(1);
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (domain.empty() || !all_of(domain, "_.-")) return ValueFault::invalid;
  }
  return ValueFault::none;
}

ValueFault token_sources(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  for (const std::string_view raw : split_space(value)) {
    const std::string lowered = ascii::lower(raw);
    std::string_view word = lowered;
    if (in_list(word, {"none", "noall", "all"})) continue;
    if (word.starts_with("no")) word.remove_prefix(2);
    if (!in_list(word, {"header", "visible", "invisible", "uri", "mimepart"})) return ValueFault::invalid;
  }
  return ValueFault::none;
}

ValueFault rbl_timeout(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  Words words = split_space(value);
  std::size_t at = 0;
  if (!is_duration(words[at++], false)) return ValueFault::invalid;
  if (at < words.size() && is_duration(words[at], false)) ++at;
  if (at < words.size() && ascii::is_alpha(words[at].back())) ++at;
  return valid(at == words.size());
}

// (ham|spam|all) NAME and, for add_header, a text.
ValueFault header_line(std::string_view value, bool with_text) {
  const auto [who, rest] = first_word(value);
  const auto [name, text] = first_word(rest);
  const bool separated = value.size() > who.size() + name.size() + 1;
  return valid(
      in_list(who, {"ham", "spam", "all"}) && !name.empty() && all_of(name, "_-") &&
      (with_text ? separated && name.data() + name.size() < value.data() + value.size() : text.empty()));
}

ValueFault rewrite_header(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  return valid(in_list(ascii::lower(first_word(value).first), {"from", "subject", "to"}));
}

ValueFault block_codes(std::string_view value, bool digit_allowed) {
  const Words words = split_space(value);
  if (words.size() < 2 || !is_rule_name(words[0])) return ValueFault::invalid;
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string_view code = words[i];
    if (code.starts_with('!')) code.remove_prefix(1);
    if (code.size() != 2 || !ascii::is_alpha(code[0])) return ValueFault::invalid;
    if (!ascii::is_alpha(code[1]) && !(digit_allowed && ascii::is_digit(code[1]))) return ValueFault::invalid;
    if (words[i].starts_with('!') != words[1].starts_with('!')) return ValueFault::invalid;
  }
  return ValueFault::none;
}

ValueFault asn_lookup(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  const Words words = split_space(value);
  const auto is_tag = [](std::string_view tag) {
    return tag.size() > 2 && tag.starts_with('_') && tag.ends_with('_');
  };
  return valid(words.size() == 1 || (words.size() == 3 && is_tag(words[1]) && is_tag(words[2])));
}

ValueFault adsp_override(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  const Words words = split_space(value);
  std::string_view domain = words[0];
  if (domain.starts_with('@')) domain.remove_prefix(1);
  if (domain.empty() || !all_of(domain, "*._-") || words.size() > 2) return ValueFault::invalid;
  return valid(words.size() == 1 ||
               in_list(ascii::lower(words[1]), {"nxdomain", "unknown", "all", "discardable", "custom_low",
                                                "custom_med", "custom_high"}));
}

ValueFault languages(std::string_view value) {
  if (value == "disable") return ValueFault::none;
  std::string spaced(value);
  std::ranges::replace(spaced, ',', ' ');
  const Words words = split_space(spaced);
  if (words.empty()) return ValueFault::missing;
  return valid(std::ranges::all_of(
      words, [](std::string_view w) { return w.size() == 2 && all_of(w, "", true, false); }));
}

ValueFault mail_address(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  for (std::size_t at = value.find('@'); at != std::string_view::npos; at = value.find('@', at + 1)) {
    const bool before = at > 0 && value[at - 1] != '<' && !ascii::is_space(value[at - 1]);
    const bool after = at + 1 < value.size() && value[at + 1] != '>' && !ascii::is_space(value[at + 1]);
    if (before && after) return ValueFault::none;
  }
  return ValueFault::invalid;
}

ValueFault geodb_options(std::string_view value) {
  return valid(std::ranges::all_of(split_space(value), [](std::string_view word) {
    return in_list(ascii::lower(word.substr(0, word.find(':'))), {"reset", "country", "city", "isp"});
  }));
}

ValueFault flag(std::string_view value) {
  if (value.empty()) return ValueFault::missing;
  return valid(in_list(ascii::lower(value), {"yes", "no", "1", "0"}));
}

bool is_regex(const Result<PerlPattern>& pattern) {
  return pattern && Regex::compile(pattern->source, pattern->modifiers).has_value();
}

ValueFault words_at_least(std::string_view value, std::size_t count) {
  return valid(split_space(value).size() >= count);
}
ValueFault words_exactly(std::string_view value, std::size_t count) {
  if (value.empty()) return ValueFault::missing;
  return valid(split_space(value).size() == count);
}

}  // namespace

ValueFault check_value(const DirectiveInfo& info, std::string_view value) {
  const auto needed = [value](bool ok) { return value.empty() ? ValueFault::missing : valid(ok); };
  switch (info.kind) {
    case ValueKind::rule:
    case ValueKind::anything:
    case ValueKind::template_line:
    case ValueKind::freemail_domains:  // odd words are only warned about
    case ValueKind::freemail_welcomelist:
      return ValueFault::none;
    case ValueKind::text:
    case ValueKind::words:
    case ValueKind::addresses:
    case ValueKind::networks:
      return needed(true);
    case ValueKind::nothing:
      return valid(value.empty());
    case ValueKind::flag:
      return flag(value);
    case ValueKind::number:
      return needed(is_number(value));
    case ValueKind::duration:
      return needed(is_duration(value, true));
    case ValueKind::whole_number:
      return valid(is_digits(value));
    case ValueKind::range:
      return valid(perl_number(value) >= info.low && perl_number(value) <= info.high);
    case ValueKind::whole_range:
      return needed(is_digits(value) && perl_number(value) <= info.high);
    case ValueKind::key_and_value:
      return first_word(value).second.empty() ? ValueFault::missing : ValueFault::none;
    case ValueKind::two_words:
      return words_exactly(value, 2);
    case ValueKind::one_or_two_words:
      return needed(split_space(value).size() <= 2);
    case ValueKind::two_or_more:
      return words_at_least(value, 2);
    case ValueKind::three_or_more:
      return words_at_least(value, 3);
    case ValueKind::three_words:
      return words_exactly(value, 3);
    case ValueKind::three_words_and_rest:
      return needed(split_space(value).size() >= 4);
    case ValueKind::list_and_items:
      return is_list_and_items(value) ? ValueFault::none : ValueFault::missing;
    case ValueKind::rule_and_items: {
      const auto [rule, items] = first_word(value);
      return valid(is_rule_name(rule) && !items.empty());
    }
    case ValueKind::digit_to_1:
      return needed(value == "0" || value == "1");
    case ValueKind::digit_to_2:
      return needed(value == "0" || value == "1" || value == "2");
    case ValueKind::pattern:
      return needed(is_regex(parse_delimited(value)));
    case ValueKind::bare_pattern:
      return needed(is_regex(PerlPattern{std::string(value), {}}));
    case ValueKind::tlds:
      return needed(are_domains(value, 0));
    case ValueKind::tlds_2:
      return needed(are_domains(value, 1));
    case ValueKind::tlds_3:
      return needed(are_domains(value, 2));
    case ValueKind::rewrite_header:
      return rewrite_header(value);
    case ValueKind::add_header:
      return header_line(value, true);
    case ValueKind::remove_header:
      return header_line(value, false);
    case ValueKind::dns_available:
      return valid(in_list(value, {"yes", "1", "no", "0", "test"}) ||
                   (value.starts_with("test:") && !ascii::trim(value.substr(5)).empty()));
    case ValueKind::dns_server:
      return dns_server(value);
    case ValueKind::ports:
      return dns_ports(value, info.name == "dns_local_ports_permit" ? 1 : 0);
    case ValueKind::dns_options:
      return dns_options(value);
    case ValueKind::dns_query_restriction: {
      const auto [verb, domains] = first_word(value);
      return valid(in_list(ascii::lower(verb), {"allow", "deny"}) && verb.size() < value.size());
    }
    case ValueKind::dns_block_rule:
      return dns_block_rule(value);
    case ValueKind::token_sources:
      return token_sources(value);
    case ValueKind::lock_method:
      return valid(in_list(value, {"nfssafe", "flock", "win32"}));
    case ValueKind::rbl_timeout:
      return rbl_timeout(value);
    case ValueKind::file_mode: {
      std::string_view digits = value;
      if (digits.size() == 4 && digits.front() == '0') digits.remove_prefix(1);
      return valid(digits.size() == 3 && digits.find_first_not_of("01234567") == std::string_view::npos);
    }
    case ValueKind::module:
      return valid(!value.empty() && all_of(value, "_:"));
    case ValueKind::geodb_module:
      return valid(in_list(ascii::lower(value),
                           {"maxmind::db::reader", "geoip2::database::reader", "geoip2", "geo::ip", "geoip",
                            "ip::country::db_file", "db_file", "ip::country::fast", "fast"}));
    case ValueKind::country_db_type:
      return valid(ascii::ifind(value, "geo") != std::string_view::npos ||
                   ascii::ifind(value, "fast") != std::string_view::npos);
    case ValueKind::geodb_options:
      return geodb_options(value);
    case ValueKind::asn_lookup:
      return asn_lookup(value);
    case ValueKind::authres_networks:
      return needed(in_list(ascii::lower(value), {"internal", "trusted", "all"}));
    case ValueKind::adsp_override:
      return adsp_override(value);
    case ValueKind::option_text:
      return valid(!value.empty() && all_of(value, info.plugin == "Pyzor" ? " =,._/-" : " ,._/-"));
    case ValueKind::extracttext_timeout: {
      const Words words = split_space(value);
      return needed(words.size() <= 2 && std::ranges::all_of(words, is_digits));
    }
    case ValueKind::domain_aliases:
      return needed(split_space(value).size() >= 2 && value.find('@') == std::string_view::npos);
    case ValueKind::languages:
      return languages(value);
    case ValueKind::mail_address:
      return mail_address(value);
    case ValueKind::host_and_port: {
      const std::size_t colon = value.rfind(':');
      const std::string_view port = colon == std::string_view::npos ? "" : value.substr(colon + 1);
      return needed(colon > 0 && is_digits(port) && port.size() >= 2 && port.size() <= 5 &&
                    split_space(value).size() == 1);
    }
    case ValueKind::block_countries:
      return block_codes(value, true);
    case ValueKind::block_continents:
      return block_codes(value, false);
  }
  return ValueFault::none;
}

std::string_view expected_value(ValueKind kind) {
  switch (kind) {
    case ValueKind::flag:
      return "0, 1, yes or no";
    case ValueKind::number:
      return "a number";
    case ValueKind::whole_number:
      return "a whole number";
    case ValueKind::range:
    case ValueKind::whole_range:
      return "a number within its bounds";
    case ValueKind::duration:
      return "a number of seconds, or a number and one of s m h d w";
    case ValueKind::key_and_value:
      return "a name and a value";
    case ValueKind::nothing:
      return "nothing after it";
    case ValueKind::two_words:
      return "two words";
    case ValueKind::one_or_two_words:
      return "an address and, after it, perhaps a domain";
    case ValueKind::three_words:
      return "a rule, a zone and a type";
    case ValueKind::three_words_and_rest:
      return "a rule, a zone, a type and a test";
    case ValueKind::list_and_items:
      return "(LIST) and items";
    case ValueKind::rule_and_items:
      return "a rule name and items";
    case ValueKind::digit_to_1:
      return "0 or 1";
    case ValueKind::digit_to_2:
      return "0, 1 or 2";
    case ValueKind::pattern:
      return "a pattern that compiles, in delimiters: /.../ or m{...}";
    case ValueKind::bare_pattern:
      return "a pattern that compiles, without delimiters";
    case ValueKind::tlds:
      return "top-level domains";
    case ValueKind::tlds_2:
      return "domains of two labels";
    case ValueKind::tlds_3:
      return "domains of three labels";
    case ValueKind::rewrite_header:
      return "From, Subject or To and a text";
    case ValueKind::add_header:
      return "ham, spam or all, a header name and a text";
    case ValueKind::remove_header:
      return "ham, spam or all and a header name";
    case ValueKind::lock_method:
      return "nfssafe, flock or win32";
    case ValueKind::languages:
      return "two-letter languages";
    case ValueKind::mail_address:
      return "a mail address";
    default:
      return "another value";
  }
}

}  // namespace thresh
