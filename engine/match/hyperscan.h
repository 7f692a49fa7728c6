// Hyperscan's database and scratch, each in a type that owns it (Hyperscan Developer's Reference Guide, 5.4).
#pragma once

#include <hs/hs.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/regex/byte_set.h"

namespace thresh {

// A sequence of byte sets as an expression.
[[nodiscard]] std::string hyperscan_expression(std::span<const ByteSet> sets);

class HyperscanScratch;

// Block mode. Immutable; safe from several threads.
class HyperscanDatabase {
 public:
  // Hyperscan needs a processor with SSSE3.
  [[nodiscard]] static bool runs_here();
  // The library's version and what the processor offers: databases are good for these alone.
  [[nodiscard]] static std::string platform();

  // Expression i has id i; a dot is any byte, every end of every match is reported. Errors: what Hyperscan
  // says.
  [[nodiscard]] static Result<HyperscanDatabase> compile(std::span<const std::string> expressions);
  // Nothing where the bytes are no database for this machine.
  [[nodiscard]] static std::optional<HyperscanDatabase> deserialize(std::string_view bytes);
  [[nodiscard]] std::string serialize() const;
  [[nodiscard]] std::size_t bytes() const;

  // `visit(id, end)` for each match; `end` is the offset behind its last byte. At most 4 GiB of text. False
  // when Hyperscan failed, which it does not do where the scratch is free.
  template <typename Visit>
  [[nodiscard]] bool scan(std::string_view text, HyperscanScratch& scratch, Visit&& visit) const;

 private:
  friend class HyperscanScratch;
  struct Free {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
  };
  explicit HyperscanDatabase(hs_database_t* database) : database_(database) {}
  std::unique_ptr<hs_database_t, Free> database_;
};

// One a thread; grows to fit every database that it is used with.
class HyperscanScratch {
 public:
  // Null when there is no memory.
  [[nodiscard]] hs_scratch_t* fit(const HyperscanDatabase& database);

 private:
  struct Free {
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };
  std::unique_ptr<hs_scratch_t, Free> scratch_;
  const hs_database_t* fits_ = nullptr;  // the last one
};

template <typename Visit>
bool HyperscanDatabase::scan(std::string_view text, HyperscanScratch& scratch, Visit&& visit) const {
  hs_scratch_t* const fitting = scratch.fit(*this);
  if (fitting == nullptr) return false;
  const auto report = [](unsigned id, unsigned long long, unsigned long long end, unsigned, void* to) {
    (*static_cast<std::remove_reference_t<Visit>*>(to))(static_cast<std::uint32_t>(id),
                                                        static_cast<std::size_t>(end));
    return 0;
  };
  return hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, fitting, report,
                 &visit) == HS_SUCCESS;
}

}  // namespace thresh
