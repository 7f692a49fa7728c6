// The header fields that the milter adds, and which of a message's own must go so that nobody else can have
// said what we say.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/scan/verdict.h"

namespace thresh::milter {

struct AddedHeader {
  std::string name;
  std::string value;  // without the space before it; folds are LF and a tab
};

// What X-Spam-Status and its kin say of `verdict`, of which `required` and `spam` are the message's; in the
// order in which they are to stand. `wanted`: setting milter.headers.
[[nodiscard]] std::vector<AddedHeader> verdict_headers(const Verdict& verdict, double required, bool spam,
                                                       const std::vector<std::string>& wanted);
// Of a message that was not scanned: "X-Spam-Status: No, not scanned: REASON version=...".
[[nodiscard]] std::vector<AddedHeader> unscanned_headers(std::string_view reason,
                                                         const std::vector<std::string>& wanted);
// The names that setting milter.headers may hold.
[[nodiscard]] bool can_add(std::string_view name);

// Collects a message's header fields that must be deleted.
class ForeignHeaders {
 public:
  // In the order in which the mail server tells them. `own_ids`: authserv-ids that are ours, in lower case.
  void see(std::string_view name, std::string_view value, const std::vector<std::string>& own_ids);

  struct Field {
    std::string name;
    int index;  // 1 for the first of that name, as smfi_chgheader counts
  };
  // Those that must go, of each name from the highest index down: deleting one moves those after it.
  [[nodiscard]] std::vector<Field> to_delete() const;
  [[nodiscard]] std::size_t count() const { return foreign_; }
  void clear();

 private:
  struct Counted {
    int seen = 0;
    std::vector<int> foreign;
  };
  std::map<std::string, Counted, std::less<>> names_;  // in lower case; mail servers compare without case
  std::size_t foreign_ = 0;
};

}  // namespace thresh::milter
