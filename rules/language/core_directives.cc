// The directives of Mail::SpamAssassin::Conf itself, their old names, and which lines undo others.
#include <algorithm>
#include <array>

#include "rules/language/directives.h"

namespace thresh {
namespace {

constexpr std::string_view kHeaders = "the headers Thresh adds are its own";
constexpr std::string_view kReport = "Thresh puts no report into a message";
constexpr std::string_view kLookUps = "needs look-ups in the DNS; those are configured in thresh.toml";
constexpr std::string_view kBayes =
    "belongs to the Bayes of SpamAssassin; Thresh learns with its own model and settings";
constexpr std::string_view kUsers = "Thresh reads no rules or scores of single users";
constexpr std::string_view kProcess = "is about the processes of SpamAssassin";
constexpr std::string_view kGeo = "needs a database of countries and networks that Thresh does not read";

constexpr std::array kCore = std::to_array<DirectiveInfo>({
    {"add_header", "", ValueKind::add_header, DirectiveUse::none, kHeaders},
    {"all_spam_to", "", ValueKind::addresses, DirectiveUse::scan},
    {"allow_user_rules", "", ValueKind::digit_to_1, DirectiveUse::none, kUsers},
    {"always_trust_envelope_sender", "", ValueKind::flag, DirectiveUse::scan},
    {"bayes_auto_expire", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"bayes_auto_learn", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"bayes_expiry_max_db_size", "", ValueKind::number, DirectiveUse::none, kBayes},
    {"bayes_file_mode", "", ValueKind::file_mode, DirectiveUse::none, kBayes},
    {"bayes_ignore_from", "", ValueKind::addresses, DirectiveUse::none, kBayes},
    {"bayes_ignore_header", "", ValueKind::words, DirectiveUse::none, kBayes},
    {"bayes_ignore_to", "", ValueKind::addresses, DirectiveUse::none, kBayes},
    {"bayes_journal_max_size", "", ValueKind::number, DirectiveUse::none, kBayes},
    {"bayes_learn_during_report", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"bayes_learn_to_journal", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"bayes_min_ham_num", "", ValueKind::number, DirectiveUse::none, kBayes},
    {"bayes_min_spam_num", "", ValueKind::number, DirectiveUse::none, kBayes},
    {"bayes_path", "", ValueKind::text, DirectiveUse::none, kBayes},
    {"bayes_seen_ttl", "", ValueKind::duration, DirectiveUse::none, kBayes},
    {"bayes_sql_dsn", "", ValueKind::text, DirectiveUse::none, kBayes},
    {"bayes_sql_override_username", "", ValueKind::text, DirectiveUse::none, kBayes},
    {"bayes_sql_password", "", ValueKind::text, DirectiveUse::none, kBayes},
    {"bayes_sql_username", "", ValueKind::text, DirectiveUse::none, kBayes},
    {"bayes_sql_username_authorized", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"bayes_store_module", "", ValueKind::module, DirectiveUse::none, kBayes},
    {"bayes_token_sources", "", ValueKind::token_sources, DirectiveUse::none, kBayes},
    {"bayes_token_ttl", "", ValueKind::duration, DirectiveUse::none, kBayes},
    {"bayes_use_hapaxes", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"blocklist_from", "", ValueKind::addresses, DirectiveUse::scan},
    {"blocklist_to", "", ValueKind::addresses, DirectiveUse::scan},
    {"blocklist_uri_host", "", ValueKind::anything, DirectiveUse::scan},
    {"body", "", ValueKind::rule, DirectiveUse::rules},
    {"body_part_scan_size", "", ValueKind::number, DirectiveUse::scan},
    {"clear_dns_query_restriction", "", ValueKind::nothing, DirectiveUse::none, kLookUps},
    {"clear_dns_servers", "", ValueKind::nothing, DirectiveUse::none, kLookUps},
    {"clear_headers", "", ValueKind::nothing, DirectiveUse::none, kHeaders},
    {"clear_internal_networks", "", ValueKind::nothing, DirectiveUse::scan},
    {"clear_msa_networks", "", ValueKind::nothing, DirectiveUse::scan},
    {"clear_originating_ip_headers", "", ValueKind::nothing, DirectiveUse::scan},
    {"clear_report_template", "", ValueKind::nothing, DirectiveUse::none, kReport},
    {"clear_trusted_networks", "", ValueKind::nothing, DirectiveUse::scan},
    {"clear_unsafe_report_template", "", ValueKind::nothing, DirectiveUse::none, kReport},
    {"clear_util_rb", "", ValueKind::nothing, DirectiveUse::scan},
    {"country_db_path", "", ValueKind::text, DirectiveUse::none, kGeo},
    {"country_db_type", "", ValueKind::country_db_type, DirectiveUse::none, kGeo},
    {"def_welcomelist_auth", "", ValueKind::addresses, DirectiveUse::scan},
    {"def_welcomelist_from_rcvd", "", ValueKind::two_words, DirectiveUse::scan},
    {"delist_uri_host", "", ValueKind::words, DirectiveUse::scan},
    {"describe", "", ValueKind::rule, DirectiveUse::rules},
    {"dns_available", "", ValueKind::dns_available, DirectiveUse::none, kLookUps},
    {"dns_block_rule", "", ValueKind::dns_block_rule, DirectiveUse::none, kLookUps},
    {"dns_block_time", "", ValueKind::number, DirectiveUse::none, kLookUps},
    {"dns_local_ports_avoid", "", ValueKind::ports, DirectiveUse::none, kLookUps},
    {"dns_local_ports_none", "", ValueKind::nothing, DirectiveUse::none, kLookUps},
    {"dns_local_ports_permit", "", ValueKind::ports, DirectiveUse::none, kLookUps},
    {"dns_options", "", ValueKind::dns_options, DirectiveUse::none, kLookUps},
    {"dns_query_restriction", "", ValueKind::dns_query_restriction, DirectiveUse::none, kLookUps},
    {"dns_server", "", ValueKind::dns_server, DirectiveUse::none, kLookUps},
    {"dns_test_interval", "", ValueKind::duration, DirectiveUse::none, kLookUps},
    {"enable_compat", "", ValueKind::rule, DirectiveUse::rules},
    {"enlist_addrlist", "", ValueKind::list_and_items, DirectiveUse::scan},
    {"enlist_uri_host", "", ValueKind::list_and_items, DirectiveUse::scan},
    {"envelope_sender_header", "", ValueKind::text, DirectiveUse::scan},
    {"fold_headers", "", ValueKind::flag, DirectiveUse::none, kHeaders},
    {"full", "", ValueKind::rule, DirectiveUse::rules},
    {"geodb_module", "", ValueKind::geodb_module, DirectiveUse::none, kGeo},
    {"geodb_options", "", ValueKind::geodb_options, DirectiveUse::none, kGeo},
    {"geodb_search_path", "", ValueKind::words, DirectiveUse::none, kGeo},
    {"header", "", ValueKind::rule, DirectiveUse::rules},
    {"ignore_always_matching_regexps", "", ValueKind::flag, DirectiveUse::rules},
    {"internal_networks", "", ValueKind::networks, DirectiveUse::scan},
    {"loadplugin", "", ValueKind::rule, DirectiveUse::rules},
    {"lock_method", "", ValueKind::lock_method, DirectiveUse::none, kProcess},
    {"mbox_format_from_regex", "", ValueKind::text, DirectiveUse::none, kProcess},
    {"meta", "", ValueKind::rule, DirectiveUse::rules},
    {"more_spam_to", "", ValueKind::addresses, DirectiveUse::scan},
    {"msa_networks", "", ValueKind::networks, DirectiveUse::scan},
    {"normalize_charset", "", ValueKind::flag, DirectiveUse::scan},
    {"ok_locales", "", ValueKind::text, DirectiveUse::scan},
    {"originating_ip_headers", "", ValueKind::words, DirectiveUse::scan},
    {"parse_dkim_uris", "", ValueKind::flag, DirectiveUse::scan},
    {"priority", "", ValueKind::rule, DirectiveUse::rules},
    {"rawbody", "", ValueKind::rule, DirectiveUse::rules},
    {"rawbody_part_scan_size", "", ValueKind::number, DirectiveUse::scan},
    {"rbl_timeout", "", ValueKind::rbl_timeout, DirectiveUse::none, kLookUps},
    {"redirector_pattern", "", ValueKind::pattern, DirectiveUse::scan},
    {"remove_header", "", ValueKind::remove_header, DirectiveUse::none, kHeaders},
    {"report", "", ValueKind::template_line, DirectiveUse::none, kReport},
    {"report_charset", "", ValueKind::text, DirectiveUse::none, kReport},
    {"report_contact", "", ValueKind::text, DirectiveUse::none, kReport},
    {"report_hostname", "", ValueKind::text, DirectiveUse::none, kReport},
    {"report_safe", "", ValueKind::digit_to_2, DirectiveUse::none, kReport},
    {"report_safe_copy_headers", "", ValueKind::words, DirectiveUse::none, kReport},
    {"report_wrap_width", "", ValueKind::number, DirectiveUse::none, kReport},
    {"require_version", "", ValueKind::rule, DirectiveUse::rules},
    {"required_score", "", ValueKind::number, DirectiveUse::rules},
    {"reuse", "", ValueKind::rule, DirectiveUse::rules},
    {"rewrite_header", "", ValueKind::rewrite_header, DirectiveUse::none, kHeaders},
    {"score", "", ValueKind::rule, DirectiveUse::rules},
    {"skip_rbl_checks", "", ValueKind::flag, DirectiveUse::none, kLookUps},
    {"subjprefix", "", ValueKind::key_and_value, DirectiveUse::none, kHeaders},
    {"test", "", ValueKind::rule, DirectiveUse::rules},
    {"tflags", "", ValueKind::rule, DirectiveUse::rules},
    {"time_limit", "", ValueKind::duration, DirectiveUse::none, kProcess},
    {"trusted_networks", "", ValueKind::networks, DirectiveUse::scan},
    {"tryplugin", "", ValueKind::rule, DirectiveUse::rules},
    {"unblocklist_from", "", ValueKind::words, DirectiveUse::scan},
    {"unsafe_report", "", ValueKind::template_line, DirectiveUse::none, kReport},
    {"unwelcomelist_auth", "", ValueKind::words, DirectiveUse::scan},
    {"unwelcomelist_from", "", ValueKind::words, DirectiveUse::scan},
    {"unwelcomelist_from_rcvd", "", ValueKind::words, DirectiveUse::scan},
    {"uri", "", ValueKind::rule, DirectiveUse::rules},
    {"uri_country_db_isp_path", "", ValueKind::text, DirectiveUse::none, kGeo},
    {"uri_country_db_path", "", ValueKind::text, DirectiveUse::none, kGeo},
    {"use_bayes", "", ValueKind::flag, DirectiveUse::rules},
    {"use_bayes_rules", "", ValueKind::flag, DirectiveUse::rules},
    {"use_learner", "", ValueKind::flag, DirectiveUse::none, kBayes},
    {"user_scores_dsn", "", ValueKind::text, DirectiveUse::none, kUsers},
    {"user_scores_fallback_to_global", "", ValueKind::flag, DirectiveUse::none, kUsers},
    {"user_scores_ldap_password", "", ValueKind::text, DirectiveUse::none, kUsers},
    {"user_scores_ldap_username", "", ValueKind::text, DirectiveUse::none, kUsers},
    {"user_scores_sql_custom_query", "", ValueKind::text, DirectiveUse::none, kUsers},
    {"user_scores_sql_password", "", ValueKind::text, DirectiveUse::none, kUsers},
    {"user_scores_sql_username", "", ValueKind::text, DirectiveUse::none, kUsers},
    {"util_rb_2tld", "", ValueKind::tlds_2, DirectiveUse::scan},
    {"util_rb_3tld", "", ValueKind::tlds_3, DirectiveUse::scan},
    {"util_rb_tld", "", ValueKind::tlds, DirectiveUse::scan},
    {"version_tag", "", ValueKind::words, DirectiveUse::none, kProcess},
    {"welcomelist_allows_relays", "", ValueKind::addresses, DirectiveUse::scan},
    {"welcomelist_auth", "", ValueKind::addresses, DirectiveUse::scan},
    {"welcomelist_from", "", ValueKind::addresses, DirectiveUse::scan},
    {"welcomelist_from_rcvd", "", ValueKind::two_words, DirectiveUse::scan},
    {"welcomelist_to", "", ValueKind::addresses, DirectiveUse::scan},
    {"welcomelist_uri_host", "", ValueKind::anything, DirectiveUse::scan},
});

// Old and second names.
struct Alias {
  std::string_view name, canonical;
};
constexpr std::array kAliases = std::to_array<Alias>({
    {"auto_whitelist_db_modules", "auto_welcomelist_db_modules"},
    {"auto_whitelist_distinguish_signed", "auto_welcomelist_distinguish_signed"},
    {"auto_whitelist_factor", "auto_welcomelist_factor"},
    {"auto_whitelist_factory", "auto_welcomelist_factory"},
    {"auto_whitelist_file_mode", "auto_welcomelist_file_mode"},
    {"auto_whitelist_ipv4_mask_len", "auto_welcomelist_ipv4_mask_len"},
    {"auto_whitelist_ipv6_mask_len", "auto_welcomelist_ipv6_mask_len"},
    {"auto_whitelist_path", "auto_welcomelist_path"},
    {"blacklist_from", "blocklist_from"},
    {"blacklist_subject", "blocklist_subject"},
    {"blacklist_to", "blocklist_to"},
    {"blacklist_uri_host", "blocklist_uri_host"},
    {"clear_dns_query_restrictions", "clear_dns_query_restriction"},
    {"def_whitelist_auth", "def_welcomelist_auth"},
    {"def_whitelist_from_dkim", "def_welcomelist_from_dkim"},
    {"def_whitelist_from_rcvd", "def_welcomelist_from_rcvd"},
    {"def_whitelist_from_spf", "def_welcomelist_from_spf"},
    {"freemail_import_def_whitelist_auth", "freemail_import_def_welcomelist_auth"},
    {"freemail_import_whitelist_auth", "freemail_import_welcomelist_auth"},
    {"freemail_whitelist", "freemail_welcomelist"},
    {"hashbl_email_whitelist", "hashbl_email_welcomelist"},
    {"pyzor_whitelist_factor", "pyzor_welcomelist_factor"},
    {"pyzor_whitelist_min", "pyzor_welcomelist_min"},
    {"required_hits", "required_score"},
    {"txrep_whitelist_out", "txrep_welcomelist_out"},
    {"unblacklist_from", "unblocklist_from"},
    {"unwhitelist_auth", "unwelcomelist_auth"},
    {"unwhitelist_from", "unwelcomelist_from"},
    {"unwhitelist_from_dkim", "unwelcomelist_from_dkim"},
    {"unwhitelist_from_rcvd", "unwelcomelist_from_rcvd"},
    {"unwhitelist_from_spf", "unwelcomelist_from_spf"},
    {"use_auto_whitelist", "use_auto_welcomelist"},
    {"whitelist_allows_relays", "welcomelist_allows_relays"},
    {"whitelist_auth", "welcomelist_auth"},
    {"whitelist_bounce_relays", "welcomelist_bounce_relays"},
    {"whitelist_from", "welcomelist_from"},
    {"whitelist_from_dkim", "welcomelist_from_dkim"},
    {"whitelist_from_rcvd", "welcomelist_from_rcvd"},
    {"whitelist_from_spf", "welcomelist_from_spf"},
    {"whitelist_subject", "welcomelist_subject"},
    {"whitelist_to", "welcomelist_to"},
    {"whitelist_uri_host", "welcomelist_uri_host"},
});

constexpr std::array kRemovals = std::to_array<DirectiveRemoval>({
    {"clear_asn_lookups", Removal::all, {"asn_lookup", "asn_lookup_ipv6"}},
    {"clear_dns_query_restriction", Removal::all, {"dns_query_restriction"}},
    {"clear_dns_servers", Removal::all, {"dns_server"}},
    {"clear_headers", Removal::all, {"add_header"}},
    {"clear_internal_networks", Removal::all, {"internal_networks"}},
    {"clear_msa_networks", Removal::all, {"msa_networks"}},
    {"clear_originating_ip_headers", Removal::all, {"originating_ip_headers"}},
    {"clear_report_template", Removal::all, {"report"}},
    {"clear_trusted_networks", Removal::all, {"trusted_networks"}},
    {"clear_unsafe_report_template", Removal::all, {"unsafe_report"}},
    {"clear_uridnsbl_skip_domain", Removal::all_or_words, {"uridnsbl_skip_domain"}},
    {"clear_url_shortener", Removal::all_or_words, {"url_shortener", "url_shortener_get"}},
    {"clear_util_rb", Removal::all, {"util_rb_tld", "util_rb_2tld", "util_rb_3tld"}},
    {"delist_uri_host",
     Removal::list_items,
     {"enlist_uri_host", "blocklist_uri_host", "welcomelist_uri_host"}},
    {"fns_remove_addrlist", Removal::list_items, {"fns_add_addrlist"}},
    {"unblocklist_from", Removal::words, {"blocklist_from"}},
    {"unwelcomelist_auth", Removal::words, {"welcomelist_auth", "def_welcomelist_auth"}},
    {"unwelcomelist_from", Removal::words, {"welcomelist_from"}},
    {"unwelcomelist_from_dkim",
     Removal::first_and_second,
     {"welcomelist_from_dkim", "def_welcomelist_from_dkim"}},
    {"unwelcomelist_from_rcvd", Removal::first_words, {"welcomelist_from_rcvd", "def_welcomelist_from_rcvd"}},
    {"unwelcomelist_from_spf", Removal::words, {"welcomelist_from_spf", "def_welcomelist_from_spf"}},
});

}  // namespace

std::span<const DirectiveInfo> core_directives() {
  return kCore;
}

std::string_view canonical_directive(std::string_view name) {
  const auto found = std::ranges::lower_bound(kAliases, name, {}, &Alias::name);
  return found != kAliases.end() && found->name == name ? found->canonical : name;
}

const DirectiveRemoval* find_removal(std::string_view name) {
  const auto found = std::ranges::lower_bound(kRemovals, name, {}, &DirectiveRemoval::name);
  return found != kRemovals.end() && found->name == name ? &*found : nullptr;
}

namespace detail {
std::span<const DirectiveInfo> directives_named(std::span<const DirectiveInfo> table, std::string_view name) {
  const auto range = std::ranges::equal_range(table, name, {}, &DirectiveInfo::name);
  return {range.begin(), range.end()};
}
}  // namespace detail

}  // namespace thresh
