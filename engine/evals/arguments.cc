#include "engine/evals/arguments.h"

#include "engine/evals/patterns.h"

namespace thresh {
namespace {

std::optional<double> bound(const EvalCall& call, std::size_t at) {
  if (call.arg(at) == "undef") return std::nullopt;
  return perl_number(call.arg(at));
}

}  // namespace

EvalRange parse_range(const EvalCall& call, std::size_t first) {
  return {bound(call, first), bound(call, first + 1)};
}

Result<std::shared_ptr<const void>> prepare_range(const EvalCall& call, const RuleSet&) {
  return std::make_shared<const EvalRange>(parse_range(call, 0));
}

}  // namespace thresh
