// The evals of Mail::SpamAssassin::Plugin::HeaderEval that have files of their own, and what they share for
// one message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/evals/eval.h"

namespace thresh::header_eval {

// header_eval.cc
// gated_through_received_hdr_remover, kept for the message.
[[nodiscard]] bool is_gated(EvalContext& context);
// `text` with every run of white space one space.
[[nodiscard]] std::string_view with_single_spaces(std::string_view text, Arena& arena);
// So for Received, its values joined; kept for the message.
[[nodiscard]] std::string_view spaced_received(EvalContext& context);

// header_forged_received.cc
EvalResult check_for_fake_aol_relay_in_rcvd(EvalContext& context, const EvalCall& call);
EvalResult check_for_forged_hotmail_received_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_no_hotmail_received_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_msn_groups_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_forged_eudoramail_received_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_forged_yahoo_received_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_forged_juno_received_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_forged_gmail_received_headers(EvalContext& context, const EvalCall& call);
EvalResult check_for_forged_gw05_received_headers(EvalContext& context, const EvalCall& call);

// header_addresses.cc
EvalResult check_for_matching_env_and_hdr_from(EvalContext& context, const EvalCall& call);
EvalResult check_equal_from_domains(EvalContext& context, const EvalCall& call);
EvalResult check_ratware_envelope_from(EvalContext& context, const EvalCall& call);
EvalResult check_ratware_name_id(EvalContext& context, const EvalCall& call);
EvalResult check_for_to_in_subject(EvalContext& context, const EvalCall& call);
EvalResult sorted_recipients(EvalContext& context, const EvalCall& call);
EvalResult similar_recipients(EvalContext& context, const EvalCall& call);

// header_dates.cc
EvalResult check_for_shifted_date(EvalContext& context, const EvalCall& call);
EvalResult received_within_months(EvalContext& context, const EvalCall& call);
EvalResult check_outlook_message_id(EvalContext& context, const EvalCall& call);

}  // namespace thresh::header_eval
