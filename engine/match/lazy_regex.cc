#include "engine/match/lazy_regex.h"

#include "engine/match/existence.h"

namespace thresh {
namespace {

Result<LazyRegex::Compiled> compile(const PerlPattern& pattern, bool existence) {
  auto tree = syntax::parse(pattern.source, pattern.modifiers);
  if (!tree) return std::unexpected(std::move(tree.error()));
  std::optional<SequenceCounter> counter;
  if (existence)
    tree = existence_form(*tree);
  else
    counter = SequenceCounter::make(*tree);
  auto regex = Regex::compile(*tree);
  if (!regex) return std::unexpected(std::move(regex.error()));
  return LazyRegex::Compiled{std::move(*regex), std::move(counter)};
}

}  // namespace

const LazyRegex::Compiled& LazyRegex::make() const {
  const std::lock_guard lock(mutex_);
  if (!compiled_) {
    auto compiled = compile(*pattern_, existence_);
    if (!compiled) compiled = LazyRegex::Compiled{*Regex::compile("(?!)"), std::nullopt};
    compiled_ = std::make_unique<const Compiled>(std::move(*compiled));
    ready_.store(compiled_.get(), std::memory_order_release);
  }
  return *compiled_;
}

}  // namespace thresh
