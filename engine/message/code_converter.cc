#include "engine/message/code_converter.h"

#include <iconv.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace thresh {
namespace {

// Enough for any character's bytes and for the code points that the longest of them become.
constexpr std::size_t room = 8;
static_assert(std::endian::native == std::endian::little, "code points are read as UTF-32LE");

const iconv_t not_open = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv_open's own way to say so

}  // namespace

struct CodeConverter::Handle {
  UConverter* icu = nullptr;
  iconv_t c_library = not_open;

  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (icu != nullptr) ucnv_close(icu);
    if (c_library != not_open) iconv_close(c_library);
  }

  char32_t by_icu(std::string_view bytes) const {
    ucnv_reset(icu);
    std::array<UChar, room> out{};
    UErrorCode error = U_ZERO_ERROR;
    const std::int32_t length = ucnv_toUChars(icu, out.data(), static_cast<std::int32_t>(out.size()),
                                              bytes.data(), static_cast<std::int32_t>(bytes.size()), &error);
    if (U_FAILURE(error) || length == 0) return 0;
    std::int32_t at = 0;
    UChar32 character = 0;
    U16_NEXT(out.data(), at, length, character);
    return at == length ? static_cast<char32_t>(character) : 0;
  }

  char32_t by_c_library(std::string_view bytes) const {
    std::array<char, room> in{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), room), in.begin());
    std::array<char, room * sizeof(char32_t)> out{};
    char* from = in.data();
    char* to = out.data();
    std::size_t from_left = std::min(bytes.size(), room);
    std::size_t to_left = out.size();
    iconv(c_library, nullptr, nullptr, nullptr, nullptr);
    if (iconv(c_library, &from, &from_left, &to, &to_left) != 0 || from_left != 0) return 0;
    // A character that could have been the first of a pair is kept back until now.
    if (iconv(c_library, nullptr, nullptr, &to, &to_left) != 0) return 0;
    if (to - out.data() != sizeof(char32_t)) return 0;
    char32_t character = 0;
    std::memcpy(&character, out.data(), sizeof character);
    return character;
  }
};

CodeConverter::CodeConverter(Source source, const char* name) : handle_(std::make_unique<Handle>()) {
  if (source == Source::c_library) {
    handle_->c_library = iconv_open("UTF-32LE", name);
    return;
  }
  UErrorCode error = U_ZERO_ERROR;
  handle_->icu = ucnv_open(name, &error);
  if (U_FAILURE(error)) return;
  ucnv_setToUCallBack(handle_->icu, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
  ucnv_setFallback(handle_->icu, 1);
}

CodeConverter::~CodeConverter() = default;

bool CodeConverter::is_open() const {
  return handle_->icu != nullptr || handle_->c_library != not_open;
}

char32_t CodeConverter::character(std::string_view bytes) {
  if (handle_->icu != nullptr) return handle_->by_icu(bytes);
  return handle_->c_library != not_open ? handle_->by_c_library(bytes) : 0;
}

}  // namespace thresh
