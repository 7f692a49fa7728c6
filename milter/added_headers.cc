#include "milter/added_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/ascii.h"
#include "engine/base/version.h"
#include "milter/authserv_id.h"
#include "milter/limits.h"

namespace thresh::milter {
namespace {

constexpr std::array<std::string_view, 5> names{"X-Spam", "X-Spam-Flag", "X-Spam-Score", "X-Spam-Level",
                                                "X-Spam-Status"};
constexpr std::size_t line_width = 76;  // RFC 5322 2.1.1 asks for 78 with the line's ending

// "NAME=1.25,OTHER=0.5", folded after commas.
std::string tests_of(const Verdict& verdict, std::size_t column) {
  std::string out;
  std::size_t named = 0;
  const auto add = [&](std::string part) {
    if (!out.empty()) {
      out += ',';
      ++column;
      if (column + part.size() > line_width) {
        out += "\n\t";
        column = 8;
      }
    }
    column += part.size();
    out += part;
  };
  for (const VerdictHit& hit : verdict.hits) {
    if (hit.is_subrule()) continue;
    if (++named <= limits::status_rules)
      add(fmt::format("{}={}", hit.rule, std::round(hit.score * 1000) / 1000));
  }
  if (named > limits::status_rules) add(fmt::format("+{}", named - limits::status_rules));
  return out.empty() ? "none" : out;
}

}  // namespace

bool can_add(std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<AddedHeader> verdict_headers(const Verdict& verdict, double required, bool spam,
                                         const std::vector<std::string>& wanted) {
  std::vector<AddedHeader> out;
  const auto add = [&](std::string_view name, std::string value) {
    if (std::ranges::find(wanted, name) != wanted.end()) out.push_back({std::string(name), std::move(value)});
  };
  if (spam) {
    add("X-Spam", "Yes");
    add("X-Spam-Flag", "YES");
  }
  add("X-Spam-Score", fmt::format("{:.2f}", verdict.score));
  const double stars = std::clamp(verdict.score, 0.0, static_cast<double>(limits::level_stars));
  if (stars >= 1) add("X-Spam-Level", std::string(static_cast<std::size_t>(stars), '*'));
  std::string partial;
  for (const std::string& what : verdict.partial) partial += (partial.empty() ? "" : ",") + what;
  add("X-Spam-Status", fmt::format("{}, score={:.1f} required={:.1f}\n\ttests={}\n\t{}version=thresh-{}",
                                   spam ? "Yes" : "No", verdict.score, required, tests_of(verdict, 8 + 6),
                                   partial.empty() ? "" : "partial=" + partial + " ", version()));
  return out;
}

std::vector<AddedHeader> unscanned_headers(std::string_view reason, const std::vector<std::string>& wanted) {
  if (std::ranges::find(wanted, "X-Spam-Status") == wanted.end()) return {};
  return {{"X-Spam-Status", fmt::format("No, not scanned: {}\n\tversion=thresh-{}", reason, version())}};
}

void ForeignHeaders::see(std::string_view name, std::string_view value,
                         const std::vector<std::string>& own_ids) {
  // Postfix takes white space between name and colon, and passes it on without; others may not.
  while (!name.empty() && ascii::is_space(name.back())) name.remove_suffix(1);
  const bool is_spam_header = ascii::istarts_with(name, "X-Spam");
  if (!is_spam_header && !ascii::iequals(name, "Authentication-Results")) return;
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), ascii::to_lower);
  Counted& counted = names_[std::move(lower)];
  const int index = ++counted.seen;
  if (!is_spam_header) {
    const auto id = authserv_id_of(value);
    if (!id || std::ranges::find(own_ids, *id) == own_ids.end()) return;
  }
  counted.foreign.push_back(index);
  ++foreign_;
}

std::vector<ForeignHeaders::Field> ForeignHeaders::to_delete() const {
  std::vector<Field> out;
  for (const auto& [name, counted] : names_)
    for (auto index = counted.foreign.rbegin(); index != counted.foreign.rend(); ++index)
      out.push_back({name, *index});
  return out;
}

void ForeignHeaders::clear() {
  names_.clear();
  foreign_ = 0;
}

}  // namespace thresh::milter
