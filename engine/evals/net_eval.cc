// The evals that ask more than the message: look-ups, learned databases, programs beside us. They stand here
// without a function so that a rule that names one is known, and what it lacks can be said. Offline
// SpamAssassin gives none of them a hit: their stock rules are `tflags net` or `learn`, or the function
// answers 0 without its source.
#include <array>

#include "engine/evals/families.h"

namespace thresh {
namespace {

constexpr EvalEntry network(std::string_view plugin, std::string_view name) {
  return {name, plugin, nullptr, nullptr, "network"};
}
constexpr EvalEntry database(std::string_view plugin, std::string_view name) {
  return {name, plugin, nullptr, nullptr, "database"};
}
constexpr EvalEntry program(std::string_view plugin, std::string_view name) {
  return {name, plugin, nullptr, nullptr, "program"};
}

EvalResult never(EvalContext&, const EvalCall&) {
  return false;
}

constexpr std::array entries = {
    network("ASN", "check_asn"),
    database("AccessDB", "check_access_database"),
    database("AWL", "check_from_in_auto_welcomelist"),
    database("AWL", "check_from_in_auto_whitelist"),
    database("TxRep", "check_senders_reputation"),
    database("Bayes", "check_bayes"),
    program("DCC", "check_dcc"),
    program("DCC", "check_dcc_reputation_range"),
    program("Pyzor", "check_pyzor"),
    network("Razor2", "check_razor2"),
    network("Razor2", "check_razor2_range"),
    network("DKIM", "check_dkim_signed"),
    network("DKIM", "check_dkim_valid"),
    network("DKIM", "check_dkim_verified"),
    network("DKIM", "check_dkim_valid_author_sig"),
    network("DKIM", "check_dkim_valid_envelopefrom"),
    network("DKIM", "check_dkim_dependable"),  // not tflags net; 0 while DNS is not available
    network("DKIM", "check_dkim_testing"),
    network("DKIM", "check_dkim_adsp"),
    network("DKIM", "check_dkim_signall"),
    EvalEntry{"check_dkim_signsome", "DKIM", never},  // says what is always true: kept silent
    network("DKIM", "check_arc_signed"),
    network("DKIM", "check_arc_valid"),
    network("DKIM", "check_for_dkim_welcomelist_from"),
    network("DKIM", "check_for_dkim_whitelist_from"),
    network("DKIM", "check_for_def_dkim_welcomelist_from"),
    network("DKIM", "check_for_def_dkim_whitelist_from"),
    network("DMARC", "check_dmarc_pass"),
    network("DMARC", "check_dmarc_reject"),
    network("DMARC", "check_dmarc_quarantine"),
    network("DMARC", "check_dmarc_none"),
    network("DMARC", "check_dmarc_missing"),
    network("SPF", "check_for_spf_pass"),
    network("SPF", "check_for_spf_neutral"),
    network("SPF", "check_for_spf_none"),
    network("SPF", "check_for_spf_fail"),
    network("SPF", "check_for_spf_softfail"),
    network("SPF", "check_for_spf_permerror"),
    network("SPF", "check_for_spf_temperror"),
    network("SPF", "check_for_spf_helo_pass"),
    network("SPF", "check_for_spf_helo_neutral"),
    network("SPF", "check_for_spf_helo_none"),
    network("SPF", "check_for_spf_helo_fail"),
    network("SPF", "check_for_spf_helo_softfail"),
    network("SPF", "check_for_spf_helo_permerror"),
    network("SPF", "check_for_spf_helo_temperror"),
    network("SPF", "check_spf_skipped_noenvfrom"),
    network("SPF", "check_for_spf_welcomelist_from"),
    network("SPF", "check_for_spf_whitelist_from"),
    network("SPF", "check_for_def_spf_welcomelist_from"),
    network("SPF", "check_for_def_spf_whitelist_from"),
    network("DNSEval", "check_rbl"),
    network("DNSEval", "check_rbl_accreditor"),
    network("DNSEval", "check_rbl_ns_from"),
    network("DNSEval", "check_rbl_txt"),
    network("DNSEval", "check_rbl_sub"),
    network("DNSEval", "check_rbl_from_host"),
    network("DNSEval", "check_rbl_from_domain"),
    network("DNSEval", "check_rbl_envfrom"),
    network("DNSEval", "check_rbl_headers"),
    network("DNSEval", "check_rbl_rcvd"),
    network("DNSEval", "check_dns_sender"),
    network("URIDNSBL", "check_uridnsbl"),
    database("URILocalBL", "check_uri_local_bl"),
};

}  // namespace

const EvalFamily& net_eval_family() {
  static const EvalFamily family{"network", entries, nullptr};
  return family;
}

}  // namespace thresh
