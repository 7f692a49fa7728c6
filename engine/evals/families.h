// Every family of evals: one function a file, each giving its table. catalogue.cc joins them.
#pragma once

#include "engine/evals/eval.h"

namespace thresh {

[[nodiscard]] const EvalFamily& header_eval_family();           // header_eval.cc
[[nodiscard]] const EvalFamily& relay_eval_family();            // relay_eval.cc
[[nodiscard]] const EvalFamily& free_mail_family();             // free_mail.cc
[[nodiscard]] const EvalFamily& from_name_spoof_family();       // from_name_spoof.cc
[[nodiscard]] const EvalFamily& wlbl_eval_family();             // wlbl_eval.cc
[[nodiscard]] const EvalFamily& welcome_list_subject_family();  // welcome_list_subject.cc
[[nodiscard]] const EvalFamily& vbounce_family();               // vbounce.cc
[[nodiscard]] const EvalFamily& net_eval_family();  // net_eval.cc: all that asks beyond the message

// Families of bodies, MIME parts, HTML and attachments.

}  // namespace thresh
