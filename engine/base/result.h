// Errors as values. Result<T> carries either a T or an Error that a mail administrator understands: what is
// wrong, where (file:line or a header name) and what to do about it.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace thresh {

// One fault. `where` is "file:line", a path or a header name, empty when there is no place; `remedy` says
// what to do, empty when `what` already does.
struct Error {
  std::string what;
  std::string where;
  std::string remedy;

  // "where: what (remedy)".
  [[nodiscard]] std::string text() const;
};

template <typename T>
using Result = std::expected<T, Error>;

// return fail("unknown setting", "thresh.toml:3", "see `thresh config`");
[[nodiscard]] inline std::unexpected<Error> fail(std::string what, std::string where = {},
                                                 std::string remedy = {}) {
  return std::unexpected(Error{std::move(what), std::move(where), std::move(remedy)});
}

}  // namespace thresh
