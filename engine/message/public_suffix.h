// The Public Suffix List (publicsuffix.org) through libpsl: registrable domains as DMARC and the web see
// them. The rules' own boundaries are RegistryBoundaries; this list stands beside it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

struct psl_ctx_st;

namespace thresh {

// Immutable; safe from several threads.
class PublicSuffixList {
 public:
  // The newest of the list on this system and the one built into libpsl.
  [[nodiscard]] static Result<PublicSuffixList> system();
  // A file in the format of public_suffix_list.dat or in libpsl's compiled form.
  [[nodiscard]] static Result<PublicSuffixList> load(const std::string& path);

  // The registrable domain of `name` in lower case; as A-labels when `name` is ASCII, in UTF-8 otherwise.
  // nullopt when `name` is itself a public suffix, has an empty label, or is no domain name. A name under no
  // rule falls under "*".
  [[nodiscard]] std::optional<std::string> registrable_domain(std::string_view name) const;
  [[nodiscard]] bool is_public_suffix(std::string_view name) const;

 private:
  struct Free {
    void operator()(psl_ctx_st* list) const;
  };
  explicit PublicSuffixList(psl_ctx_st* list) : list_(list) {}
  std::unique_ptr<psl_ctx_st, Free> list_;
};

}  // namespace thresh
