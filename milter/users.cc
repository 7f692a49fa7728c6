#include "milter/users.h"

#include <fmt/format.h>
#include <pwd.h>

#include <charconv>
#include <vector>

namespace thresh::milter {

Result<uid_t> user_id(const std::string& user) {
  uid_t number = 0;
  const char* const end = user.data() + user.size();
  if (const auto [rest, error] = std::from_chars(user.data(), end, number);
      error == std::errc() && rest == end && number != static_cast<uid_t>(-1))
    return number;
  // Entries are short; directories hold longer ones.
  for (std::size_t size = 4096; size <= (1u << 20); size *= 4) {
    std::vector<char> buffer(size);
    passwd entry{};
    passwd* found = nullptr;
    const int error = ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (error == 0 && found != nullptr) return found->pw_uid;
    if (error != ERANGE) break;
  }
  return fail(fmt::format("there is no user \"{}\"", user));
}

}  // namespace thresh::milter
