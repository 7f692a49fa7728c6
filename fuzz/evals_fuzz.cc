// Any bytes as a message, every eval about headers, relays, senders, lists and bounces over it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/evals/eval.h"
#include "engine/evals/patterns.h"

namespace {

constexpr std::string_view rule_text = R"(
loadplugin Mail::SpamAssassin::Plugin::FromNameSpoof
util_rb_tld com net org uk
util_rb_2tld co.uk
ok_locales ja
freemail_domains free.com mail.* fr??mail.org *.wild.net
freemail_max_body_emails 50
freemail_max_body_freemails 50
fns_add_addrlist (owner) *@owner.com
welcomelist_from *@*good*.org a?b@*
welcomelist_from_rcvd *@*.com relay.com
welcomelist_from_rcvd *@*.com [203.0.113.0/28]
def_welcomelist_from_rcvd *@* [10.1]
welcomelist_allows_relays any@*
enlist_addrlist (LIST) *@list.com x*y*z@*
enlist_uri_host (HOSTS) top !good.example.com example.com
blocklist_subject *money*?fast
welcomelist_bounce_relays mail.ours.com *.relay.ours.net
header R1 eval:check_illegal_chars('From','0.02','1')
header R2 eval:check_illegal_chars('ALL','0.02','3')
header R3 eval:check_header_count_range('Subject','2','999')
header R4 eval:similar_recipients('0.65','undef')
header R5 eval:check_for_shifted_date('-12', '-3')
header R6 eval:received_within_months('60','undef')
header R7 eval:check_for_to_in_subject('address')
header R8 eval:check_for_to_in_subject('user')
header R9 eval:check_for_from_domain_in_received_headers('hotmail.com', 'true')
header R10 eval:check_freemail_header('Reply-To', '\d@')
header R11 eval:check_freemail_replyto('reply')
header R12 eval:check_freemail_from('^b')
header R13 eval:check_from_in_list('LIST')
header R14 eval:check_replyto_in_list('LIST')
header R15 eval:check_to_in_list('LIST')
header R16 eval:check_uri_host_listed('HOSTS')
header R17 eval:check_freemail_body()
)";

// The families under test; their functions without arguments become rules of their own.
constexpr std::string_view families[] = {"HeaderEval", "RelayEval", "FreeMail",          "FromNameSpoof",
                                         "WLBLEval",   "VBounce",   "WelcomeListSubject"};

struct World {
  thresh::RuleSet rules;
  thresh::EvalSettings settings;
  thresh::MessageSettings message_settings;
  struct Call {
    thresh::EvalFunction function;
    thresh::EvalCall call;
  };
  std::vector<Call> calls;
};

thresh::EvalCall prepared(thresh::EvalCall call, const thresh::EvalEntry& entry,
                          const thresh::RuleSet& rules) {
  if (entry.prepare == nullptr) return call;
  auto made = entry.prepare(call, rules);
  if (!made) std::abort();
  call.prepared = std::move(*made);
  return call;
}

World make_world() {
  auto rules = thresh::RuleSet::parse(rule_text, "fuzz");
  if (!rules) std::abort();
  auto settings = thresh::EvalSettings::make(*rules);
  if (!settings) std::abort();
  World world{std::move(*rules), std::move(*settings), {}, {}};
  for (const thresh::Directive& directive : world.rules.directives("util_rb_tld"))
    for (const std::string_view word : thresh::split_words(directive.value))
      world.message_settings.registry.add_tld(word);
  for (const thresh::Directive& directive : world.rules.directives("util_rb_2tld"))
    for (const std::string_view word : thresh::split_words(directive.value))
      world.message_settings.registry.add_2tld(word);
  for (const thresh::Rule& rule : world.rules.rules()) {
    const thresh::EvalEntry* entry = thresh::find_eval(rule.eval_function);
    if (entry == nullptr || entry->function == nullptr) std::abort();
    world.calls.push_back({entry->function, prepared({&rule, rule.eval_args, nullptr}, *entry, world.rules)});
  }
  for (const thresh::EvalFamily& family : thresh::eval_families())
    for (const std::string_view name : families)
      if (family.plugin == name)
        for (const thresh::EvalEntry& entry : family.entries)
          if (entry.prepare == nullptr) world.calls.push_back({entry.function, {}});
  return world;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world = make_world();
  static thresh::RegexScratch regex;
  static thresh::Arena arena;
  arena.reset();
  const thresh::Message message(std::string_view(reinterpret_cast<const char*>(data), size),
                                world.message_settings, arena);
  thresh::EvalContext context(message, world.rules, world.settings, regex);
  for (const World::Call& call : world.calls) {
    const double value = call.function(context, call.call).value;
    if (value != 0 && value != 1) std::abort();
  }
  return 0;
}
