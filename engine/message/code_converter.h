// One character's bytes to its code point, by ICU or by the C library (which has JIS X 0213, Johab, VISCII
// and ISO 8859-16, which ICU has not). For making tables; too slow for text.
#pragma once

#include <memory>
#include <string_view>

namespace thresh {

class CodeConverter {
 public:
  enum class Source { icu, c_library };

  // `name`: as the source calls the charset. A converter that the machine does not have gives no characters.
  CodeConverter(Source source, const char* name);
  ~CodeConverter();
  CodeConverter(const CodeConverter&) = delete;
  CodeConverter& operator=(const CodeConverter&) = delete;

  [[nodiscard]] bool is_open() const;
  // The code point that `bytes` are; 0 when they are none, or more than one. NUL gives 0 too. Not for several
  // threads.
  [[nodiscard]] char32_t character(std::string_view bytes);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace thresh
