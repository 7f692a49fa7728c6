// Rule files are written by administrators, but rule channels are downloaded: the parser must survive any
// text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/language/meta.h"
#include "rules/language/rule_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A few dozen lines say all that the parser can be asked at once.
  constexpr std::size_t longest_text = 2000;
  if (size > longest_text) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // An include would read files of the machine that fuzzes.
  if (text.find("nclude") != std::string_view::npos || text.find("NCLUDE") != std::string_view::npos)
    return 0;
  thresh::LoadOptions options;
  options.tolerate_errors = true;
  const auto rules = thresh::RuleSet::parse(text, "fuzz.cf", options);
  if (!rules) __builtin_trap();
  for (const thresh::Rule& rule : rules->rules())
    if (rule.type == thresh::RuleType::meta)
      static_cast<void>(rule.meta.evaluate([](std::uint32_t i) { return i; }));
  return 0;
}
