#include "milter/recipient_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/base/ascii.h"

namespace thresh::milter {
namespace {

using sv = std::string_view;

std::string lower(sv text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), ascii::to_lower);
  return out;
}

// The next word of `text`, taken off it.
sv next_word(sv& text) {
  while (!text.empty() && ascii::is_space(text.front())) text.remove_prefix(1);
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const sv word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

Result<void> set(Thresholds& thresholds, sv word, const std::string& entry) {
  const std::size_t equals = word.find('=');
  const sv name = word.substr(0, equals);
  const sv value = equals == sv::npos ? sv() : word.substr(equals + 1);
  std::optional<double> score;
  if (value != "never") {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(number))
      return fail(fmt::format("\"{}\": {} wants a score or never", entry, name), "milter.recipients");
    score = number;
  }
  if (name == "required") {
    if (!score) return fail(fmt::format("\"{}\": required wants a score", entry), "milter.recipients");
    thresholds.required = *score;
  } else if (name == "quarantine") {
    thresholds.quarantine = score;
  } else if (name == "tempfail") {
    thresholds.tempfail = score;
  } else if (name == "reject") {
    thresholds.reject = score;
  } else if (name == "discard") {
    thresholds.discard = score;
  } else {
    return fail(fmt::format("\"{}\": unknown setting {}", entry, name), "milter.recipients",
                "required, quarantine, tempfail, reject and discard can be set");
  }
  return {};
}

}  // namespace

Disposition Thresholds::at(double score) const {
  const std::array<std::pair<const std::optional<double>*, Disposition>, 4> hardest_first{
      {{&reject, Disposition::reject},
       {&discard, Disposition::discard},
       {&quarantine, Disposition::quarantine},
       {&tempfail, Disposition::tempfail}}};
  Disposition disposition = Disposition::headers;
  double highest = 0;
  for (const auto& [threshold, action] : hardest_first)
    if (*threshold && score >= **threshold &&
        (disposition == Disposition::headers || **threshold > highest)) {
      disposition = action;
      highest = **threshold;
    }
  return disposition;
}

Result<RecipientSettings> RecipientSettings::make(const Thresholds& fallback,
                                                  std::span<const std::string> entries) {
  RecipientSettings settings;
  settings.fallback_ = fallback;
  for (const std::string& entry : entries) {
    sv rest = entry;
    const std::string address = lower(next_word(rest));
    if (address.find('@') == std::string::npos || address.ends_with('@'))
      return fail(fmt::format("\"{}\": wants an address or @domain first", entry), "milter.recipients");
    Thresholds thresholds = fallback;
    sv word = next_word(rest);
    if (word.empty()) return fail(fmt::format("\"{}\": sets nothing", entry), "milter.recipients");
    for (; !word.empty(); word = next_word(rest))
      if (auto status = set(thresholds, word, entry); !status) return std::unexpected(status.error());
    if (!settings.by_address_.emplace(address, thresholds).second)
      return fail(fmt::format("{} is set twice", address), "milter.recipients");
  }
  return settings;
}

const Thresholds& RecipientSettings::of(sv recipient) const {
  if (by_address_.empty()) return fallback_;
  const std::string address = lower(recipient);
  const auto found = [&](sv key) { return by_address_.find(key); };
  if (const auto it = found(address); it != by_address_.end()) return it->second;
  const std::size_t at = address.rfind('@');
  if (at == std::string::npos) return fallback_;
  if (const std::size_t plus = address.find('+'); plus < at)
    if (const auto it = found(address.substr(0, plus) + address.substr(at)); it != by_address_.end())
      return it->second;
  if (const auto it = found(sv(address).substr(at)); it != by_address_.end()) return it->second;
  return fallback_;
}

RecipientSettings::Decision RecipientSettings::decide(double score,
                                                      std::span<const std::string> recipients) const {
  if (by_address_.empty() || recipients.empty()) return {fallback_.at(score), fallback_.required};
  Decision decision{Disposition::discard, 0};
  bool first = true;
  for (const std::string& recipient : recipients) {
    const Thresholds& thresholds = of(recipient);
    const Disposition asked = thresholds.at(score);
    // Of two, the one that loses less: reject tells the sender, discard tells nobody.
    decision.disposition = first ? asked : std::min(decision.disposition, asked);
    decision.required = first ? thresholds.required : std::max(decision.required, thresholds.required);
    first = false;
  }
  return decision;
}

}  // namespace thresh::milter
