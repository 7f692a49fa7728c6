#include "milter/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace thresh::milter {

Result<void> become(const std::string& user) {
  if (user.empty()) return {};
  std::string buffer(16384, '\0');
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return fail(fmt::format("there is no user {}", user), "milter.user");
  if (found->pw_uid == ::geteuid()) return {};
  if (::geteuid() != 0)
    return fail(fmt::format("only root can become {}", user), "milter.user",
                "start as root, or leave the setting empty");
  if (::initgroups(user.c_str(), found->pw_gid) != 0 || ::setgid(found->pw_gid) != 0 ||
      ::setuid(found->pw_uid) != 0)
    return fail(fmt::format("cannot become {}: {}", user, std::strerror(errno)), "milter.user");
  if (found->pw_uid != 0 && ::setuid(0) == 0)
    return fail(fmt::format("still root after becoming {}", user), "milter.user");
  return {};
}

}  // namespace thresh::milter
