// Writes Prometheus' text exposition format, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "milter/histogram.h"

namespace thresh::milter {

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // All samples of one family follow its head. `type`: counter, gauge or histogram.
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(Labels labels, std::uint64_t value);
  void sample(Labels labels, std::int64_t value);
  void sample(Labels labels, double value);
  // Seconds. All lines of a histogram agree with each other, whatever is recorded meanwhile.
  void histogram(Labels labels, const Histogram& histogram);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view le, std::string_view value);

  std::string out_;
  std::string name_;
};

}  // namespace thresh::milter
