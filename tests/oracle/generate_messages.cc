// generate_messages OUT --rules PATH... [--scores FILE.cf] --oracle FILE.tsv... [--by-hand FILE.cases]
// [--seed N] [--explain]: messages for every rule, made from the rules themselves, into the folder OUT. Those
// made by hand come first, then rules that no recorded answer shows, each with a message of its own where an
// earlier one does not hit it already; then every other rule that has not hit, several to a message; then
// near misses. With --scores, stock rules whose score is 0 get a small one in that file, which is then read
// as one of the rules. Writes OUT/list (one path a line) and OUT/targets.tsv: each public rule that no
// recorded answer shows, with "made" (Thresh says that some message hits it), "not made" or "cannot: REASON",
// which begins with "proved" where no message can. The same rules and seed give the same messages.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/scan/scanner.h"
#include "tests/evals/case_file.h"
#include "tests/generate/placement.h"
#include "tests/generate/possible.h"
#include "tests/generate/wishes.h"

namespace thresh::generate {
namespace {

// Tries for a rule that no recorded answer shows, and for any other one.
constexpr int kTries = 250;
constexpr int kTriesOfOthers = 12;
// Rules that share a message: as many as disturb each other little.
constexpr std::size_t kRulesOfMessage = 5;
constexpr std::size_t kNearMissesOfMessage = 8;

// Messages must not depend on what other rules exist: each rule has its own random numbers.
std::uint32_t seed = 0;
Random random_of(std::string_view name, unsigned attempt) {
  std::uint32_t h = 2166136261U + seed;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
  return Random(h + attempt * 7919U);
}

class Generator {
 public:
  Generator(const Scanner& scanner, std::string out, bool explain)
      : scanner_(scanner),
        rules_(scanner.rules()),
        out_(std::move(out)),
        explain_(explain),
        placement_(rules_),
        wish_maker_(rules_, idle_),
        possibility_(rules_, idle_) {
    for (const IdleRule& idle : scanner.idle_rules()) {
      idle_.emplace(idle.rule);
      reasons_.emplace(idle.rule, idle.reason);
    }
  }

  void keep_made_by_hand(const std::string& path) {
    for (const CaseSection& section : read_case_file(path))
      for (const Case& one : section.cases) keep(one.message, scan(one.message));
  }

  // `stock`: rules of this folder count.
  void make_targets(const std::set<std::string>& recorded, const std::string& stock) {
    for (const Rule& rule : rules_.rules())
      if (rule.where.path.starts_with(stock) && !rule.is_subrule() && rule.type != RuleType::empty &&
          !recorded.contains(rule.name))
        targets_.push_back(&rule);
    for (const Rule* rule : targets_) {
      if (idle_.contains(rule->name) || rule->type == RuleType::empty || hit_.contains(rule->name)) continue;
      if (!search(*rule, kTries)) unmade_.insert(rule->name);
    }
  }

  void make_others() {
    std::vector<const Rule*> waiting;
    for (const Rule& rule : rules_.rules()) {
      if (idle_.contains(rule.name) || rule.type == RuleType::empty || hit_.contains(rule.name) ||
          unmade_.contains(rule.name))
        continue;
      if (rule.type == RuleType::meta || rule.type == RuleType::header || !rule.eval_function.empty())
        (void)search(rule, kTriesOfOthers);
      else
        waiting.push_back(&rule);
    }
    share(waiting, kRulesOfMessage, [&](const Rule& rule, Random& random, Draft& draft) {
      Wishes wishes;
      return wish_maker_.make(rule.name, random, wishes) && placement_.place(wishes, random, draft);
    });
  }

  void make_near_misses() {
    std::vector<const Rule*> all;
    for (const Rule& rule : rules_.rules())
      if (!idle_.contains(rule.name)) all.push_back(&rule);
    // By name neighbours look at the same place; a stride spreads them.
    std::vector<const Rule*> spread;
    constexpr std::size_t stride = 17;
    for (std::size_t from = 0; from < stride; ++from)
      for (std::size_t i = from; i < all.size(); i += stride) spread.push_back(all[i]);
    share(spread, kNearMissesOfMessage, [&](const Rule& rule, Random& random, Draft& draft) {
      return placement_.place_near_miss(rule, random, draft);
    });
  }

  void write_targets() {
    std::ofstream list(out_ + "/list");
    for (std::size_t i = 0; i < messages_; ++i) list << path(i) << '\n';
    std::ofstream out(out_ + "/targets.tsv");
    for (const Rule* rule : targets_) out << rule->name << '\t' << state_of(*rule) << '\n';
  }

 private:
  [[nodiscard]] std::string path(std::size_t index) const { return fmt::format("{}/{:05}.eml", out_, index); }

  std::string state_of(const Rule& rule) {
    if (hit_.contains(rule.name)) return "made";
    if (const auto reason = reasons_.find(rule.name); reason != reasons_.end())
      return "cannot: " + reason->second;
    if (const auto proof = possibility_.proof_against(rule.name)) return "cannot: " + *proof;
    return possible(rule.name) ? "not made" : "not made, and no way found to ask for it";
  }

  bool possible(const std::string& name) {
    for (unsigned i = 0; i < 100; ++i) {
      Random random = random_of(name, i);
      Wishes wishes;
      if (wish_maker_.make(name, random, wishes)) return true;
    }
    return false;
  }

  std::set<std::string, std::less<>> scan(const std::string& bytes) const {
    std::set<std::string, std::less<>> hits;
    for (const VerdictHit& hit : scanner_.scan(bytes, {}, {.subrules = true}).hits) hits.emplace(hit.rule);
    return hits;
  }

  void keep(const std::string& bytes, const std::set<std::string, std::less<>>& hits) {
    std::ofstream(path(messages_++), std::ios::binary) << bytes;
    hit_.insert(hits.begin(), hits.end());
  }

  bool search(const Rule& rule, int tries) {
    std::map<std::string, int> missing;
    int possible_tries = 0;
    std::string last;
    for (int i = 0; i < tries; ++i) {
      Random random = random_of(rule.name, static_cast<unsigned>(i));
      Wishes wishes;
      if (!wish_maker_.make(rule.name, random, wishes)) continue;
      ++possible_tries;
      Draft draft;
      (void)placement_.place(wishes, random, draft);
      const std::string bytes = draft.bytes(random);
      const auto hits = scan(bytes);
      if (hits.contains(rule.name)) {
        keep(bytes, hits);
        return true;
      }
      if (!explain_) continue;
      last = bytes;
      for (const auto& [name, times] : wishes.hit)
        if (!hits.contains(name)) ++missing[name];
      for (const std::string& name : wishes.miss)
        if (hits.contains(name)) ++missing['!' + name];
    }
    if (explain_) {
      fmt::print(stderr, "{}: {} possible of {} tries\n   {}\n", rule.name, possible_tries, tries,
                 rule.meta_source.substr(0, 300));
      std::vector<std::pair<int, std::string>> worst;
      for (const auto& [name, n] : missing) worst.emplace_back(n, name);
      std::sort(worst.rbegin(), worst.rend());
      for (std::size_t i = 0; i < std::min<std::size_t>(worst.size(), 8); ++i)
        fmt::print(stderr, "   {:4} {} {}\n", worst[i].first, worst[i].second, [&] {
          const Rule* r =
              rules_.find(worst[i].second.starts_with('!') ? worst[i].second.substr(1) : worst[i].second);
          return r == nullptr ? "" : r->header + ' ' + r->pattern.source.substr(0, 150) + r->eval_function;
        }());
      if (last.size() < 1500) fmt::print(stderr, "----\n{}\n----\n", last);
    }
    return false;
  }

  template <typename Place>
  void share(const std::vector<const Rule*>& rules, std::size_t most, Place&& place) {
    for (std::size_t i = 0; i < rules.size();) {
      Random random = random_of(rules[i]->name, 1);
      Draft draft;
      std::size_t placed = 0;
      for (; i < rules.size() && placed < most; ++i) placed += place(*rules[i], random, draft) ? 1 : 0;
      if (placed == 0) continue;
      const std::string bytes = draft.bytes(random);
      keep(bytes, scan(bytes));
    }
  }

  const Scanner& scanner_;
  const RuleSet& rules_;
  std::string out_;
  bool explain_;
  std::set<std::string, std::less<>> idle_, hit_, unmade_;
  std::map<std::string, std::string, std::less<>> reasons_;
  Placement placement_;
  WishMaker wish_maker_;
  Possibility possibility_;
  std::vector<const Rule*> targets_;
  std::size_t messages_ = 0;
};

// Public rules of the recorded answers: the fourth column.
void read_recorded(const std::string& path, std::set<std::string>& into) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::size_t at = 0;
    for (int tabs = 0; tabs < 3 && at != std::string::npos; ++tabs)
      at = line.find('\t', at == 0 ? 0 : at + 1);
    if (at == std::string::npos) continue;
    const std::string names = line.substr(at + 1, line.find('\t', at + 1) - at - 1);
    for (std::size_t begin = 0; begin < names.size();) {
      std::size_t end = names.find(',', begin);
      if (end == std::string::npos) end = names.size();
      into.insert(names.substr(begin, end - begin));
      begin = end + 1;
    }
  }
}

void write_scores(const RuleSet& rules, const std::string& path) {
  std::ofstream out(path);
  for (const Rule& rule : rules.rules())
    if (rule.defined && rule.type != RuleType::empty && !rules.is_active(rule))
      out << "score " << rule.name << " 0.01\n";
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  std::set<std::string> recorded;
  bool explain = false;
  std::string scores, by_hand;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--explain")
      explain = true;
    else if (arguments[i] == "--scores" && i + 1 < arguments.size())
      scores = arguments[++i];
    else if (arguments[i] == "--by-hand" && i + 1 < arguments.size())
      by_hand = arguments[++i];
    else if (arguments[i] == "--seed" && i + 1 < arguments.size())
      seed = static_cast<std::uint32_t>(std::stoul(arguments[++i]));
    else if (arguments[i] == "--rules" && i + 1 < arguments.size())
      paths.push_back(arguments[++i]);
    else if (arguments[i] == "--oracle" && i + 1 < arguments.size())
      read_recorded(arguments[++i], recorded);
  }
  if (arguments.empty() || paths.empty()) {
    std::cerr << "usage: generate_messages OUT --rules PATH... --oracle FILE.tsv...\n";
    return 2;
  }
  auto rules = RuleSet::load(paths);
  if (!rules) {
    std::cerr << rules.error().text() << '\n';
    return 1;
  }
  if (!scores.empty()) {
    write_scores(*rules, scores);
    paths.push_back(scores);
    rules = RuleSet::load(paths);
    if (!rules) {
      std::cerr << rules.error().text() << '\n';
      return 1;
    }
  }
  const auto scanner = Scanner::make(std::move(*rules));
  if (!scanner) {
    std::cerr << scanner.error().text() << '\n';
    return 1;
  }
  Generator generator(**scanner, arguments[0], explain);
  if (!by_hand.empty()) generator.keep_made_by_hand(by_hand);
  generator.make_targets(recorded, paths.front());
  generator.make_others();
  generator.make_near_misses();
  generator.write_targets();
  return 0;
}

}  // namespace
}  // namespace thresh::generate

int main(int argc, char** argv) {
  return thresh::generate::run({argv + 1, argv + argc});
}
