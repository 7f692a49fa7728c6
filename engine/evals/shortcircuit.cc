// Mail::SpamAssassin::Plugin::Shortcircuit: its one eval stands in the rules so that the rule SHORTCIRCUIT
// exists; the plugin hits it by itself.
#include <array>

#include "engine/evals/families.h"

namespace thresh {
namespace {

EvalResult check_shortcircuit(EvalContext&, const EvalCall&) {
  return false;
}

constexpr std::string_view plugin = "Shortcircuit";
constexpr std::array entries{EvalEntry{"check_shortcircuit", plugin, check_shortcircuit}};

}  // namespace

const EvalFamily& shortcircuit_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
