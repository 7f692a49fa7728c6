#include "thresh/scan_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace thresh::command {
namespace {

constexpr int name_columns = 44;

double rounded(double score) {
  return std::round(score * 1000) / 1000;
}

std::string_view verdict_word(const Verdict& v) {
  return v.action == Action::reject ? "REJECT" : v.spam ? "SPAM" : "ham";
}

// Length of the UTF-8 sequence at text[at], 0 when it is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const auto c = static_cast<unsigned char>(text[at]);
    // C0, DEL and C1 controls would drive the terminal.
    const bool control = c < 0x20 || c == 0x7f ||
                         (length == 2 && c == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0);
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += ' ';
    else if (length == 0 || control)
      for (std::size_t i = 0; i < std::max<std::size_t>(length, 1); ++i)
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at + i]));
    else
      out += text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string json_line(std::string_view name, const Verdict& verdict) {
  nlohmann::ordered_json hits = nlohmann::ordered_json::array();
  for (const VerdictHit& hit : verdict.hits) {
    nlohmann::ordered_json object{
        {"rule", hit.rule}, {"score", rounded(hit.score)}, {"count", hit.count},      {"area", hit.area},
        {"text", hit.text}, {"where", hit.where},          {"describe", hit.describe}};
    // A public meta's count is its value; a sub-rule's is how often it hit, and its value stands beside it.
    if (hit.area == "meta" && !hit.is_subrule())
      object["count"] = hit.value == std::floor(hit.value)
                            ? nlohmann::ordered_json(static_cast<std::int64_t>(hit.value))
                            : nlohmann::ordered_json(hit.value);
    if (hit.value != hit.count) object["value"] = hit.value;
    if (!hit.logs.empty()) object["log"] = hit.logs;
    hits.push_back(std::move(object));
  }
  nlohmann::ordered_json line{{"path", name},
                              {"score", verdict.score},
                              {"required", verdict.required},
                              {"spam", verdict.spam},
                              {"action", to_string(verdict.action)},
                              {"partial", verdict.partial},
                              {"bayes", nullptr},
                              {"hits", std::move(hits)},
                              {"auth", nlohmann::ordered_json::object()}};
  if (!verdict.limited.empty()) line["limited"] = verdict.limited;
  if (!verdict.bounds.empty()) line["bounds"] = verdict.bounds;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string partial_text(std::string_view what) {
  if (what == "size")
    return "size: longer than scan.max_full_size; only header fields and the first part were matched";
  if (what == "time")
    return "time: the scan ran into its deadline; what had not run by then counts as no hit";
  return fmt::format("{}: did not answer in time", what);
}

std::string table_head(int) {
  return fmt::format("{:>7}  {:<7} {:<{}} {}\n", "score", "verdict", "message", name_columns, "rules");
}

std::string table_row(std::string_view name, const Verdict& verdict, int width, bool colour) {
  std::vector<const VerdictHit*> hits;
  for (const VerdictHit& hit : verdict.hits)
    if (!hit.is_subrule()) hits.push_back(&hit);
  std::stable_sort(hits.begin(), hits.end(), [](const VerdictHit* a, const VerdictHit* b) {
    return std::abs(a->score) > std::abs(b->score);
  });

  std::string shown = printable(name);
  if (shown.size() > name_columns) shown = "…" + shown.substr(shown.size() - name_columns + 1);
  std::string row = fmt::format("{:>7.2f}  {:<7} ", verdict.score, verdict_word(verdict));
  std::size_t columns = row.size() + name_columns + 1;
  if (colour && verdict.spam) row = "\x1b[31m" + row + "\x1b[0m";
  row += fmt::format("{:<{}} ", shown, name_columns);
  const std::size_t room = width > 0 ? static_cast<std::size_t>(width) : 160;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    std::string part = fmt::format("{} {:.2f}", hits[i]->rule, hits[i]->score);
    if (i > 0) part = ", " + part;
    if (columns + part.size() + 6 > room) {
      row += fmt::format(", +{}", hits.size() - i);
      break;
    }
    columns += part.size();
    row += part;
  }
  return row + "\n";
}

std::string explanation(std::string_view name, const Verdict& verdict, bool colour) {
  std::string out =
      fmt::format("{}\n{}: {:.3f} points of {:.1f} required, action {}\n\n", printable(name),
                  verdict_word(verdict), verdict.score, verdict.required, to_string(verdict.action));
  for (const VerdictHit& hit : verdict.hits) {
    out += fmt::format("{:>8.3f}  {}{} [{}, {}]{}{}\n", hit.score, hit.rule,
                       hit.count > 1 ? fmt::format(" ×{}", hit.count) : "", hit.area, hit.where,
                       hit.describe.empty() ? "" : "  ", hit.describe);
    for (const std::string& log : hit.logs) out += fmt::format("          {}\n", printable(log));
    for (const MatchedText& match : verdict.matches) {
      if (match.rule != hit.rule) continue;
      const std::string_view context = match.context;
      out += fmt::format("          …{}{}{}{}{}…\n", printable(context.substr(0, match.begin)),
                         colour ? "\x1b[7m" : "»",
                         printable(context.substr(match.begin, match.end - match.begin)),
                         colour ? "\x1b[0m" : "«", printable(context.substr(match.end)));
    }
  }
  out += fmt::format("{:->8}\n{:>8.3f}\n", "", verdict.score);
  for (const std::string& rule : verdict.limited)
    out += fmt::format("{}: its pattern ran into the match limit, so it is unknown\n", rule);
  for (const std::string& what : verdict.bounds) out += what + "\n";
  for (const std::string& what : verdict.partial) out += partial_text(what) + "\n";
  return out;
}

}  // namespace thresh::command
