// HeaderEval: who the message says it is from and to. Envelope sender against From, recipients against each
// other and against the subject.
#include <algorithm>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/arguments.h"
#include "engine/evals/header_eval.h"
#include "engine/evals/patterns.h"

namespace thresh::header_eval {
namespace {

constexpr auto npos = std::string_view::npos;

// The last two labels of what follows the last @, as s/^.+\.([^\.]+\.[^\.]+)$/$1/ leaves it. Empty: no @.
std::string_view second_level_domain(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == npos) return {};
  const std::string_view domain = address.substr(at + 1);
  const std::string_view line = domain.ends_with('\n') ? domain.substr(0, domain.size() - 1) : domain;
  const std::size_t last = line.rfind('.');
  if (last == npos || last == 0 || last + 1 == line.size()) return domain;
  const std::size_t before = line.rfind('.', last - 1);
  if (before == npos || before == 0 || before + 1 == last || line.substr(0, before).find('\n') != npos)
    return domain;
  return domain.substr(before + 1);
}

struct Recipients {
  bool checked = false;
  bool sorted = false;
  double similar = 0;
};

// Best values by experiment, SpamAssassin's own; the last bounds what long lists cost.
constexpr std::size_t sorted_count = 7;
constexpr std::size_t similar_count = 5;
constexpr std::size_t similar_length = 2;
constexpr std::size_t recipients_read = 256;

double similarity(std::span<const std::string_view> addresses) {
  std::vector<std::string_view>
      domains;  // of those that have one: as in Perl, the others do not keep a place
  domains.reserve(addresses.size());
  for (const std::string_view address : addresses) {
    const std::size_t at = address.find('@');
    if (at == npos) continue;
    const std::string_view domain = address.substr(at + 1);
    domains.push_back(domain.substr(0, domain.find('\n')));
  }
  domains.resize(addresses.size());
  std::size_t hits = 0, pairs = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    for (std::size_t j = i + 1; j < addresses.size(); ++j) {
      hits += addresses[i].substr(0, similar_length) == addresses[j].substr(0, similar_length) ? 1U : 0U;
      hits += domains[i].substr(0, similar_length) == domains[j].substr(0, similar_length) &&
                      domains[i] != domains[j]
                  ? 1U
                  : 0U;
      ++pairs;
    }
  }
  return static_cast<double>(hits) / static_cast<double>(pairs);
}

std::string joined(std::span<const std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

// join(',', @list) eq join(',', sort @list)
bool is_sorted_list(std::span<const std::string_view> addresses) {
  if (std::ranges::is_sorted(addresses)) return true;
  // An address with a comma in it can still make both texts equal.
  if (std::ranges::none_of(addresses, [](std::string_view a) { return a.find(',') != npos; })) return false;
  std::vector<std::string_view> sorted(addresses.begin(), addresses.end());
  std::ranges::sort(sorted);
  return joined(sorted) == joined(addresses);
}

const Recipients& recipients(EvalContext& context) {
  auto& known = context.state<Recipients>();
  if (known.checked) return known;
  known.checked = true;
  const Message& message = context.message;
  const auto to = message.get("ToCc:addr");
  std::span<const std::string_view> bcc;
  if (to.size() < similar_count) bcc = message.get("Bcc:addr");
  if (to.size() + bcc.size() < similar_count) return known;

  std::vector<std::string_view> addresses;
  addresses.reserve(std::min(to.size() + bcc.size(), recipients_read));
  std::string_view previous;
  for (std::size_t i = 0; i < to.size() + bcc.size() && addresses.size() < recipients_read; ++i) {
    const std::string_view current = i < to.size() ? to[i] : bcc[i - to.size()];
    if (current.empty() || current == "0") break;  // what Perl takes for false ends its loop
    if (!ascii::iequals(current, previous)) addresses.push_back(previous = current);
  }
  known.sorted = addresses.size() >= sorted_count && is_sorted_list(addresses);
  if (addresses.size() >= similar_count) known.similar = similarity(addresses);
  return known;
}

std::string_view skip_spaces(std::string_view text) {
  return ascii::trim_left(text);
}

bool at_end(std::string_view text) {
  return text.empty() || text == "\n";
}

bool is_mark(char c) {
  return std::string_view(",:;!?-").find(c) != npos;
}

// The pattern of check_for_to_in_subject('user'), one alternative after the other.
bool subject_greets(std::string_view subject, std::string_view user) {
  // (?:re|fw):\s*(?:\w+\s+)?USER$
  if (ascii::istarts_with(subject, "re:") || ascii::istarts_with(subject, "fw:")) {
    const std::string_view start = subject.substr(3);
    // \s* may give blanks back where USER itself begins with one.
    for (std::size_t i = 0; i <= start.size() && (i == 0 || ascii::is_space(start[i - 1])); ++i) {
      const std::string_view rest = start.substr(i);
      if (ascii::istarts_with(rest, user) && at_end(rest.substr(user.size()))) return true;
      std::size_t word = 0;
      while (word < rest.size() && ascii::is_word(rest[word])) ++word;
      if (word == 0) continue;
      for (std::size_t k = word; k < rest.size() && ascii::is_space(rest[k]); ++k) {
        const std::string_view tail = rest.substr(k + 1);
        if (ascii::istarts_with(tail, user) && at_end(tail.substr(user.size()))) return true;
      }
    }
  }
  // (?-i:USER)\s*[,:;!?-](?:$|\s)
  if (subject.starts_with(user)) {
    const std::string_view rest = skip_spaces(subject.substr(user.size()));
    if (!rest.empty() && is_mark(rest.front()) && (rest.size() == 1 || ascii::is_space(rest[1]))) return true;
  }
  // USER$
  if (ascii::istarts_with(subject, user) && at_end(subject.substr(user.size()))) return true;
  // ,\s*USER[,:;!?-]$
  if (subject.starts_with(',')) {
    for (std::size_t i = 1; i <= subject.size() && (i == 1 || ascii::is_space(subject[i - 1])); ++i) {
      const std::string_view rest = subject.substr(i);
      if (!ascii::istarts_with(rest, user)) continue;
      const std::string_view tail = rest.substr(user.size());
      if (!tail.empty() && is_mark(tail.front()) && at_end(tail.substr(1))) return true;
    }
  }
  return false;
}

}  // namespace

EvalResult check_for_matching_env_and_hdr_from(EvalContext& context, const EvalCall&) {
  return ascii::iequals(context.message.get_scalar("EnvelopeFrom:addr"),
                        context.message.get_scalar("From:addr"));
}

EvalResult check_equal_from_domains(EvalContext& context, const EvalCall&) {
  const std::string_view from = second_level_domain(context.message.get_scalar("From:addr"));
  if (from.empty()) return false;
  const std::string_view envelope = second_level_domain(context.message.get_scalar("EnvelopeFrom:addr"));
  return !envelope.empty() && !ascii::iequals(from, envelope);
}

EvalResult check_ratware_envelope_from(EvalContext& context, const EvalCall&) {
  const Message& message = context.message;
  const std::string_view to = message.get_scalar("To:addr");
  const std::string_view from = message.get_scalar("EnvelopeFrom:addr");
  if (from.empty() || to.empty()) return false;
  if (ascii::istarts_with(from, "SRS") && from.size() > 4 && ascii::is_digit(from[3]) &&
      (from[4] == '=' || from[4] == '+' || from[4] == '-'))
    return false;
  const std::size_t at = to.find('@');
  if (at == npos || at == 0) return false;
  const std::string_view user = to.substr(0, at);
  std::string_view name = to.substr(at + 1);
  if (name.ends_with('\n')) name.remove_suffix(1);
  if (name.empty() || name.find('\n') != npos) return false;
  // The sender has to end its user part in that of the recipient: most do not, and need no look at the
  // domain.
  if (find_folded(from, std::string(user) + "@") == npos) return false;
  const RegistryBoundaries& registry = message.settings().registry;
  const std::string domain = registry.trim_domain(name);
  if (!registry.is_domain_valid(domain)) return false;
  // \bDOMAIN.USER@
  for (std::size_t i = find_folded(from, domain); i != npos; i = find_folded(from, domain, i + 1)) {
    if (!at_word_boundary(from, i)) continue;
    const std::string_view rest = from.substr(i + domain.size());
    if (rest.size() >= user.size() + 2 && rest[0] != '\n' && ascii::istarts_with(rest.substr(1), user) &&
        rest[user.size() + 1] == '@')
      return true;
  }
  return false;
}

EvalResult check_ratware_name_id(EvalContext& context, const EvalCall&) {
  constexpr std::size_t capitals = 28;
  const std::string_view id = context.message.get_scalar("MESSAGEID");
  for (std::size_t at = id.find('<'); at != npos; at = id.find('<', at + 1)) {
    std::size_t end = at + 1;
    while (end < id.size() && end < at + 1 + capitals && ascii::is_upper(id[end])) ++end;
    if (end != at + 1 + capitals || end >= id.size() || id[end] != '.') continue;
    const std::size_t close = id.find('>', end + 1);
    if (close == npos || close == end + 1) continue;
    // From: "NAME" <what follows the capitals>
    const std::string_view from = context.message.get_scalar("From");
    const std::string needle = "<" + std::string(id.substr(end + 1, close - end - 1)) + ">";
    for (std::size_t i = from.find(needle); i != npos; i = from.find(needle, i + 1)) {
      const std::string_view before = ascii::trim_right(from.substr(0, i));
      if (!before.ends_with('"')) continue;
      const std::size_t open = before.size() < 2 ? npos : before.rfind('"', before.size() - 2);
      if (open != npos && open + 2 < before.size()) return true;
    }
    return false;
  }
  return false;
}

EvalResult check_for_to_in_subject(EvalContext& context, const EvalCall& call) {
  const std::string_view to = context.message.get_scalar("To:addr");
  if (to.empty()) return false;
  const std::string_view subject = context.message.get_scalar("Subject");
  if (call.arg(0) == "address") {
    for (std::size_t i = find_folded(subject, to); i != npos; i = find_folded(subject, to, i + 1))
      if (at_word_boundary(subject, i) && at_word_boundary(subject, i + to.size())) return true;
    return false;
  }
  if (call.arg(0) != "user") return false;
  const std::size_t at = to.find('@');
  if (at == npos) return subject_greets(subject, to);
  const std::size_t line_end = to.find('\n', at);
  if (line_end == npos) return subject_greets(subject, to.substr(0, at));
  return subject_greets(subject, std::string(to.substr(0, at)) + std::string(to.substr(line_end)));
}

EvalResult sorted_recipients(EvalContext& context, const EvalCall&) {
  return recipients(context).sorted;
}

EvalResult similar_recipients(EvalContext& context, const EvalCall& call) {
  const auto& range = call.prepared_as<EvalRange>();
  const double similar = recipients(context).similar;
  return (!range.min || similar >= *range.min) && (!range.max || similar < *range.max);
}

}  // namespace thresh::header_eval
