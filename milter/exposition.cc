#include "milter/exposition.h"

#include <fmt/format.h>

#include <chrono>

namespace thresh::milter {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void Exposition::line(std::string_view suffix, Labels labels, std::string_view le, std::string_view value) {
  out_ += name_;
  out_ += suffix;
  char before = '{';
  const auto label = [&](std::string_view key, std::string_view text) {
    out_ += before;
    before = ',';
    out_ += key;
    out_ += "=\"";
    for (const char c : text) {
      if (c == '\\' || c == '"')
        (out_ += '\\') += c;
      else if (c == '\n')
        out_ += "\\n";
      else
        out_ += c;
    }
    out_ += '"';
  };
  for (const auto& [key, text] : labels) label(key, text);
  if (!le.empty()) label("le", le);
  if (before == ',') out_ += '}';
  out_ += ' ';
  out_ += value;
  out_ += '\n';
}

void Exposition::sample(Labels labels, std::uint64_t value) {
  line("", labels, "", fmt::format("{}", value));
}
void Exposition::sample(Labels labels, std::int64_t value) {
  line("", labels, "", fmt::format("{}", value));
}
void Exposition::sample(Labels labels, double value) {
  line("", labels, "", fmt::format("{}", value));
}

void Exposition::histogram(Labels labels, const Histogram& histogram) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
    total += histogram.count(i);
    line("_bucket", labels, fmt::format("{}", static_cast<double>(Histogram::bounds[i]) / 1e6),
         fmt::format("{}", total));
  }
  total += histogram.count(Histogram::bounds.size());
  const std::string all = fmt::format("{}", total);
  line("_bucket", labels, "+Inf", all);
  line("_sum", labels, "", fmt::format("{}", seconds(histogram.sum())));
  line("_count", labels, "", all);
}

}  // namespace thresh::milter
