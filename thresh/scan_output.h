// A verdict for people and for programs.
#pragma once

#include <string>
#include <string_view>

#include "engine/scan/verdict.h"

namespace thresh::command {

// One line of `scan --json`, with its newline (docs: interfaces).
[[nodiscard]] std::string json_line(std::string_view name, const Verdict& verdict);

// A row of the table: score, verdict, name and the rules that weigh most. `width`: columns of the terminal, 0
// when it is none.
[[nodiscard]] std::string table_head(int width);
[[nodiscard]] std::string table_row(std::string_view name, const Verdict& verdict, int width, bool colour);

// Everything one verdict holds, with the matched text marked.
[[nodiscard]] std::string explanation(std::string_view name, const Verdict& verdict, bool colour);

// What an entry of Verdict::partial means.
[[nodiscard]] std::string partial_text(std::string_view what);

// `text` with control characters and bytes that are not UTF-8 made visible, so that a terminal is not driven
// by mail.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace thresh::command
