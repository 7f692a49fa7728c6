#include "engine/match/lazy_regex.h"

#include "engine/match/existence.h"

namespace thresh {
namespace {

Result<Regex> compile(const PerlPattern& pattern, bool existence) {
  auto tree = syntax::parse(pattern.source, pattern.modifiers);
  if (!tree) return std::unexpected(std::move(tree.error()));
  return Regex::compile(existence ? existence_form(*tree) : *tree);
}

}  // namespace

const Regex& LazyRegex::make() const {
  const std::lock_guard lock(mutex_);
  if (!regex_) {
    auto compiled = compile(*pattern_, existence_);
    if (!compiled) compiled = Regex::compile("(?!)");
    regex_ = std::make_unique<const Regex>(std::move(*compiled));
    ready_.store(regex_.get(), std::memory_order_release);
  }
  return *regex_;
}

}  // namespace thresh
