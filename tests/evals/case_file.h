// The case files, cases/*.cases: small messages, and what SpamAssassin 4.0.1 says of them. A file has
// sections that start with
// `## `. `## rules` (or `## rules FILE.cf`, a file beside it) gives the rules and settings for what follows,
// after the plugins of cases/plugins.pre. `## case NAME` is followed by a line `hits:` with all rules that
// hit (NAME=VALUE where the value is not 1) and the message. In a message \xHH is a byte, \*9:x stands for
// nine x, a backslash at the end of a line takes its newline away. In rules @FOLDER@ is the folder of the
// case files. tests/oracle/judge_cases.pl asks SpamAssassin and can write its answers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace thresh {

struct Case {
  std::string name, hits, message;
};

struct CaseSection {
  std::string rules;
  std::vector<Case> cases;
};

// The folder with the case files; THRESH_CASE_FOLDER (environment) names another one (tests/oracle/cases.sh).
[[nodiscard]] std::filesystem::path case_folder();
// All of them, by name.
[[nodiscard]] std::vector<std::filesystem::path> case_files();
[[nodiscard]] std::vector<CaseSection> read_case_file(const std::filesystem::path& path);

}  // namespace thresh
