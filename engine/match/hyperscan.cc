#include "engine/match/hyperscan.h"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

namespace thresh {

std::string hyperscan_expression(std::span<const ByteSet> sets) {
  std::string out;
  for (const ByteSet& set : sets) {
    if (set == ByteSet::all()) {
      out += '.';
      continue;
    }
    out += '[';
    for (unsigned b = 0; b < 256; ++b) {
      if (!set.has(static_cast<unsigned char>(b))) continue;
      unsigned last = b;
      while (last < 255 && set.has(static_cast<unsigned char>(last + 1))) ++last;
      out += fmt::format("\\x{:02x}-\\x{:02x}", b, last);
      b = last;
    }
    out += ']';
  }
  return out;
}

bool HyperscanDatabase::runs_here() {
  static const bool runs = hs_valid_platform() == HS_SUCCESS;
  return runs;
}

std::string HyperscanDatabase::platform() {
  hs_platform_info_t info{};
  if (hs_populate_platform(&info) != HS_SUCCESS) return "none";
  return fmt::format("{} {} {:x}", hs_version(), info.tune, info.cpu_features);
}

Result<HyperscanDatabase> HyperscanDatabase::compile(std::span<const std::string> expressions) {
  std::vector<const char*> texts;
  std::vector<unsigned> flags(expressions.size(), HS_FLAG_DOTALL);
  std::vector<unsigned> ids;
  for (const std::string& expression : expressions) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(expression.c_str());
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()),
                       HS_MODE_BLOCK, nullptr, &database, &error) == HS_SUCCESS)
    return HyperscanDatabase(database);
  std::string what = fmt::format("Hyperscan: {}", error->message);
  hs_free_compile_error(error);
  return fail(std::move(what));
}

std::optional<HyperscanDatabase> HyperscanDatabase::deserialize(std::string_view bytes) {
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS) return std::nullopt;
  return HyperscanDatabase(database);
}

std::string HyperscanDatabase::serialize() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database_.get(), &bytes, &size) != HS_SUCCESS) return {};
  std::string out(bytes, size);
  std::free(bytes);
  return out;
}

std::size_t HyperscanDatabase::bytes() const {
  std::size_t size = 0;
  return hs_database_size(database_.get(), &size) == HS_SUCCESS ? size : 0;
}

hs_scratch_t* HyperscanScratch::fit(const HyperscanDatabase& database) {
  if (fits_ == database.database_.get()) return scratch_.get();
  hs_scratch_t* scratch = scratch_.release();
  if (hs_alloc_scratch(database.database_.get(), &scratch) != HS_SUCCESS) {
    hs_free_scratch(scratch);
    fits_ = nullptr;
    return nullptr;
  }
  scratch_.reset(scratch);
  fits_ = database.database_.get();
  return scratch;
}

}  // namespace thresh
