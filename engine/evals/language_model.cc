#include "engine/evals/language_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <span>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

constexpr std::size_t longest_sequence = 5;

// What parts words: digits, white space and ASCII punctuation, but not the apostrophe.
bool parts_words(char c) {
  static constexpr std::string_view punctuation = "-!\"#$%&()*+,./:;<=>?@[\\]^_`{|}~";
  return ascii::is_digit(c) || ascii::is_space(c) || punctuation.find(c) != std::string_view::npos;
}

// Latin-1 letters and case, as TextCat takes bytes to be.
bool is_latin1_upper(unsigned char c) {
  return (c >= 0xc0 && c <= 0xd6) || (c >= 0xd8 && c <= 0xde);
}
bool is_latin1_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return ascii::is_alpha(c) || is_latin1_upper(byte) || (byte >= 0xe0 && byte != 0xf7 && byte != 0xff);
}

// Words with a capital and four letters in a row are taken in lower case.
std::string fold_case(std::string_view word) {
  std::string folded(word);
  if (std::ranges::none_of(word, ascii::is_upper)) return folded;
  std::size_t run = 0;
  for (const char c : word) {
    run = is_latin1_letter(c) ? run + 1 : 0;
    if (run == 4) break;
  }
  if (run < 4) return folded;
  for (char& c : folded)
    if (ascii::is_upper(c) || is_latin1_upper(static_cast<unsigned char>(c))) c = static_cast<char>(c + 32);
  return folded;
}

// A sequence of at most five bytes: these, from the top, then its length. Packed ones compare as the
// sequences do.
std::uint64_t pack(std::string_view sequence) {
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < longest_sequence; ++i)
    packed = packed << 8 | (i < sequence.size() ? static_cast<unsigned char>(sequence[i]) : 0U);
  return packed << 8 | sequence.size();
}

// How often each sequence was seen. Open addressing; a sequence has a length, so 0 is a free place.
class Counts {
 public:
  struct Count {
    std::uint64_t sequence = 0;
    std::uint32_t times = 0;
  };

  explicit Counts(std::size_t text_size)
      : places_(std::clamp(std::bit_ceil(text_size * longest_sequence), fewest_places, places_at_first)) {}

  void add(std::uint64_t sequence) {
    Count& count = place_of(sequence);
    if (count.sequence == 0) {
      count.sequence = sequence;
      if (++used_ * 2 > places_.size()) {
        grow();
        ++place_of(sequence).times;
        return;
      }
    }
    ++count.times;
  }

  [[nodiscard]] std::span<const Count> places() const { return places_; }

 private:
  // Most texts have a few thousand different sequences; room for all they could have takes 500 bytes for each
  // of theirs. Short texts need no more than they could have.
  static constexpr std::size_t places_at_first = 8192;
  static constexpr std::size_t fewest_places = 64;

  [[nodiscard]] Count& place_of(std::uint64_t sequence) {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = (sequence * 0x9e3779b97f4a7c15U) >> 32 & mask;
    while (places_[at].sequence != 0 && places_[at].sequence != sequence) at = (at + 1) & mask;
    return places_[at];
  }
  void grow() {
    std::vector<Count> old(places_.size() * 2);
    old.swap(places_);
    for (const Count& count : old)
      if (count.sequence != 0) place_of(count.sequence) = count;
  }

  std::vector<Count> places_;
  std::size_t used_ = 0;
};

void count_sequences(std::string_view word, Counts& counts) {
  std::string marked = fold_case(word);
  marked.insert(marked.begin(), '\0');
  marked += '\0';
  for (std::size_t at = 0; at < marked.size(); ++at)
    for (std::size_t length = 1; length <= longest_sequence && at + length <= marked.size(); ++length)
      counts.add(pack(std::string_view(marked).substr(at, length)));
}

// The text's sequences, most frequent first, those equally frequent in byte order.
std::vector<std::uint64_t> rank_sequences(const Counts& counts, const LanguageLimits& limits) {
  std::vector<Counts::Count> order;
  for (const Counts::Count& count : counts.places())
    if (count.times > 0 && (limits.optimal_ngrams <= 0 || count.times > limits.optimal_ngrams))
      order.push_back(count);
  const std::size_t kept = std::min(order.size(), limits.max_ngrams);
  const auto before = [](const Counts::Count& a, const Counts::Count& b) {
    return a.times != b.times ? a.times > b.times : a.sequence < b.sequence;
  };
  // Cheaper than partial_sort, which keeps a heap.
  if (kept < order.size())
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(kept), before);
  order.resize(kept);
  std::ranges::sort(order, before);
  std::vector<std::uint64_t> ranked;
  ranked.reserve(kept);
  for (const Counts::Count& count : order) ranked.push_back(count.sequence);
  return ranked;
}

}  // namespace

Result<LanguageModels> LanguageModels::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail("language models cannot be read", path, "install SpamAssassin's file `languages` there");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  LanguageModels models = parse(text);
  if (models.size() == 0) return fail("no language model in this file", path);
  return models;
}

LanguageModels LanguageModels::parse(std::string_view text) {
  LanguageModels models;
  std::unordered_map<std::string_view, std::uint32_t> sequences;
  std::uint32_t rank = 1;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("0 ") && line.size() > 2) {
      const auto model = static_cast<std::uint32_t>(models.names_.size());
      models.names_.emplace_back(line.substr(2));
      for (const auto& [sequence, place] : sequences)
        if (sequence.size() <= longest_sequence) models.ranks_[pack(sequence)].push_back({model, place});
      sequences.clear();
      rank = 1;
    } else {
      sequences[line] = rank++;
    }
  }
  return models;
}

std::vector<std::string> LanguageModels::classify(std::string_view text, const std::set<std::string>& skip,
                                                  const LanguageLimits& limits) const {
  Counts counts(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (parts_words(text[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && !parts_words(text[at])) ++at;
    count_sequences(text.substr(start, at - start), counts);
  }
  const std::vector<std::uint64_t> sequences = rank_sequences(counts, limits);

  // The distance of each model: how far each sequence is from its place there, the most where it is absent.
  const auto absent = static_cast<double>(limits.max_ngrams);
  std::vector<double> distance(names_.size(), absent * static_cast<double>(sequences.size()));
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const auto found = ranks_.find(sequences[i]);
    if (found == ranks_.end()) continue;
    for (const Rank& rank : found->second)
      distance[rank.model] += std::abs(static_cast<double>(rank.rank) - static_cast<double>(i)) - absent;
  }

  // A language with models for several encodings counts with the best of xx and xx.utf8.
  std::map<std::string, double> by_language;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string short_name = names_[i].substr(0, names_[i].find('.'));
    if (skip.contains(short_name)) continue;
    const std::size_t suffix = names_[i].find(".utf8");
    const bool plain = suffix == std::string::npos || suffix == 0;
    const auto [at, added] = by_language.try_emplace(plain ? names_[i] : short_name, distance[i]);
    if (!added) at->second = std::min(at->second, distance[i]);
  }
  std::vector<std::pair<double, std::string>> results;
  for (const auto& [name, score] : by_language) results.emplace_back(score, name);
  std::ranges::sort(results);

  std::vector<std::string> answers;
  for (const auto& [score, name] : results) {
    if (!answers.empty() && !(score < limits.acceptable_score * results.front().first)) break;
    answers.push_back(name);
  }
  // TextCat looks at its first 20 results, which makes 20 of fewer; empty ones are good enough to be
  // candidates.
  constexpr std::size_t looked_at = 20;
  std::size_t candidates = answers.size();
  if (candidates == results.size() && candidates < looked_at && !results.empty() &&
      limits.acceptable_score * results.front().first > 0)
    candidates = looked_at;
  if (candidates > limits.max_languages) answers.clear();
  return answers;
}

}  // namespace thresh
