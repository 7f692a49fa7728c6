// Thresholds, and those of single recipients. Immutable once made.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "milter/report.h"

namespace thresh::milter {

// Scores from which something is done; nullopt: never.
struct Thresholds {
  double required = 5;  // spam from here on
  std::optional<double> quarantine, tempfail, reject, discard;

  // What these ask for at `score`: of those reached the one with the highest threshold; of equals the
  // hardest.
  [[nodiscard]] Disposition at(double score) const;
};

class RecipientSettings {
 public:
  // `entries` as setting milter.recipients has them; what an entry does not name is as in `fallback`. Errors
  // name the entry.
  [[nodiscard]] static Result<RecipientSettings> make(const Thresholds& fallback,
                                                      std::span<const std::string> entries);

  // By the whole address, then without its +extension, then by its domain, then the fallback. Any case.
  [[nodiscard]] const Thresholds& of(std::string_view recipient) const;

  // One verdict a message: the mildest of what its recipients' settings ask for, and spam only where it is
  // spam for all of them (RFC 5321 has one answer for all).
  struct Decision {
    Disposition disposition = Disposition::headers;
    double required = 5;  // the highest of theirs
  };
  [[nodiscard]] Decision decide(double score, std::span<const std::string> recipients) const;

 private:
  Thresholds fallback_;
  std::map<std::string, Thresholds, std::less<>> by_address_;  // "user@domain" or "@domain", lower case
};

}  // namespace thresh::milter
