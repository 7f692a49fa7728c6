// The native tests that `eval:` rules name. A family is one file (header_eval.cc, mime_eval.cc, ...) named
// after the plugin it answers for; it registers its functions in a table that catalogue.cc joins.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/message/message.h"
#include "engine/regex/regex.h"
#include "rules/language/rule_set.h"

namespace thresh {

class EvalContext;

// What an eval returns is its value: 0 no hit, anything else a hit with that value. `unknown` (a look-up that
// is not answered or not allowed) is neither.
struct EvalResult {
  double value = 0;
  EvalResult(bool hit)
      : value(hit ? 1 : 0) {}         // NOLINT(google-explicit-constructor): evals return plain values
  EvalResult(double v) : value(v) {}  // NOLINT(google-explicit-constructor)
  EvalResult(int v) : value(v) {}     // NOLINT(google-explicit-constructor)
};

// An eval rule's call: the function's arguments as the rule gives them (quotes taken off), and what prepare()
// made of them.
struct EvalCall {
  const Rule* rule = nullptr;
  std::vector<std::string> args;
  std::shared_ptr<const void> prepared;
  [[nodiscard]] std::string_view arg(std::size_t i) const {
    return i < args.size() ? std::string_view(args[i]) : "";
  }
  [[nodiscard]] bool has_arg(std::size_t i) const { return i < args.size(); }
  template <typename T>
  [[nodiscard]] const T& prepared_as() const {
    return *static_cast<const T*>(prepared.get());
  }
};

using EvalFunction = EvalResult (*)(EvalContext& context, const EvalCall& call);
// Runs once when the rule set is compiled: parses numbers, compiles patterns. An error makes the rule set
// invalid.
using EvalPrepare = Result<std::shared_ptr<const void>> (*)(const EvalCall& call, const RuleSet& rules);

struct EvalEntry {
  std::string_view name;            // "check_for_missing_to_header"
  std::string_view plugin;          // "HeaderEval"
  EvalFunction function = nullptr;  // null when `needs` says why it cannot be answered from the message alone
  EvalPrepare prepare = nullptr;
  // "network", "database" or "program": what the function asks beside the message. Empty: nothing.
  std::string_view needs = {};
};

// Settings a family derives from the rule set once (freemail domains, welcome lists, ...). Each family that
// needs some defines its own struct and a builder `Result<std::shared_ptr<const void>>(const RuleSet&)` in
// its table.
struct EvalFamily {
  std::string_view plugin;
  std::span<const EvalEntry> entries;
  // May be null. Its result is what EvalContext::family<T>() gives to the functions of this family.
  Result<std::shared_ptr<const void>> (*settings)(const RuleSet& rules) = nullptr;
};

// Every family that is built in.
[[nodiscard]] std::span<const EvalFamily> eval_families();
// Null when no family has it.
[[nodiscard]] const EvalEntry* find_eval(std::string_view name);

// Immutable per rule set: all families' settings.
class EvalSettings {
 public:
  [[nodiscard]] static Result<EvalSettings> make(const RuleSet& rules);
  // Null when the family has no settings.
  [[nodiscard]] const void* family(std::string_view plugin) const;

 private:
  // A dozen families: a linear search beats hashing.
  std::vector<std::pair<std::string_view, std::shared_ptr<const void>>> by_plugin_;
};

// A rule hit that an eval made for another rule than its own (PerMsgStatus::got_hit), or a text for the
// verdict (test_log).
struct EvalHit {
  std::string rule;
  double value = 1;
};

// What an eval may use while it runs; one a message and thread.
class EvalContext {
 public:
  EvalContext(const Message& message, const RuleSet& rules, const EvalSettings& settings,
              RegexScratch& regex);

  const Message& message;
  const RuleSet& rules;
  RegexScratch& regex;

  // The settings struct of `plugin`'s family.
  template <typename T>
  [[nodiscard]] const T& family(std::string_view plugin) const {
    return *static_cast<const T*>(settings_.family(plugin));
  }
  // State that the evals of one family share for one message ($pms->{...} caches): default constructed on
  // first use.
  template <typename T>
  [[nodiscard]] T& state() {
    auto& slot = states_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }
  // The lines that body rules match: message.body() until an eval puts others in their place. FreeMail cuts
  // addresses and URIs out of the lines it reads, and what SpamAssassin's body rules see after it is what it
  // left (header evals of a priority run before the body rules of that priority).
  [[nodiscard]] std::span<const std::string_view> body() const { return body_ ? *body_ : message.body(); }
  // `lines` must live as long as the message.
  void set_body(std::span<const std::string_view> lines) { body_ = lines; }
  // test_log: shown in the verdict beside the rule that is running.
  void log(std::string_view text) { logs_.emplace_back(text); }
  void got_hit(std::string_view rule, double value = 1) { hits_.push_back({std::string(rule), value}); }
  void set_tag(std::string_view name, std::string_view value) { tags_[std::string(name)] = value; }
  // Empty when unset.
  [[nodiscard]] std::string_view tag(std::string_view name) const;

  [[nodiscard]] std::vector<std::string>& logs() { return logs_; }
  [[nodiscard]] std::vector<EvalHit>& hits() { return hits_; }

 private:
  const EvalSettings& settings_;
  std::unordered_map<std::type_index, std::shared_ptr<void>> states_;
  std::unordered_map<std::string, std::string> tags_;
  std::vector<std::string> logs_;
  std::vector<EvalHit> hits_;
  std::optional<std::span<const std::string_view>> body_;
};

}  // namespace thresh
