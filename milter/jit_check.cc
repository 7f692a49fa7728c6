#include "milter/jit_check.h"

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace thresh::milter {
namespace {

struct CodeFree {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct DataFree {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

PCRE2_SPTR bytes(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

std::string message_of(int error) {
  std::string text(256, '\0');
  const int size = pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text.data()), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

}  // namespace

Result<void> check_jit() {
  constexpr std::string_view pattern = "(?:un)?wanted\\s+(m[a-z]{3,})";
  constexpr std::string_view text = "so much unwanted mail";
  constexpr const char* what = "PCRE2 cannot make machine code";

  std::uint32_t built_with_jit = 0;
  pcre2_config(PCRE2_CONFIG_JIT, &built_with_jit);
  if (built_with_jit == 0)
    return fail(fmt::format("{}: it was built without its JIT", what), {}, "install Debian's libpcre2-8-0");
  int error = 0;
  PCRE2_SIZE at = 0;
  const std::unique_ptr<pcre2_code, CodeFree> code(
      pcre2_compile(bytes(pattern), pattern.size(), 0, &error, &at, nullptr));
  const std::unique_ptr<pcre2_match_data, DataFree> data(pcre2_match_data_create(4, nullptr));
  if (!code || !data) return fail(fmt::format("{}: {}", what, code ? "no memory" : message_of(error)));
  const int compiled = pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  PCRE2_SIZE size = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_JITSIZE, &size);
  if (compiled != 0 || size == 0)
    return fail(
        fmt::format("{}: {}", what, compiled != 0 ? message_of(compiled) : "it made none"), {},
        "memory that is written and run must be allowed: MemoryDenyWriteExecute=no in the service, and no "
        "such rule of SELinux");
  const int matched = pcre2_jit_match(code.get(), bytes(text), text.size(), 0, 0, data.get(), nullptr);
  if (matched != 2) return fail(fmt::format("{}: what it made does not match as it should", what));
  return {};
}

}  // namespace thresh::milter
