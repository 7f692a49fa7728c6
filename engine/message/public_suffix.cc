// The Public Suffix List through libpsl; see public_suffix.h.
#include "engine/message/public_suffix.h"

#include <libpsl.h>

namespace thresh {

namespace {

// libpsl wants lower case in UTF-8.
std::optional<std::string> normal(std::string_view name) {
  if (name.empty() || name.starts_with('.') || name.contains("..") || name.contains('\0'))
    return std::nullopt;
  char* lower = nullptr;
  if (psl_str_to_utf8lower(std::string(name).c_str(), "utf-8", nullptr, &lower) != PSL_SUCCESS)
    return std::nullopt;
  std::string out(lower);
  psl_free_string(lower);
  return out;
}

}  // namespace

void PublicSuffixList::Free::operator()(psl_ctx_st* list) const {
  psl_free(list);
}

Result<PublicSuffixList> PublicSuffixList::system() {
  psl_ctx_t* list = psl_latest(nullptr);
  if (list == nullptr)
    return fail("no Public Suffix List on this system", {}, "install the package publicsuffix");
  return PublicSuffixList(list);
}

Result<PublicSuffixList> PublicSuffixList::load(const std::string& path) {
  psl_ctx_t* list = psl_load_file(path.c_str());
  if (list == nullptr) return fail("cannot be read as a Public Suffix List", path);
  return PublicSuffixList(list);
}

std::optional<std::string> PublicSuffixList::registrable_domain(std::string_view name) const {
  const std::optional<std::string> lower = normal(name);
  if (!lower) return std::nullopt;
  const char* domain = psl_registrable_domain(list_.get(), lower->c_str());
  if (domain == nullptr) return std::nullopt;
  return std::string(domain);
}

bool PublicSuffixList::is_public_suffix(std::string_view name) const {
  const std::optional<std::string> lower = normal(name);
  return lower && psl_is_public_suffix(list_.get(), lower->c_str()) != 0;
}

}  // namespace thresh
