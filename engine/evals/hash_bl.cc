// Mail::SpamAssassin::Plugin::HashBL: digests of addresses, links and attachments that are looked up in DNS
// lists. Without the network there is nothing to answer.
#include <array>

#include "engine/evals/families.h"

namespace thresh {
namespace {

constexpr std::string_view plugin = "HashBL";
constexpr std::string_view network = "network";
constexpr std::array entries{
    EvalEntry{"check_hashbl_emails", plugin, nullptr, nullptr, network},
    EvalEntry{"check_hashbl_uris", plugin, nullptr, nullptr, network},
    EvalEntry{"check_hashbl_bodyre", plugin, nullptr, nullptr, network},
    EvalEntry{"check_hashbl_tag", plugin, nullptr, nullptr, network},
    EvalEntry{"check_hashbl_attachments", plugin, nullptr, nullptr, network},
};

}  // namespace

const EvalFamily& hash_bl_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
