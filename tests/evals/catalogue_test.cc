#include <gtest/gtest.h>

#include <set>

#include "engine/evals/eval.h"

namespace thresh {
namespace {

TEST(Catalogue, EveryEntryAnswersOrSaysWhatItNeeds) {
  const std::set<std::string_view> needs = {"network", "database", "program"};
  for (const EvalFamily& family : eval_families())
    for (const EvalEntry& entry : family.entries)
      EXPECT_TRUE(entry.function != nullptr ? entry.needs.empty() : needs.contains(entry.needs))
          << entry.name;
}

TEST(Catalogue, NamesStandOnce) {
  std::set<std::string_view> seen;
  for (const EvalFamily& family : eval_families())
    for (const EvalEntry& entry : family.entries) {
      EXPECT_TRUE(seen.insert(entry.name).second) << entry.name;
      EXPECT_EQ(find_eval(entry.name), &entry) << entry.name;
    }
}

TEST(Catalogue, KnowsTheOldNames) {
  for (const std::string_view name :
       {"check_from_in_whitelist", "check_uri_host_in_blacklist", "check_whitelist_bounce_relays",
        "check_subject_in_whitelist", "check_for_def_spf_whitelist_from", "check_from_in_auto_whitelist"})
    EXPECT_NE(find_eval(name), nullptr) << name;
  EXPECT_EQ(find_eval("check_for_nothing"), nullptr);
}

TEST(Catalogue, SaysWhyALookUpDidNotRun) {
  const EvalEntry* const entry = find_eval("check_rbl");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->function, nullptr);
  EXPECT_EQ(entry->needs, "network");
  EXPECT_EQ(find_eval("check_bayes")->needs, "database");
  EXPECT_EQ(find_eval("check_pyzor")->needs, "program");
}

TEST(Catalogue, ABrokenArgumentIsAnError) {
  const auto rules = RuleSet::parse("header A eval:check_freemail_from('(')\n", "x");
  ASSERT_TRUE(rules);
  const EvalEntry* const entry = find_eval("check_freemail_from");
  const EvalCall call{rules->find("A"), {"("}, nullptr};
  EXPECT_FALSE(entry->prepare(call, *rules));
}

}  // namespace
}  // namespace thresh
