// Every family of evals: one function a file, each giving its table. catalogue.cc joins them.
#pragma once

#include "engine/evals/eval.h"

namespace thresh {

[[nodiscard]] const EvalFamily& header_eval_family();           // header_eval.cc
[[nodiscard]] const EvalFamily& relay_eval_family();            // relay_eval.cc
[[nodiscard]] const EvalFamily& auth_res_family();              // auth_res.cc
[[nodiscard]] const EvalFamily& free_mail_family();             // free_mail.cc
[[nodiscard]] const EvalFamily& from_name_spoof_family();       // from_name_spoof.cc
[[nodiscard]] const EvalFamily& wlbl_eval_family();             // wlbl_eval.cc
[[nodiscard]] const EvalFamily& welcome_list_subject_family();  // welcome_list_subject.cc
[[nodiscard]] const EvalFamily& vbounce_family();               // vbounce.cc
[[nodiscard]] const EvalFamily& net_eval_family();  // net_eval.cc: all that asks beyond the message

// Families of bodies, MIME parts, HTML and attachments.
[[nodiscard]] const EvalFamily& body_eval_family();       // body_eval.cc
[[nodiscard]] const EvalFamily& html_eval_family();       // html_eval.cc
[[nodiscard]] const EvalFamily& mime_eval_family();       // mime_eval.cc
[[nodiscard]] const EvalFamily& uri_eval_family();        // uri_eval.cc
[[nodiscard]] const EvalFamily& https_mismatch_family();  // https_mismatch.cc
[[nodiscard]] const EvalFamily& image_info_family();      // image_info.cc
[[nodiscard]] const EvalFamily& pdf_info_family();        // pdf_info.cc
[[nodiscard]] const EvalFamily& ole_macro_family();       // ole_macro.cc
[[nodiscard]] const EvalFamily& antivirus_family();       // antivirus.cc
[[nodiscard]] const EvalFamily& textcat_family();         // textcat.cc
[[nodiscard]] const EvalFamily& phishing_family();        // phishing.cc
[[nodiscard]] const EvalFamily& short_urls_family();      // short_urls.cc: DecodeShortURLs
[[nodiscard]] const EvalFamily& hash_bl_family();         // hash_bl.cc
[[nodiscard]] const EvalFamily& shortcircuit_family();    // shortcircuit.cc

}  // namespace thresh
