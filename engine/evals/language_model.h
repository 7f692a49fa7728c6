// Guesses the language of a text by its most frequent character sequences
// (Mail::SpamAssassin::Plugin::TextCat, after Cavnar and Trenkle, "N-Gram-Based Text Categorization"). The
// models come from SpamAssassin's file `languages`: for each language its sequences, most frequent first, one
// a line, ended by a line "0 NAME".
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

struct LanguageLimits {
  std::size_t max_ngrams = 400;    // textcat_max_ngrams: how many of the text's sequences are compared
  double optimal_ngrams = 0;       // textcat_optimal_ngrams: sequences not seen more often are left out
  std::size_t max_languages = 3;   // textcat_max_languages: more candidates than that are no answer
  double acceptable_score = 1.02;  // textcat_acceptable_score: how much worse than the best is a candidate
};

// Immutable once made; safe from several threads.
class LanguageModels {
 public:
  // Errors: the file cannot be read or holds no model.
  [[nodiscard]] static Result<LanguageModels> load(const std::string& path);
  [[nodiscard]] static LanguageModels parse(std::string_view text);

  // Names of models ("de", "zh.big5"), best first; empty when too many fit. `skip` names languages (what
  // stands before the first dot). Languages that score alike come in alphabetic order.
  [[nodiscard]] std::vector<std::string> classify(std::string_view text, const std::set<std::string>& skip,
                                                  const LanguageLimits& limits) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  struct Rank {
    std::uint32_t model;
    std::uint32_t rank;
  };
  std::vector<std::string> names_;
  // By sequence, as language_model.cc packs it.
  std::unordered_map<std::uint64_t, std::vector<Rank>> ranks_;
};

}  // namespace thresh
